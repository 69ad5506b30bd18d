"""The people of one's areas: listed, appointed, disabled, given a way back in."""

from dataclasses import asdict
from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp
from flask import Response

from survey_server import problems
from survey_server.api import access
from survey_server.api.people.blueprint import LARGEST_ID, blueprint, row_id
from survey_server.domain.people import ROLES
from survey_server.services import people as services
from survey_server.store import people
from survey_server.store.base import db

USERNAME = Regexp(r"[a-z0-9][a-z0-9._@-]{1,63}\Z")


class AppointmentIn(Schema):
    role = String(required=True, validate=OneOf(ROLES))
    area = String(required=True, validate=Length(1, 64))
    valid_from = Date(load_default=None, allow_none=True)
    valid_to = Date(load_default=None, allow_none=True)


class PersonIn(AppointmentIn):
    username = String(required=True, validate=USERNAME)
    name = String(required=True, validate=Length(1, 200))


class ResetAsked(Schema):
    drops_second_factor = Boolean(
        load_default=False,
        metadata={"description": "For a lost phone: it is set up anew at the next sign-in"},
    )


class ResetLinkOut(Schema):
    token = String(metadata={"description": "Shown this once; for POST /password-resets"})
    expires_at = AwareDateTime()


class NewLinkOut(ResetLinkOut):
    """The API's document names what stands alone and what is part of something apart."""


class OpenedOut(Schema):
    id = Integer()
    reset = Nested(ResetLinkOut)


class RoleOut(Schema):
    id = Integer()
    role = String()
    area = String()
    area_name = String()
    valid_from = Date(allow_none=True)
    valid_to = Date(allow_none=True)
    held = Boolean(metadata={"description": "false: it has ended"})


class PersonOut(Schema):
    id = Integer()
    username = String()
    name = String()
    disabled = Boolean()
    second_factor = Boolean()
    last_signed_in = AwareDateTime(allow_none=True)
    roles = List(Nested(RoleOut))


class OnePersonOut(PersonOut):
    """By itself."""


class PeopleOut(Schema):
    people = List(Nested(PersonOut))
    next_after = Integer(allow_none=True)


class PageIn(Schema):
    area = String(load_default=None, validate=Length(1, 64))
    role = String(load_default="", validate=OneOf(("", *ROLES)))
    disabled = Boolean(load_default=None)
    after = Integer(load_default=None, validate=Range(1, LARGEST_ID))
    limit = Integer(load_default=50, validate=Range(1, 200))


class SearchIn(Schema):
    words = String(required=True, validate=Length(1, 100))
    area = String(load_default=None, allow_none=True, validate=Length(1, 64))
    role = String(load_default="", validate=OneOf(("", *ROLES)))
    disabled = Boolean(load_default=None, allow_none=True)
    after = Integer(load_default=None, allow_none=True, strict=True, validate=Range(1, LARGEST_ID))
    limit = Integer(load_default=50, strict=True, validate=Range(1, 200))


class RoleIdOut(Schema):
    id = Integer()


@blueprint.get("/surveys/<survey>/people")
@blueprint.input(PageIn, location="query")
@blueprint.output(PeopleOut)
@blueprint.doc(summary="The people of one's areas, a page at a time")
def list_people(survey: str, query_data: dict[str, Any]) -> dict[str, Any]:
    return _page(survey, query_data)


@blueprint.post("/surveys/<survey>/people/search")
@blueprint.input(SearchIn)
@blueprint.output(PeopleOut)
@blueprint.doc(
    summary="Find people of one's areas by part of a name, with or without its marks",
    description="A POST, because names do not belong in addresses.",
)
def search_people(survey: str, json_data: dict[str, Any]) -> dict[str, Any]:
    return _page(survey, json_data)


