"""Two contents under one id: listed, compared, and one of them taken."""

import uuid
from dataclasses import asdict
from typing import Any

from apiflask import Schema
from apiflask.fields import UUID, AwareDateTime, Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from flask import current_app

from survey_server.api import access
from survey_server.api.quarantine.acting import AskedOut, InSurvey
from survey_server.api.quarantine.blueprint import (
    REASON,
    OfSurvey,
    areas_wanted,
    before_of,
    blueprint,
    cursor_of,
    hand,
)
from survey_server.api.quarantine.looking import ActOut
from survey_server.domain.audit import plain
from survey_server.services import audit, quarantine as services
from survey_server.services.audit import Data, Entry
from survey_server.services.quarantine import About, Shown
from survey_server.store import quarantine as stored
from survey_server.store.base import db
from survey_server.store.quarantine import WantedConflicts

MOST = 200


class AskedConflicts(OfSurvey):
    area = String(load_default=None, validate=Length(1, 100))
    state = String(load_default="open", validate=OneOf(["open", "decided"]))
    limit = Integer(load_default=100, validate=Range(1, MOST))
    cursor = String(load_default=None, validate=Length(1, 100))


class ConflictOut(Schema):
    instance_id = UUID()
    interview_id = UUID()
    since = AwareDateTime(metadata={"description": "When the newest other content came in"})
    received_at = AwareDateTime(metadata={"description": "When the first came in"})
    variants = Integer(metadata={"description": "How many came after the first"})
    ea = String(allow_none=True)
    unit = String(allow_none=True)
    person = String(allow_none=True)
    device = String(allow_none=True)
    decided = Boolean()
    chosen = String(allow_none=True, metadata={"description": "first, variant or correction"})
    asked = Boolean(metadata={"description": "Workers are about to carry the choice out"})


class ConflictsOut(Schema):
    conflicts = List(Nested(ConflictOut))
    next = String(allow_none=True, metadata={"description": "The cursor of the next page"})


class VersionOut(Schema):
    key = String(metadata={"description": "What names it in `choose`"})
    kind = String()
    received_at = AwareDateTime()
    device = String(allow_none=True)
    person = String(allow_none=True)
    form_id = String()
    form_version = String()
    unit = String()
    about = String(
        allow_none=True,
        metadata={"description": "The unit that it counts for, where it is taken by the viewer"},
    )
    tells = Boolean(metadata={"description": "It tells the interview now"})
    readable = Boolean()


class ValueOut(Schema):
    text = String()
    labels = Dict(keys=String(), values=String())


class RowOut(Schema):
    path = String()
    label = Dict(keys=String(), values=String())
    values = List(Nested(ValueOut, allow_none=True))
    differs = Boolean()
    hidden = Boolean(metadata={"description": "It names somebody: not for this viewer"})
    file = Boolean()


class ComparedOut(ConflictOut):
    versions = List(Nested(VersionOut))
    rows = List(Nested(RowOut), metadata={"description": "Where they differ first"})
    acts = List(Nested(ActOut))
    seen = String(metadata={"description": "To be sent back with a choice"})


class ChoiceIn(InSurvey):
    version = String(required=True, validate=Length(1, 64))
    reason = String(required=True, validate=REASON)


@blueprint.get("/conflicts")
@blueprint.input(AskedConflicts, location="query")
@blueprint.output(ConflictsOut)
@blueprint.doc(
    summary="Submissions whose id came twice with other content, the newest first",
    description="Both are kept; the first tells the interview until somebody takes another.",
)
def list_conflicts(query_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    by = hand(session, query_data["survey"])
    wanted = WantedConflicts(
        by.survey,
        areas_wanted(session, by, query_data["area"]),
        query_data["state"],
        before_of(query_data["cursor"]),
        query_data["limit"],
    )
    found = stored.conflicts(session, wanted)
    told: Data = {"state": wanted.state, "rows": len(found)}
    place = f"area:{plain(query_data['area'] or '')}"
    audit.note(Entry("conflicts_listed", by.code, by.person, object=place, data=told))
    full = len(found) == wanted.most
    return {
        "conflicts": [asdict(one) for one in found],
        "next": cursor_of(found[-1].since, found[-1].instance_id) if full else None,
    }


@blueprint.get("/conflicts/<uuid:instance>")
@blueprint.input(OfSurvey, location="query")
@blueprint.output(ComparedOut)
@blueprint.doc(summary="What each of the versions says, question by question")
def one_conflict(instance: uuid.UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    by = hand(session, query_data["survey"])
    found = services.compare(session, by, instance)
    told: Data = {"versions": len(found.versions)}
    about = f"submission:{instance}"
    audit.note(Entry("conflict_viewed", by.code, by.person, object=about, data=told))
    return {
        **asdict(found.row),
        "versions": [_version(one) for one in found.versions],
        "rows": [asdict(one) for one in found.rows],
        "acts": [asdict(one) for one in found.acts],
        "seen": found.seen,
    }


def _version(one: Shown) -> dict[str, Any]:
    return {
        **asdict(one.version),
        **asdict(one.claims),
        "about": one.about,
        "tells": one.tells,
        "readable": one.readable,
    }


@blueprint.post("/conflicts/<uuid:instance>/choose")
@blueprint.input(ChoiceIn)
@blueprint.output(AskedOut, status_code=202)
@blueprint.doc(
    summary="Take one of the versions",
    description="The others stay; another can be taken later. The interview is told anew by it, and"
    " counts for the household that it is about, where that is one of the caller's.",
)
def choose(instance: uuid.UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    by = hand(session, json_data["survey"])
    about = About(instance, json_data["seen"])
    services.take(session, by, about, json_data["version"], json_data["reason"], now)
    session.commit()
    current_app.extensions["queue"].ring()
    return {"instance_id": instance, "state": "asked"}
