"""Codes and QR pictures for people of the caller's own area, singly or for a team."""

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.api import access
from survey_server.api.devices.blueprint import (
    LARGEST_ID,
    OPENROSA,
    areas_of_caller,
    blueprint,
    known_id,
    this_server,
)
from survey_server.domain.devices import collect_settings, invitation
from survey_server.services import devices as services
from survey_server.services.devices import Wishes
from survey_server.services.devices.sheets import MOST_CARDS
from survey_server.store import frame
from survey_server.store.base import db
from survey_server.store.devices import Carrier


class CodeWishes(Schema):
    days = Integer(load_default=7, validate=Range(1, services.LONGEST_DAYS))
    keep_older = Boolean(
        load_default=False,
        metadata={"description": "Leave the person's other open codes as they are"},
    )


class IssueIn(CodeWishes):
    client = String(load_default="own", validate=OneOf(["own", "odk_collect"]))


class IssuedOut(Schema):
    """For ODK Collect there is no code: the picture is the enrolment."""

    code = String(allow_none=True)
    expires_at = AwareDateTime(allow_none=True)
    device_id = String(allow_none=True)
    payload = String(metadata={"description": "What the QR picture says; secret"})
    svg = String()


class SheetIn(CodeWishes):
    area = String(load_default=None, allow_none=True, validate=Length(1, 100))
    people = List(Integer(validate=Range(1, LARGEST_ID)), load_default=list, validate=Length(0, 60))


class CardOut(Schema):
    person_id = Integer()
    name = String()
    area = String()
    area_name = String()
    code = String()
    expires_at = AwareDateTime()
    payload = String()
    svg = String()


class SheetOut(Schema):
    cards = List(Nested(CardOut))
    more = Boolean(metadata={"description": "There may be more people than fit on one sheet"})


@blueprint.post("/surveys/<survey>/people/<int:person>/enrolment-codes")
@blueprint.input(IssueIn)
@blueprint.output(IssuedOut, status_code=201)
@blueprint.doc(
    summary="Give somebody a code for their tablet, with its QR picture",
    description="Ends the person's open codes, unless `keep_older`. For ODK Collect it enrols a"
    " device at once, whose secret is in the picture and nowhere else.",
)
def issue(survey: str, person: int, json_data: dict[str, Any]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    by = access.viewer(session).person_id
    areas = areas_of_caller(session, survey)
    carrier = services.carrier_of(session, survey, known_id(person), areas, now)
    if json_data["client"] == "odk_collect":
        told = _for_collect(session, carrier, by)
    else:
        wishes = Wishes(json_data["days"], json_data["keep_older"])
        issued = services.issue_code(session, carrier, by, wishes, now)
        told = _told(invitation(this_server(), issued.code))
        told |= {"code": issued.code, "expires_at": issued.expires_at}
    session.commit()
    return told


def _for_collect(session: Session, carrier: Carrier, by: int) -> dict[str, Any]:
    address = this_server().address + OPENROSA
    made = services.issue_for_collect(session, carrier, by, address, access.now())
    return _told(collect_settings(made.project)) | {"device_id": made.device_id}


def _told(payload: str) -> dict[str, Any]:
    return {
        "code": None,
        "expires_at": None,
        "device_id": None,
        "payload": payload,
        "svg": services.svg_of(payload),
    }


@blueprint.post("/surveys/<survey>/enrolment-codes")
@blueprint.input(SheetIn)
@blueprint.output(SheetOut, status_code=201)
@blueprint.doc(
    summary="Codes for everybody in the field in an area, at most 60",
    description="For a sheet of cards to be cut out. Ends the open codes of these people, unless"
    " `keep_older`.",
)
def issue_sheet(survey: str, json_data: dict[str, Any]) -> dict[str, Any]:
    session, now = db.session(), access.now()
    by = access.viewer(session).person_id
    areas = areas_of_caller(session, survey)
    found = frame.area_within(session, survey, json_data["area"], areas)
    if found is None:
        raise problems.NotFound()
    cards = services.cards_of(
        session,
        survey,
        [found[1]] if json_data["area"] else areas,
        by,
        this_server(),
        Wishes(json_data["days"], json_data["keep_older"]),
        now,
        json_data["people"],
    )
    session.commit()
    return {"cards": cards, "more": len(cards) == MOST_CARDS}
