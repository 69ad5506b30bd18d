"""The tablets of the caller's own area: listed, revoked, reported lost."""

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp

from survey_server import problems
from survey_server.api import access
from survey_server.api.devices.blueprint import LARGEST_ID, areas_of_caller, blueprint, known_id
from survey_server.services import devices as services
from survey_server.store import devices as stored, frame
from survey_server.store.base import db
from survey_server.store.devices import Ending

MOST = 200


class Asked(Schema):
    area = String(load_default=None, validate=Length(1, 100))
    person = Integer(load_default=None, validate=Range(1, LARGEST_ID))
    state = String(load_default=None, validate=OneOf(["active", "expired", "revoked", "lost"]))
    limit = Integer(load_default=100, validate=Range(1, MOST))
    cursor = Integer(load_default=0, validate=Range(0, LARGEST_ID))


class SearchIn(Schema):
    words = String(required=True, validate=Length(1, 100))
    area = String(load_default=None, allow_none=True, validate=Length(1, 100))
    state = String(
        load_default=None,
        allow_none=True,
        validate=OneOf(["active", "expired", "revoked", "lost"]),
    )
    limit = Integer(load_default=100, strict=True, validate=Range(1, MOST))
    cursor = Integer(load_default=0, strict=True, validate=Range(0, LARGEST_ID))


class Reason(Schema):
    reason = String(load_default="", validate=[Length(0, 300), Regexp(r"[^\x00-\x1f\x7f]*\Z")])


class DeviceOut(Schema):
    id = Integer()
    device_id = String()
    person_id = Integer()
    person_name = String()
    username = String()
    areas = List(String(), metadata={"description": "Where its person works; at most 20"})
    model = String(allow_none=True)
    app = String(allow_none=True)
    secret_prefix = String(allow_none=True)
    enrolled_at = AwareDateTime()
    seen_at = AwareDateTime(allow_none=True)
    expires_at = AwareDateTime()
    held = Integer(
        allow_none=True, metadata={"description": "Interviews only on the tablet, as it last said"}
    )
    received = Integer()
    state = String(validate=OneOf(["active", "expired", "revoked", "lost"]))
    revoked_at = AwareDateTime(allow_none=True)
    ended_by = String(allow_none=True)
    revoke_reason = String(allow_none=True)
    lost_at = AwareDateTime(allow_none=True)
    shared = Boolean(
        metadata={"description": "Somebody else is enrolled under this device id, too: end one"}
    )


class DevicesOut(Schema):
    devices = List(Nested(DeviceOut))
    next = Integer(allow_none=True, metadata={"description": "The cursor of the next page"})


class RevokedOut(Schema):
    device = Nested(DeviceOut)


class HouseholdOut(Schema):
    unit = String()
    ea = String()
    ea_name = String()
    address = String(metadata={"description": "As the list of units has it; empty where not"})
    why = String(validate=OneOf(["nothing_received", "not_complete"]))


class LostOut(Schema):
    device = Nested(DeviceOut)
    held = Integer(allow_none=True)
    households = List(Nested(HouseholdOut))


@blueprint.get("/surveys/<survey>/devices")
@blueprint.input(Asked, location="query")
@blueprint.output(DevicesOut)
@blueprint.doc(summary="Tablets: who has them, when they were last heard of, what they still hold")
def list_devices(survey: str, query_data: dict[str, Any]) -> dict[str, Any]:
    return _page(survey, query_data)


@blueprint.post("/surveys/<survey>/devices/search")
@blueprint.input(SearchIn)
@blueprint.output(DevicesOut)
@blueprint.doc(
    summary="Find tablets by part of their person's name, or by how their device id begins",
    description="A POST, because names do not belong in addresses.",
)
def search_devices(survey: str, json_data: dict[str, Any]) -> dict[str, Any]:
    return _page(survey, json_data)


def _page(survey: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Raises NotFound for an area that is not the caller's."""
    session = db.session()
    areas = areas_of_caller(session, survey)
    if asked["area"]:
        found = frame.area_within(session, survey, asked["area"], areas)
        if found is None:
            raise problems.NotFound()
        areas = [found[1]]
    wanted = stored.Wanted(
        survey,
        areas,
        asked.get("person"),
        asked["state"],
        asked["cursor"],
        asked["limit"],
        words=asked.get("words", ""),
    )
    person = access.viewer(session).person_id
    rows = services.listed(session, wanted, person, access.now())
    return {"devices": rows, "next": rows[-1].id if len(rows) == asked["limit"] else None}


@blueprint.post("/surveys/<survey>/devices/<int:device>/revoke")
@blueprint.input(Reason)
@blueprint.output(RevokedOut)
@blueprint.doc(summary="Refuse a tablet from now on; it keeps what it holds")
def revoke(survey: str, device: int, json_data: dict[str, str]) -> dict[str, Any]:
    session = db.session()
    areas = areas_of_caller(session, survey)
    ending = _ending("office", json_data)
    row = services.revoke(session, survey, known_id(device), areas, ending)
    session.commit()
    return {"device": row}


@blueprint.post("/surveys/<survey>/devices/<int:device>/lost")
@blueprint.input(Reason)
@blueprint.output(LostOut)
@blueprint.doc(
    summary="Report a tablet lost: it is refused, and the households to visit again are listed",
    description="Where it is found again and enrolled, or its store is imported, what it held comes"
    " in, and the list grows shorter.",
)
def lost(survey: str, device: int, json_data: dict[str, str]) -> dict[str, Any]:
    session = db.session()
    areas = areas_of_caller(session, survey)
    ending = _ending("lost", json_data)
    found = services.report_lost(session, survey, known_id(device), areas, ending)
    session.commit()
    return _told(found)


@blueprint.get("/surveys/<survey>/devices/<int:device>/to-revisit")
@blueprint.output(LostOut)
@blueprint.doc(summary="Households to visit again where this tablet does not come back, as of now")
def to_revisit(survey: str, device: int) -> dict[str, Any]:
    session = db.session()
    areas = areas_of_caller(session, survey)
    person = access.viewer(session).person_id
    found = services.still_to_revisit(
        session, survey, known_id(device), areas, person, access.now()
    )
    return _told(found)


def _ending(word: str, told: dict[str, str]) -> Ending:
    person = access.viewer(db.session()).person_id
    return Ending(word, access.now(), person, told["reason"].strip() or None)


def _told(found: services.Lost) -> dict[str, Any]:
    return {"device": found.device, "held": found.held, "households": found.households}
