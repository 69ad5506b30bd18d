"""What was told in a draft, for those who are making the form."""

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from apiflask import Schema
from apiflask.fields import UUID, AwareDateTime, Integer, List, Nested, String
from apiflask.validators import Length, Range

from survey_server import problems
from survey_server.api import access
from survey_server.api.forms.blueprint import blueprint
from survey_server.services import audit, forms as services
from survey_server.services.audit import Data, Entry
from survey_server.store import forms
from survey_server.store.base import db

MOST = 100


class Page(Schema):
    limit = Integer(load_default=50, validate=Range(1, MOST))
    cursor = String(load_default=None, validate=Length(1, 100))


class TrialFindingOut(Schema):
    rule = String()
    path = String()
    severity = String()
    value = String()


class TrialOut(Schema):
    instance_id = UUID()
    received_at = AwareDateTime()
    unit = String(allow_none=True)
    findings = List(Nested(TrialFindingOut))


class TrialsOut(Schema):
    trials = List(Nested(TrialOut))
    next = String(allow_none=True, metadata={"description": "The cursor of the next page"})


@blueprint.get("/forms/<name:form_id>/versions/<name:version>/trials")
@blueprint.input(Page, location="query")
@blueprint.output(TrialsOut)
@blueprint.doc(
    summary="Trial interviews of a draft, the newest first, with what is found in them",
    description="Received while the version was a draft; never part of the survey's data. For data"
    " managers and administrators, within their areas.",
)
def list_trials(form_id: str, version: str, query_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    viewer = access.viewer(session)
    scopes = [scope for scope in viewer.scopes if scope.role in access.PUBLISHERS]
    if not scopes:
        raise problems.Forbidden()
    surveys = {one.survey_code for one in scopes}
    having = [one for one in surveys if forms.is_on_file(session, [one], form_id, version)]
    if not having:
        raise problems.NotFound()
    areas = [scope.area_id for scope in scopes]
    before, most = _before(query_data["cursor"]), query_data["limit"]
    found = services.trials(session, areas, form_id, version, before, most)
    told: Data = {"version": version, "rows": len(found)}
    for survey in having:
        entry = Entry("trials_viewed", survey, viewer.person_id, None, f"form:{form_id}", told)
        audit.note(entry)
    last = found[-1] if len(found) == most else None
    return {
        "trials": [asdict(one) for one in found],
        "next": f"{last.received_at.isoformat()}_{last.instance_id}" if last else None,
    }


def _before(cursor: str | None) -> tuple[datetime, uuid.UUID] | None:
    if cursor is None:
        return None
    # A plus sign in an address is a blank to many clients' libraries.
    at, _, instance = cursor.replace(" ", "+").partition("_")
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError
        return moment, uuid.UUID(instance)
    except ValueError:
        fault = {"pointer": "/cursor", "code": "invalid"}
        raise problems.ParamInvalid(errors=[fault]) from None