@blueprint.get("/surveys/<survey>/people/<int:person_id>")
@blueprint.output(OnePersonOut)
@blueprint.doc(summary="One of the people of one's areas")
def one_person(survey: str, person_id: int) -> dict[str, Any]:
    session = db.session()
    viewer = access.viewer(session)
    return asdict(services.member(session, viewer, survey, row_id(person_id), access.now()))


@blueprint.post("/surveys/<survey>/people")
@blueprint.input(PersonIn)
@blueprint.output(OpenedOut, status_code=201)
@blueprint.doc(
    summary="Open an account for somebody in one's own area",
    description="Answers with a one-time link with which its person sets a password.",
)
def open_account(survey: str, json_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    username, name = json_data.pop("username"), json_data.pop("name")
    new = services.NewAccount(username, name, _appointment(json_data))
    opened = services.open_account(session, access.viewer(session), survey, new, access.now())
    session.commit()
    return asdict(opened)


@blueprint.post("/surveys/<survey>/people/<int:person_id>/roles")
@blueprint.input(AppointmentIn)
@blueprint.output(RoleIdOut, status_code=201)
@blueprint.doc(summary="Give somebody a role in an area; ends their sessions")
def appoint(survey: str, person_id: int, json_data: dict[str, Any]) -> dict[str, int]:
    session = db.session()
    viewer, wanted = access.viewer(session), _appointment(json_data)
    made = services.appoint(session, viewer, survey, row_id(person_id), wanted, access.now())
    session.commit()
    return {"id": made}


@blueprint.delete("/surveys/<survey>/people/<int:person_id>/roles/<int:role_id>")
@blueprint.output({}, status_code=204)
@blueprint.doc(summary="End a role now; ends the person's sessions")
def end_role(survey: str, person_id: int, role_id: int) -> Response:
    session = db.session()
    viewer = access.viewer(session)
    services.end_role(session, viewer, survey, row_id(person_id), row_id(role_id), access.now())
    session.commit()
    return Response(status=204)


@blueprint.post("/surveys/<survey>/people/<int:person_id>/disable")
@blueprint.output({}, status_code=204)
@blueprint.doc(
    summary="Disable an account",
    description="Ends its sessions, tokens and tablets at once; tablets keep their data.",
)
def disable(survey: str, person_id: int) -> Response:
    session = db.session()
    services.disable(session, access.viewer(session), survey, row_id(person_id), access.now())
    session.commit()
    return Response(status=204)


@blueprint.post("/surveys/<survey>/people/<int:person_id>/enable")
@blueprint.output({}, status_code=204)
@blueprint.doc(summary="Enable an account again; its tablets sync again")
def enable(survey: str, person_id: int) -> Response:
    session = db.session()
    services.enable(session, access.viewer(session), survey, row_id(person_id), access.now())
    session.commit()
    return Response(status=204)


@blueprint.post("/surveys/<survey>/people/<int:person_id>/password-resets")
@blueprint.input(ResetAsked)
@blueprint.output(NewLinkOut, status_code=201)
@blueprint.doc(summary="A one-time link to a new password, good for 24 hours; ends older ones")
def reset_link(survey: str, person_id: int, json_data: dict[str, bool]) -> dict[str, Any]:
    session = db.session()
    viewer = access.viewer(session)
    link = services.reset_link(
        session, viewer, survey, row_id(person_id), json_data["drops_second_factor"], access.now()
    )
    session.commit()
    return asdict(link)


def _page(survey: str, asked: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    wanted = services.Page(**asked)
    found = services.members(session, access.viewer(session), survey, wanted, access.now())
    full = len(found) == wanted.limit
    return {"people": found, "next_after": found[-1].id if full else None}


def _appointment(asked: dict[str, Any]) -> services.Appointment:
    days = people.Days(asked["valid_from"], asked["valid_to"])
    if days.valid_from and days.valid_to and days.valid_to < days.valid_from:
        raise problems.ValidationFailed(errors=[{"pointer": "/valid_to", "code": "invalid"}])
    return services.Appointment(asked["role"], asked["area"], days)
