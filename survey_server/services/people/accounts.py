"""Accounts and roles, as superiors give and take them in their own area.

    person not in the viewer's areas          404, as if there were nobody
    oneself, or somebody who is no lesser     403
    a post that the viewer may not fill       403

Who may fill what is a table: survey_server.domain.people.appointing. Every role of the person
counts, in all surveys and areas: nobody disables somebody who is more elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.people import Viewer
from survey_server.domain.people.appointing import Post, may_appoint
from survey_server.domain.people.passwords import own_words
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.services.people.passwords import hash_of_new
from survey_server.services.people.resetting import ResetLink, make_reset
from survey_server.services.people.signing_in import plain
from survey_server.store import frame, people


@dataclass(frozen=True, slots=True)
class Appointment:
    """A role in the area of that code, between two days."""

    role: str
    area: str
    days: people.Days = people.ALWAYS


@dataclass(frozen=True, slots=True)
class NewAccount:
    username: str
    name: str
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """The link lets its person set a password: nobody else ever knows it."""

    id: int
    reset: ResetLink


def add_person(
    session: Session, username: str, name: str, password: str | None, now: datetime
) -> int:
    """The id of the account; an account of that user name keeps its password if none is given.

    For operators. Raises PasswordRefused.
    """
    hashed = hash_of_new(password, own_words(username, name)) if password else None
    return people.save_person(session, plain(username), name, hashed, now)


def open_account(
    session: Session, viewer: Viewer, survey: str, new: NewAccount, now: datetime
) -> OpenedAccount:
    """Raises NotFound for an area that is not the viewer's, Forbidden, UsernameTaken."""
    survey_id, area_id = _place(session, viewer, survey, new.appointment)
    person = people.open_account(session, plain(new.username), new.name, now)
    if person is None:
        raise problems.UsernameTaken()
    people.add_membership(
        session, person, survey_id, area_id, new.appointment.role, new.appointment.days
    )
    _note("account_made", viewer, survey, person, _told(new.appointment))
    return OpenedAccount(person, make_reset(session, person, viewer.person_id, False, now))


def appoint(
    session: Session,
    viewer: Viewer,
    survey: str,
    person: int,
    appointment: Appointment,
    now: datetime,
) -> int:
    """The id of the role. Raises NotFound, Forbidden, RoleHeld."""
    require_lesser(session, viewer, survey, person, now)
    survey_id, area_id = _place(session, viewer, survey, appointment)
    added = people.add_membership(
        session, person, survey_id, area_id, appointment.role, appointment.days
    )
    if added is None:
        raise problems.RoleHeld()
    _note("role_given", viewer, survey, person, _told(appointment))
    people.end_sessions(session, person)
    return added


def end_role(
    session: Session, viewer: Viewer, survey: str, person: int, role: int, now: datetime
) -> None:
    """At once. Raises NotFound, Forbidden."""
    require_lesser(session, viewer, survey, person, now)
    found = frame.survey_by_code(session, survey)
    post = people.post_of(session, found.id, person, role) if found else None
    if post is None or not set(post.path) & set(viewer.areas_in(survey)):
        raise problems.NotFound()
    if not may_appoint(viewer.scopes, post):
        raise problems.Forbidden()
    if not people.end_membership(session, role, now):
        raise problems.NotFound()
    _note("role_taken", viewer, survey, person, {"role": post.role, "area_id": post.path[-1]})
    people.end_sessions(session, person)


def disable(session: Session, viewer: Viewer, survey: str, person: int, now: datetime) -> bool:
    """Ends sessions, tokens and the work of tablets at once. False where it was so before."""
    require_lesser(session, viewer, survey, person, now)
    _note("account_disabled", viewer, survey, person)
    return people.disable(session, person, now)


def enable(session: Session, viewer: Viewer, survey: str, person: int, now: datetime) -> bool:
    require_lesser(session, viewer, survey, person, now)
    _note("account_enabled", viewer, survey, person)
    return people.enable(session, person)


def reset_link(
    session: Session,
    viewer: Viewer,
    survey: str,
    person: int,
    drops_second_factor: bool,
    now: datetime,
) -> ResetLink:
    require_lesser(session, viewer, survey, person, now)
    return make_reset(session, person, viewer.person_id, drops_second_factor, now)


def require_lesser(
    session: Session, viewer: Viewer, survey: str, person: int, now: datetime
) -> None:
    """Raises NotFound where the person has nothing to do with the viewer's areas, Forbidden."""
    areas = set(viewer.areas_in(survey))
    posts = people.posts_of(session, person, now)
    if not any(one.survey_code == survey and areas & set(one.path) for one in posts):
        raise problems.NotFound()
    if person == viewer.person_id or not all(may_appoint(viewer.scopes, one) for one in posts):
        raise problems.Forbidden()


def _place(
    session: Session, viewer: Viewer, survey: str, appointment: Appointment
) -> tuple[int, int]:
    """Survey and area. Raises NotFound, Forbidden."""
    areas = viewer.areas_in(survey)
    found = frame.area_within(session, survey, appointment.area, areas)
    if found is None:
        raise problems.NotFound()
    survey_id, area_id = found
    path = tuple(session.get_one(frame.Area, area_id).path)
    if not may_appoint(viewer.scopes, Post(survey, appointment.role, path)):
        raise problems.Forbidden()
    return survey_id, area_id


def _note(
    action: str,
    viewer: Viewer,
    survey: str,
    person: int,
    data: Mapping[str, str | int | None] | None = None,
) -> None:
    audit.note(Entry(action, survey, viewer.person_id, object=f"person:{person}", data=data or {}))


def _told(appointment: Appointment) -> dict[str, str | int | None]:
    days = appointment.days
    return {
        "role": appointment.role,
        "area": appointment.area,
        "from": days.valid_from.isoformat() if days.valid_from else None,
        "to": days.valid_to.isoformat() if days.valid_to else None,
    }
