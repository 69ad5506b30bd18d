"""The list of forms, and each version: what was put up once is fetched once."""

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Dict, List, Nested, String
from flask import Response, json, request
from werkzeug.wrappers import Response as AnyResponse

from survey_server import problems
from survey_server.api import access
from survey_server.api.forms.blueprint import blueprint, url_of
from survey_server.domain.forms.schema import json_schema_of
from survey_server.downloads import as_file
from survey_server.store import forms
from survey_server.store.base import db

# A version never changes, so whoever has it need not ask again.
FOR_EVER = "private, max-age=31536000, immutable"
SCHEMA_JSON = "application/schema+json"


class FormOut(Schema):
    form_id = String()
    version = String()
    title = Dict(keys=String(), values=String())
    state = String(metadata={"description": "open, closed, or draft"})
    hash = String()
    published_at = AwareDateTime()
    latest = Boolean(metadata={"description": "What new work is done in; no closed form has it"})
    url = String()


class FormsOut(Schema):
    forms = List(Nested(FormOut))


@blueprint.get("/forms")
@blueprint.output(FormsOut)
@blueprint.doc(
    summary="Form versions",
    description="Drafts too, for data managers and administrators of their survey.",
)
def list_forms() -> dict[str, Any]:
    found = forms.versions(db.session(), access.forms_of_caller(db.session()))
    return {"forms": [{**_fields(one), "url": url_of(one.form_id, one.version)} for one in found]}


def _fields(one: forms.VersionInfo) -> dict[str, Any]:
    return {name: getattr(one, name) for name in forms.VersionInfo.__slots__}


def _version(form_id: str, version: str) -> forms.VersionContent:
    """Raises NotFound for what is not there or not the caller's."""
    session = db.session()
    seen = access.forms_of_caller(session)
    content = forms.version_content(session, seen, form_id, version)
    if content is None:
        raise problems.NotFound()
    return content


@blueprint.get("/forms/<name:form_id>/versions/<name:version>")
@blueprint.doc(
    summary="A version",
    description="Our JSON description; the XForm itself with `Accept: application/xml`.",
)
def one_version(form_id: str, version: str) -> AnyResponse:
    content = _version(form_id, version)
    wants_xml = request.accept_mimetypes.best_match(["application/json", "application/xml"])
    if wants_xml == "application/xml":
        return as_file(_unchanging(content.xform, "application/xml"), f"{form_id}-{version}.xml")
    body = json.dumps(content.description, ensure_ascii=False).encode()
    return _unchanging(body, "application/json")


@blueprint.get("/forms/<name:form_id>/versions/<name:version>/media/<name:name>")
@blueprint.doc(summary="A file that a version brings along")
def one_file(form_id: str, version: str, name: str) -> AnyResponse:
    content = forms.media_content(db.session(), _version(form_id, version).id, name)
    if content is None:
        raise problems.NotFound()
    return as_file(_unchanging(content, "text/csv"), name)


@blueprint.get("/forms/<name:form_id>/versions/<name:version>/schema")
@blueprint.doc(
    summary="JSON Schema of a version's answers",
    description="For whoever writes or checks interviews elsewhere. Rules that are expressions are"
    " not in it.",
)
def schema(form_id: str, version: str) -> AnyResponse:
    content = _version(form_id, version)
    told = json_schema_of(forms.description_of_version(db.session(), content.id))
    return _fresh(json.dumps(told, ensure_ascii=False).encode(), SCHEMA_JSON)


def _fresh(body: bytes, mimetype: str) -> AnyResponse:
    """A newer server may say more about the same version."""
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


def _unchanging(body: bytes, mimetype: str) -> AnyResponse:
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Vary"] = "Accept"
    response.add_etag()
    return response.make_conditional(request)
