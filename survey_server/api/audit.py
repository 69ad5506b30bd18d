"""The trail: where this process writes it, and reading it."""

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint, APIFlask, Schema
from apiflask.fields import AwareDateTime, Dict, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf, Range

from survey_server.api import access
from survey_server.domain.audit import ACTIONS
from survey_server.services import audit
from survey_server.services.audit.reading import read
from survey_server.store.audit import Asked, Listed
from survey_server.store.base import db

blueprint = APIBlueprint("audit", __name__, url_prefix="/api/v1", tag="Audit")

MOST = 200
LARGEST_ID = 2**31 - 1
LARGEST_ENTRY = 2**63 - 1


class Question(Schema):
    action = String(load_default="", validate=OneOf(["", *ACTIONS]))
    person = Integer(load_default=None, validate=Range(1, LARGEST_ID))
    object = String(load_default="", validate=[Length(0, 300), lambda one: "\0" not in one])
    since = AwareDateTime(load_default=None)
    until = AwareDateTime(load_default=None)
    before = Integer(
        load_default=None,
        validate=Range(1, LARGEST_ENTRY),
        metadata={"description": "Older entries only: `next` of the page before"},
    )
    limit = Integer(load_default=100, validate=Range(1, MOST))


class EntryOut(Schema):
    id = Integer()
    at = AwareDateTime()
    action = String()
    sentence = Dict(keys=String(), values=String())
    survey = String(metadata={"description": "Empty for what belongs to no survey: a sign-in"})
    person = Integer(allow_none=True)
    username = String(allow_none=True)
    device = Integer(allow_none=True)
    object = String()
    data = Dict(keys=String(), values=Raw(allow_none=True))
    seq = Integer(allow_none=True, metadata={"description": "Place in its chain, once sealed"})
    hash = String(allow_none=True)


class TrailOut(Schema):
    entries = List(Nested(EntryOut))
    next = Integer(allow_none=True, metadata={"description": "`before` of the next page"})


def register(app: APIFlask) -> None:
    """Two applications may share a process, in tests; each request writes into its own trail."""
    trail = audit.Trail(app.extensions["settings"].database_url)
    app.extensions["audit"] = trail
    audit.keep_in(trail)
    app.before_request(lambda: audit.keep_in(trail))


@blueprint.get("/surveys/<survey>/audit")
@blueprint.input(Question, location="query")
@blueprint.output(TrailOut)
@blueprint.doc(
    summary="Who did what in a survey, the newest first",
    description="For auditors and administrators of the whole survey. Reading it is an entry too.",
)
def list_entries(survey: str, query_data: dict[str, Any]) -> dict[str, Any]:
    session, most = db.session(), query_data.pop("limit")
    found = read(session, access.viewer(session), Asked(survey, **query_data), most)
    return {
        "entries": [_told(one) for one in found],
        "next": found[-1].id if len(found) == most else None,
    }


def _told(one: Listed) -> dict[str, Any]:
    return {**asdict(one), "sentence": asdict(ACTIONS[one.action])}
