"""What lies in quarantine: the list, and one of them."""

import uuid
from dataclasses import asdict
from typing import Any

from apiflask import Schema
from apiflask.fields import UUID, AwareDateTime, Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from survey_server.api import access
from survey_server.api.quarantine.blueprint import (
    OfSurvey,
    areas_wanted,
    before_of,
    blueprint,
    cursor_of,
    hand,
)
from survey_server.domain.audit import plain
from survey_server.domain.quarantine import CODES
from survey_server.services import audit, quarantine as services
from survey_server.services.audit import Data, Entry
from survey_server.store import quarantine as stored
from survey_server.store.base import db
from survey_server.store.quarantine import Lying, Wanted

MOST = 200
MOST_COUNTED = 10_000


class Chosen(OfSurvey):
    area = String(load_default=None, validate=Length(1, 100))
    code = String(load_default="", validate=OneOf(["", *CODES]))
    form = String(load_default="", validate=Length(0, 200))


class AskedPage(Chosen):
    state = String(load_default="waiting", validate=OneOf(["waiting", "set_aside"]))
    limit = Integer(load_default=100, validate=Range(1, MOST))
    cursor = String(load_default=None, validate=Length(1, 100))


class LyingOut(Schema):
    instance_id = UUID()
    code = String(metadata={"description": "Why it could not be understood"})
    since = AwareDateTime()
    received_at = AwareDateTime()
    form_id = String(allow_none=True, metadata={"description": "As it claims"})
    form_version = String(allow_none=True)
    ea = String(allow_none=True)
    unit = String(allow_none=True)
    claimed_unit = String(allow_none=True, metadata={"description": "A code that no list has"})
    person = String(allow_none=True)
    device = String(allow_none=True)
    retries = Integer(metadata={"description": "How often the server tried again by itself"})
    next_retry_at = AwareDateTime(allow_none=True)
    last_tried_at = AwareDateTime(allow_none=True)
    asked = Boolean(metadata={"description": "Workers are about to try it again"})
    state = String(
        metadata={
            "description": "waiting or set_aside; once it was freed, being_read or understood"
        }
    )


class LyingListOut(Schema):
    quarantine = List(Nested(LyingOut))
    counts = Dict(
        keys=String(),
        values=Integer(),
        metadata={"description": f"Of all that is wanted, by code; up to {MOST_COUNTED} counted"},
    )
    next = String(allow_none=True, metadata={"description": "The cursor of the next page"})


class ActOut(Schema):
    act = String()
    at = AwareDateTime()
    person = String(allow_none=True, metadata={"description": "Nobody: the server itself"})
    reason = String(allow_none=True)
    form_version = String(allow_none=True)
    unit = String(allow_none=True)


class TriedOut(Schema):
    fits = Boolean()
    code = String()
    path = String()
    findings = Integer()


class ReadByOut(Schema):
    id = Integer()
    form_id = String()
    version = String()
    tried = Nested(TriedOut, allow_none=True, metadata={"description": "How well the content fits"})


class LookedOut(LyingOut):
    acts = List(Nested(ActOut))
    read_by = List(Nested(ReadByOut), metadata={"description": "Versions it may be read by"})
    content = String(
        allow_none=True,
        metadata={"description": "The answers, JSON or XML, for those who may see them"},
    )
    trace = String(allow_none=True, metadata={"description": "Places in the code, or in the form"})
    seen = String(metadata={"description": "To be sent back with a decision"})


@blueprint.get("/quarantine")
@blueprint.input(AskedPage, location="query")
@blueprint.output(LyingListOut)
@blueprint.doc(
    summary="Submissions that were received and could not be understood, the newest first",
    description="Each is kept, was acknowledged, and counts nowhere until it is understood. By the"
    " EA of its unit; without one, by the areas of whoever sent it.",
)
def list_quarantine(query_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    by = hand(session, query_data["survey"])
    wanted = Wanted(
        by.survey,
        areas_wanted(session, by, query_data["area"]),
        query_data["state"],
        query_data["code"],
        query_data["form"],
        before_of(query_data["cursor"]),
        query_data["limit"],
    )
    found = stored.lying(session, wanted)
    every = Wanted(
        by.survey, wanted.areas, wanted.state, wanted.code, wanted.form, most=MOST_COUNTED
    )
    told: Data = {"state": wanted.state, "code": wanted.code, "rows": len(found)}
    place = f"area:{plain(query_data['area'] or '')}"
    audit.note(Entry("quarantine_listed", by.code, by.person, object=place, data=told))
    full = len(found) == wanted.most
    return {
        "quarantine": [document(one) for one in found],
        "counts": stored.counts(session, every),
        "next": cursor_of(found[-1].since, found[-1].instance_id) if full else None,
    }


@blueprint.get("/quarantine/<uuid:instance>")
@blueprint.input(OfSurvey, location="query")
@blueprint.output(LookedOut)
@blueprint.doc(summary="One of them: what it says, what was done, and which versions could read it")
def one_quarantined(instance: uuid.UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    by = hand(session, query_data["survey"])
    found = services.look(session, by, instance, access.now())
    told: Data = {"code": found.row.code, "content": int(found.content is not None)}
    about = f"submission:{instance}"
    audit.note(Entry("quarantine_viewed", by.code, by.person, object=about, data=told))
    return {
        **document(found.row),
        "acts": [asdict(one) for one in found.acts],
        "read_by": [asdict(one) for one in found.read_by],
        "content": found.content,
        "trace": found.row.trace,
        "seen": found.seen,
    }


def document(one: Lying) -> dict[str, Any]:
    return {**asdict(one), "state": one.state}
