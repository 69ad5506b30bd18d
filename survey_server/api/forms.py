"""Forms, for tablets and for people: the list, and each published version."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import AwareDateTime, Boolean, Dict, List, Nested, String
from flask import Response, json, request
from werkzeug.wrappers import Response as AnyResponse

from survey_server import problems
from survey_server.api import access
from survey_server.store import forms
from survey_server.store.base import db

blueprint = APIBlueprint("forms", __name__, url_prefix="/api/v1", tag="Forms")

# A version never changes, so whoever has it need not ask again.
FOR_EVER = "private, max-age=31536000, immutable"


class FormOut(Schema):
    form_id = String()
    version = String()
    title = Dict(keys=String(), values=String())
    state = String()
    hash = String()
    published_at = AwareDateTime()
    latest = Boolean()
    url = String()


class FormsOut(Schema):
    forms = List(Nested(FormOut))


@blueprint.get("/forms")
@blueprint.output(FormsOut)
@blueprint.doc(summary="Published form versions")
def list_forms() -> dict[str, Any]:
    found = forms.versions(db.session(), access.surveys_of_caller(db.session()))
    return {"forms": [{**_fields(one), "url": url_of(one.form_id, one.version)} for one in found]}


def _fields(one: forms.VersionInfo) -> dict[str, Any]:
    return {name: getattr(one, name) for name in forms.VersionInfo.__slots__}


def url_of(form_id: str, version: str) -> str:
    return f"/api/v1/forms/{form_id}/versions/{version}"


@blueprint.get("/forms/<form_id>/versions/<version>")
@blueprint.doc(
    summary="A published version",
    description="Our JSON description; the XForm itself with `Accept: application/xml`.",
)
def one_version(form_id: str, version: str) -> AnyResponse:
    surveys = access.surveys_of_caller(db.session())
    content = forms.version_content(db.session(), surveys, form_id, version)
    if content is None:
        raise problems.NotFound()
    wants_xml = request.accept_mimetypes.best_match(["application/json", "application/xml"])
    if wants_xml == "application/xml":
        return _unchanging(content.xform, "application/xml")
    body = json.dumps(content.description, ensure_ascii=False).encode()
    return _unchanging(body, "application/json")


@blueprint.get("/forms/<form_id>/versions/<version>/media/<name>")
@blueprint.doc(summary="A file that a version brings along")
def one_file(form_id: str, version: str, name: str) -> AnyResponse:
    surveys = access.surveys_of_caller(db.session())
    content = forms.media_content(db.session(), surveys, form_id, version, name)
    if content is None:
        raise problems.NotFound()
    return _unchanging(content, "text/csv")


def _unchanging(body: bytes, mimetype: str) -> AnyResponse:
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Vary"] = "Accept"
    response.add_etag()
    return response.make_conditional(request)
