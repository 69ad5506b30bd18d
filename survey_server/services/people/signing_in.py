"""Signing in and out.

    address has room ─▶ account has room ─▶ password ─▶ code, where one is kept ─▶ session

What went wrong is returned and not raised, because the failure must be committed. Every reason
before the password was right gives the same answer.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server.domain.people import needs_second_factor
from survey_server.problems import (
    LoginFailed,
    NotFound,
    Problem,
    SecondFactorNeeded,
    SecondFactorWrong,
)
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.services.people import limits, second_factor
from survey_server.services.people.door import Door
from survey_server.services.people.passwords import hashes
from survey_server.store import people

LONGEST_CLIENT = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """`code` is one of the authenticator app, or a recovery code; `client` a User-Agent."""

    username: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)
    address: str | None = None
    client: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`setting_up`: the session may do nothing but set the second factor up."""

    token: str = field(repr=False)
    person: int
    setting_up: bool = False


def plain(username: str) -> str:
    """User names have no case."""
    return username.strip().lower()


def sign_in(session: Session, door: Door, attempt: Attempt, now: datetime) -> SignedIn | Problem:
    """Raises RateLimited for the address, Overloaded. What is returned must be committed."""
    username = plain(attempt.username)
    account, address = limits.of_account(username), limits.of_address(attempt.address, door)
    address.require_room(session, now)
    account.take_turns(session)
    if account.reached(session, now):
        return LoginFailed()
    found = people.credentials_of(session, username) if "\0" not in username else None
    fits = hashes.fits(found.password_hash if found else None, attempt.password)
    if not fits or found is None or found.disabled:
        failure: Problem | None = LoginFailed()
    else:
        failure = _second_factor_missing(session, door, found.person_id, attempt.code, now)
    if found is None or isinstance(failure, LoginFailed | SecondFactorWrong):
        account.note(session, now)
        address.note(session, now)
        limited = account.reached(session, now)
        _leave_a_trace(failure, found.person_id if found else None, limited)
    if found is None or failure is not None:
        return failure or LoginFailed()
    account.forget(session)
    return open_session(session, door, found.person_id, attempt.client, now)


def open_session(session: Session, door: Door, person: int, client: str, now: datetime) -> SignedIn:
    """Always under a new id: one that was known before signing in opens nothing afterwards."""
    token = secrets.token_urlsafe(32)
    setting_up = (
        door.second_factor_required
        and people.second_factor_of(session, person).sealed is None
        and needs_second_factor(people.roles_held(session, person, now))
    )
    audit.note(Entry("signed_in", person=person, data={"setting_up": int(setting_up)}))
    shown = "".join(char for char in client if char.isprintable())[:LONGEST_CLIENT]
    people.open_session(session, token, people.NewSession(person, setting_up, shown), now)
    return SignedIn(token, person, setting_up)


def sign_out(session: Session, token: str) -> int | None:
    """Whose session it was."""
    person = people.close_session(session, token)
    if person is not None:
        audit.note(Entry("signed_out", person=person))
    return person


def _second_factor_missing(
    session: Session, door: Door, person: int, code: str, now: datetime
) -> Problem | None:
    """The password was right."""
    if people.second_factor_of(session, person).sealed is None:
        return None
    if not code.strip():
        return SecondFactorNeeded()
    return None if second_factor.use(session, door, person, code, now) else SecondFactorWrong()


def end_session(session: Session, person: int, wanted: int) -> None:
    """Raises NotFound where it is not the person's own."""
    if not people.close_own(session, person, wanted):
        raise NotFound()
    audit.note(Entry("sessions_ended", person=person, object=f"person:{person}"))


def end_other_sessions(session: Session, person: int, token: str) -> int:
    """How many; the one of the token stays."""
    ended = people.close_others(session, person, token)
    audit.note(
        Entry("sessions_ended", person=person, object=f"person:{person}", data={"sessions": ended})
    )
    return ended


def _leave_a_trace(failure: Problem | None, person: int | None, limited: bool) -> None:
    """Once a bound is reached, further attempts are not looked at and leave none: whoever tries
    for ever cannot fill the trail."""
    wrong_code = isinstance(failure, SecondFactorWrong)
    audit.note_if_possible(Entry("totp_failed" if wrong_code else "sign_in_failed", person=person))
    if limited:
        audit.note_if_possible(Entry("sign_in_limited", person=person))
