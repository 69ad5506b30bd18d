"""What operators do by command; nobody is over them, so nobody is asked."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services import audit
from survey_server.services.audit import Data, Entry
from survey_server.services.people.accounts import NewAccount
from survey_server.services.people.resetting import ResetLink, make_reset
from survey_server.services.people.signing_in import plain
from survey_server.store import frame, people
from survey_server.store.frame import Survey
from survey_server.store.people import second_factors


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


def reset_second_factors(session: Session, reason: str) -> int:
    """Everybody's, where the key that opens them is lost or known to others; how many those were.
    Sessions end too. Whoever must have one sets it up at the next sign-in."""
    found = second_factors.holders(session)
    told: Data = {"people": len(found), "reason": reason}
    audit.note(Entry("second_factors_reset", data=told))
    for person in found:
        audit.note(Entry("totp_removed", object=f"person:{person}"))
        people.drop_second_factor(session, person)
        people.end_sessions(session, person)
    return len(found)


def revoke_token(session: Session, token: int, now: datetime) -> bool:
    revoked = people.revoke_token(session, token, now)
    if revoked:
        audit.note(Entry("token_revoked", object=f"token:{token}"))
    return revoked
