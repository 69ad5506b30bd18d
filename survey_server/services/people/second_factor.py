"""The second factor: set up with an authenticator app, used once a step, replaced by ten codes.

Whoever has a role beyond field staff sets it up at the first sign-in, in a session that can do
nothing else. Recovery codes are shown once, when the factor is confirmed; only their SHA-256 stays.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from survey_server.domain.people import one_time_codes
from survey_server.problems import Problem, SecondFactorNeeded, SecondFactorWrong
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.services.people import limits
from survey_server.services.people.door import Door, SealBroken
from survey_server.store import people

log = structlog.get_logger()

ISSUER = "survey_server"
RECOVERY_CODES = 10
# Without letters and digits that are taken for one another: five bits each.
LETTERS = "abcdefghjkmnpqrstuvwxyz123456789"
GROUPS, GROUP_LETTERS = 4, 4


@dataclass(frozen=True, slots=True)
class Setup:
    """What the app is told: `secret` to type, `address` as a QR code."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


def begin(session: Session, door: Door, person: int, code: str, now: datetime) -> Setup | Problem:
    """A new secret, which counts once a code confirms it. Who has a factor proves it first."""
    if people.second_factor_of(session, person).sealed is not None:
        refused = checked(session, door, person, code, now)
        if refused is not None:
            return refused
    account = people.account_of(session, person)
    if account is None:
        raise LookupError(person)
    secret = secrets.token_bytes(one_time_codes.SECRET_BYTES)
    people.keep_pending(session, person, door.seal.close(secret, person))
    address = one_time_codes.address_of(secret, account.username, ISSUER)
    return Setup(one_time_codes.secret_to_type(secret), address)


def confirm(
    session: Session, door: Door, person: int, code: str, now: datetime
) -> list[str] | Problem:
    """The recovery codes. Ends all sessions of the person: what follows is a new one."""
    bound = _bound(person)
    bound.take_turns(session)
    bound.require_room(session, now)
    kept = people.second_factor_of(session, person)
    secret, step = _pending(door, kept, person), None
    if secret is not None:
        step = one_time_codes.step_that_fits(secret, one_time_codes.as_typed(code), now, 0)
    if (
        kept.pending is None
        or step is None
        # Another one was begun at this moment.
        or not people.confirm_pending(session, person, kept.pending, step, now)
    ):
        bound.note(session, now)
        audit.note_if_possible(Entry("totp_failed", person=person))
        return SecondFactorWrong()
    audit.note(Entry("totp_set_up", person=person, object=f"person:{person}"))
    bound.forget(session)
    people.end_sessions(session, person)
    return new_recovery_codes(session, person)


def use(session: Session, door: Door, person: int, code: str, now: datetime) -> bool:
    """A code of the app or a recovery code; neither is good twice."""
    kept = people.second_factor_of(session, person)
    if kept.sealed is None:
        return False
    digits = one_time_codes.as_typed(code)
    if not digits:
        return people.use_recovery_code(session, person, _sha256_of_typed(code), now)
    try:
        secret = door.seal.open(kept.sealed, person)
    except SealBroken:
        log.error("second factor not of this key; see people reset-second-factors", person=person)
        return False
    step = one_time_codes.step_that_fits(secret, digits, now, kept.last_step)
    return step is not None and people.use_step(session, person, step)


def checked(session: Session, door: Door, person: int, code: str, now: datetime) -> Problem | None:
    """A code asked for again, before something that matters; attempts are limited."""
    bound = _bound(person)
    bound.take_turns(session)
    bound.require_room(session, now)
    if not code.strip():
        return SecondFactorNeeded()
    if use(session, door, person, code, now):
        bound.forget(session)
        return None
    bound.note(session, now)
    audit.note_if_possible(Entry("totp_failed", person=person))
    return SecondFactorWrong()


def renew_recovery_codes(
    session: Session, door: Door, person: int, code: str, now: datetime
) -> list[str] | Problem:
    """Those before are worth nothing any more."""
    refused = checked(session, door, person, code, now)
    return refused if refused is not None else new_recovery_codes(session, person)


def new_recovery_codes(session: Session, person: int) -> list[str]:
    made = [_new_code() for _ in range(RECOVERY_CODES)]
    people.replace_recovery_codes(session, person, map(_sha256_of_typed, made))
    return made


def _bound(person: int) -> limits.Bound:
    return limits.Bound(limits.subject_of("second_factor", str(person)), limits.FAILURES_OF_ACCOUNT)


def _new_code() -> str:
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP_LETTERS)) for _ in range(GROUPS))
    return "-".join(groups)


def _sha256_of_typed(code: str) -> bytes:
    """Case, hyphens and spaces do not matter."""
    letters = "".join(char for char in code.lower() if char.isalnum())
    return hashlib.sha256(letters.encode("utf-8", "surrogatepass")).digest()


def pending_setup(session: Session, door: Door, person: int) -> Setup | None:
    """What was begun and waits for its first code; None where nothing does."""
    secret = _pending(door, people.second_factor_of(session, person), person)
    account = people.account_of(session, person)
    if secret is None or account is None:
        return None
    address = one_time_codes.address_of(secret, account.username, ISSUER)
    return Setup(one_time_codes.secret_to_type(secret), address)


def _pending(door: Door, kept: people.Kept, person: int) -> bytes | None:
    """None also where the key that opens it is another one by now: it has to be begun again."""
    if kept.pending is None:
        return None
    try:
        return door.seal.open(kept.pending, person)
    except SealBroken:
        return None
