"""What is done about quarantine: tried again, mended, set aside, taken back."""

import uuid
from typing import Any

from apiflask import Schema
from apiflask.fields import UUID, Integer, String
from apiflask.validators import Length, Range
from flask import current_app

from survey_server.api import access
from survey_server.api.quarantine.blueprint import REASON, areas_wanted, blueprint, hand
from survey_server.api.quarantine.looking import MOST_COUNTED, Chosen
from survey_server.domain.intake.bounds import Bounds
from survey_server.services import quarantine as services
from survey_server.services.quarantine import MOST_REPLAYED, About, Mending
from survey_server.store import quarantine as stored
from survey_server.store.base import db
from survey_server.store.quarantine import Wanted

LARGEST_ID = 2**31 - 1
VERSION = {"description": "The id of a version, as `read_by` tells it; none: as it claims"}


class InSurvey(Schema):
    survey = String(required=True, validate=Length(1, 100))
    seen = String(
        load_default=None,
        allow_none=True,
        validate=Length(1, 100),
        metadata={
            "description": "`seen` as it was shown: refused with 409 `decided_meanwhile` where"
            " somebody has decided since, or another version came in"
        },
    )


class ReplayIn(InSurvey):
    form_version_id = Integer(
        load_default=None, allow_none=True, validate=Range(1, LARGEST_ID), metadata=VERSION
    )


class FixIn(ReplayIn):
    reason = String(required=True, validate=REASON)
    unit = String(load_default=None, allow_none=True, validate=Length(1, 200))
    content = String(
        load_default=None,
        allow_none=True,
        validate=Length(1, Bounds().submission_bytes),
        metadata={"description": "The answers as they should be, JSON or XML, as text"},
    )


class ReasonIn(InSurvey):
    reason = String(required=True, validate=REASON)


class ReplayAllIn(Chosen):
    pass


class AskedOut(Schema):
    instance_id = UUID()
    state = String(metadata={"description": "asked: workers carry it out; or set_aside, waiting"})


class AskedAllOut(Schema):
    asked = Integer(metadata={"description": f"At most {MOST_REPLAYED} at once, the oldest"})
    left = Integer(metadata={"description": "What is wanted and was not asked for"})


@blueprint.post("/quarantine/<uuid:instance>/replay")
@blueprint.input(ReplayIn)
@blueprint.output(AskedOut, status_code=202)
@blueprint.doc(
    summary="Try one again, as it claims or by another version of a form",
    description="What cannot be read by that version is refused with 422 `still_unreadable`.",
)
def replay(instance: uuid.UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    by = hand(session, json_data["survey"])
    about = About(instance, json_data["seen"])
    services.replay(session, by, about, json_data["form_version_id"], now)
    return _asked(instance)


@blueprint.post("/quarantine/<uuid:instance>/fix")
@blueprint.input(FixIn)
@blueprint.output(AskedOut, status_code=202)
@blueprint.doc(
    summary="Mend one: its form, its unit, or what it says",
    description="What was received stays as it is; the corrected copy is kept beside it, under the"
    " name of whoever wrote it. It must be readable, and within the bounds of any upload.",
)
def fix(instance: uuid.UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    by = hand(session, json_data["survey"])
    mending = Mending(
        json_data["reason"],
        json_data["form_version_id"],
        json_data["unit"],
        json_data["content"],
    )
    services.fix(session, by, About(instance, json_data["seen"]), mending, now)
    return _asked(instance)


def _asked(instance: uuid.UUID) -> dict[str, Any]:
    db.session.commit()
    current_app.extensions["queue"].ring()
    return {"instance_id": instance, "state": "asked"}


@blueprint.post("/quarantine/<uuid:instance>/set_aside")
@blueprint.input(ReasonIn)
@blueprint.output(AskedOut)
@blueprint.doc(
    summary="Set one aside, with a reason",
    description="It is kept and can be taken back; nobody tries it again meanwhile.",
)
def set_aside(instance: uuid.UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    by = hand(session, json_data["survey"])
    about = About(instance, json_data["seen"])
    services.set_aside(session, by, about, json_data["reason"], access.now())
    session.commit()
    return {"instance_id": instance, "state": "set_aside"}


@blueprint.post("/quarantine/<uuid:instance>/take_back")
@blueprint.input(ReasonIn)
@blueprint.output(AskedOut)
@blueprint.doc(summary="Take one back that was set aside")
def take_back(instance: uuid.UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    by = hand(session, json_data["survey"])
    about = About(instance, json_data["seen"])
    services.take_back(session, by, about, json_data["reason"], access.now())
    session.commit()
    return {"instance_id": instance, "state": "waiting"}


@blueprint.post("/quarantine/replay")
@blueprint.input(ReplayAllIn)
@blueprint.output(AskedAllOut, status_code=202)
@blueprint.doc(
    summary="Try all again: of a code, a form, an area",
    description="How far that is, `asked` of each in the list tells, and `counts`.",
)
def replay_all(json_data: dict[str, Any]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    by = hand(session, json_data["survey"])
    areas = areas_wanted(session, by, json_data["area"])
    chosen = {"code": json_data["code"], "form": json_data["form"]}
    wanted = Wanted(by.survey, areas, **chosen, most=MOST_REPLAYED)
    every = Wanted(by.survey, areas, **chosen, most=MOST_COUNTED)
    there = sum(stored.counts(session, every).values())
    asked = services.replay_all(session, by, wanted, now)
    session.commit()
    current_app.extensions["queue"].ring()
    return {"asked": asked, "left": max(there - asked, 0)}
