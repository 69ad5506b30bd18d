"""New passwords: a person's own change, and the one-time link of somebody over them.

A link is shown once, works once within 24 hours, and ends those made before it. Whatever changes a
password ends all sessions. Who is reset may have lost the account to somebody else, who may have
made tokens in it: a reset revokes all of them. A person's own change leaves them, unless asked.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.people import passwords
from survey_server.problems import LoginFailed, Problem
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.services.people import limits
from survey_server.services.people.door import Door
from survey_server.services.people.passwords import hash_of_new, hashes
from survey_server.services.people.signing_in import plain
from survey_server.store import people
from survey_server.store.people import api_tokens

GOOD_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ResetLink:
    """`token` is shown once; the page it is for is /reset, and it travels in a form's body."""

    token: str = field(repr=False)
    expires_at: datetime


def make_reset(
    session: Session, person: int, made_by: int | None, drops_second_factor: bool, now: datetime
) -> ResetLink:
    token = secrets.token_urlsafe(32)
    expires_at = now + GOOD_FOR
    new = people.NewReset(person, made_by, people.sha256_of(token), drops_second_factor, expires_at)
    audit.note(
        Entry(
            "password_link_issued",
            person=made_by,
            object=f"person:{person}",
            data={"drops_second_factor": int(drops_second_factor)},
        )
    )
    people.add_reset(session, new, now)
    return ResetLink(token, expires_at)


def use_reset(
    session: Session, door: Door, token: str, password: str, address: str | None, now: datetime
) -> int | Problem:
    """The person. Raises RateLimited, PasswordRefused; a refused password leaves the link good."""
    bound = limits.of_address(address, door)
    bound.require_room(session, now)
    reset = people.reset_of(session, people.sha256_of(token), now)
    if reset is None:
        bound.note(session, now)
        return problems.ResetLinkInvalid()
    hashed = hash_of_new(password, own_words(session, reset.person, now))
    subject = f"person:{reset.person}"
    audit.note(Entry("password_reset", person=reset.person, object=subject))
    people.end_resets(session, reset.person, now)
    _keep(session, reset.person, reset.username, hashed)
    _revoke_tokens(session, reset.person, now)
    if reset.drops_second_factor:
        audit.note(Entry("totp_removed", person=reset.person, object=subject))
        people.drop_second_factor(session, reset.person)
    return reset.person


def change_own_password(
    session: Session, person: int, old: str, new: str, now: datetime, revokes_tokens: bool = False
) -> int | Problem:
    """The person, whose sessions have all ended. Raises PasswordRefused."""
    account = people.account_of(session, person)
    if account is None:
        raise LookupError(person)
    bound = limits.of_account(account.username)
    bound.take_turns(session)
    bound.require_room(session, now)
    found = people.credentials_of(session, account.username)
    if not hashes.fits(found.password_hash if found else None, old):
        bound.note(session, now)
        audit.note_if_possible(Entry("sign_in_failed", person=person))
        return LoginFailed()
    hashed = hash_of_new(new, own_words(session, person, now))
    audit.note(Entry("password_changed", person=person, object=f"person:{person}"))
    _keep(session, person, account.username, hashed)
    people.end_resets(session, person, now)
    if revokes_tokens:
        _revoke_tokens(session, person, now)
    return person


def replace_password(session: Session, username: str) -> str | None:
    """A new random password, which is known nowhere else; None for an unknown user name."""
    person = people.ids_of(session, [plain(username)]).get(plain(username))
    if person is None:
        return None
    made = secrets.token_urlsafe(12)
    audit.note(Entry("password_changed", object=f"person:{person}"))
    _keep(session, person, plain(username), hashes.of(made))
    _revoke_tokens(session, person, datetime.now(UTC))
    return made


def own_words(session: Session, person: int, now: datetime) -> list[str]:
    """What would be guessed first of this person: their names, and those of their surveys."""
    account = people.account_of(session, person)
    surveys = {post.survey_code for post in people.posts_of(session, person, now)}
    names = passwords.own_words(account.username, account.name) if account else ()
    return [*names, *surveys]


def _revoke_tokens(session: Session, person: int, now: datetime) -> None:
    for token in api_tokens.revoke_tokens_of(session, person, now):
        told = {"of_person": person}
        audit.note(Entry("token_revoked", object=f"token:{token}", data=told))


def _keep(session: Session, person: int, username: str, hashed: str) -> None:
    people.change_password(session, person, hashed)
    limits.of_account(username).forget(session)
