"""Closing a form and opening it again; withdrawing a draft. A version itself never changes."""

from apiflask import Schema
from apiflask.fields import String
from flask import Response

from survey_server.api import access
from survey_server.api.forms.blueprint import blueprint
from survey_server.services import forms as services
from survey_server.store.base import db


class FormStateOut(Schema):
    form_id = String()
    state = String()


@blueprint.post("/surveys/<survey>/forms/<name:form_id>/close")
@blueprint.output(FormStateOut)
@blueprint.doc(
    summary="Give out no new work in a form",
    description="What comes in is received for ever. Closing a closed form changes nothing.",
)
def close(survey: str, form_id: str) -> dict[str, str]:
    viewer = access.publisher(db.session(), survey)
    services.close(db.session(), survey, form_id, access.now(), viewer.person_id)
    db.session.commit()
    return {"form_id": form_id, "state": "closed"}


@blueprint.post("/surveys/<survey>/forms/<name:form_id>/reopen")
@blueprint.output(FormStateOut)
@blueprint.doc(summary="Give out work in a form again")
def reopen(survey: str, form_id: str) -> dict[str, str]:
    viewer = access.publisher(db.session(), survey)
    services.reopen(db.session(), survey, form_id, access.now(), viewer.person_id)
    db.session.commit()
    return {"form_id": form_id, "state": "open"}


@blueprint.delete("/surveys/<survey>/forms/<name:form_id>/versions/<name:version>")
@blueprint.output({}, status_code=204)
@blueprint.doc(
    summary="Withdraw a draft",
    description="A published version cannot be withdrawn. The draft's trials are kept.",
)
def discard(survey: str, form_id: str, version: str) -> Response:
    viewer = access.publisher(db.session(), survey)
    services.discard_draft(db.session(), survey, form_id, version, access.now(), viewer.person_id)
    db.session.commit()
    return Response(status=204)
