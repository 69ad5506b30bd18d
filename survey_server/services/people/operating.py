"""What operators do by command; nobody is over them, so nobody is asked."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.services.people.accounts import NewAccount
from survey_server.services.people.resetting import ResetLink, make_reset
from survey_server.services.people.signing_in import plain
from survey_server.store import frame, people
from survey_server.store.frame import Survey


def open_account(
    session: Session, survey: Survey, new: NewAccount, now: datetime
) -> ResetLink | None:
    """Also a role for an account that is there, which gets no link. Raises RoleHeld, NotFound."""
    wanted = new.appointment
    area = frame.area_by_code(session, survey.id, wanted.area)
    if area is None:
        raise problems.NotFound()
    username = plain(new.username)
    opened = people.open_account(session, username, new.name, now)
    person = opened or people.ids_of(session, [username])[username]
    added = people.add_membership(session, person, survey.id, area.id, wanted.role, wanted.days)
    if added is None:
        raise problems.RoleHeld()
    subject, role = f"person:{person}", {"role": wanted.role, "area": wanted.area}
    audit.note(
        Entry("account_made" if opened else "role_given", survey.code, object=subject, data=role)
    )
    people.end_sessions(session, person)
    return make_reset(session, person, None, False, now) if opened else None


def disable(session: Session, person: int, now: datetime) -> bool:
    audit.note(Entry("account_disabled", object=f"person:{person}"))
    return people.disable(session, person, now)


def enable(session: Session, person: int) -> bool:
    audit.note(Entry("account_enabled", object=f"person:{person}"))
    return people.enable(session, person)


def revoke_token(session: Session, token: int, now: datetime) -> bool:
    revoked = people.revoke_token(session, token, now)
    if revoked:
        audit.note(Entry("token_revoked", object=f"token:{token}"))
    return revoked
