"""Signing in on pages: the password on one, the code on the next.

Between the two the browser holds a sealed note that the password of that account was right: for
five minutes, as long as the password stays the same, and good for nothing but the second step.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from survey_server.problems import LoginFailed, Problem
from survey_server.services.people import second_factor
from survey_server.services.people.door import Door, SealBroken
from survey_server.services.people.signing_in import SignedIn, open_session, plain
from survey_server.store import people

GOOD_FOR = timedelta(minutes=5)
# Sealed for nobody: ids of people begin at 1, so no secret of theirs can be taken for a note.
NOBODY = 0


@dataclass(frozen=True, slots=True)
class Second:
    """What the second page brings: the note of the first, and the code."""

    note: str
    code: str
    client: str


def note_of(session: Session, door: Door, username: str, now: datetime) -> str | None:
    """To be made right after the password was found right; None for an account without one."""
    found = people.credentials_of(session, plain(username))
    if found is None or found.password_hash is None:
        return None
    told = [plain(username), _fingerprint(found.password_hash), now.timestamp()]
    return door.seal.close(json.dumps(told).encode(), NOBODY).hex()


def finish(session: Session, door: Door, second: Second, now: datetime) -> SignedIn | Problem:
    """LoginFailed where the first step has to be repeated. Raises RateLimited. What is returned
    must be committed."""
    found = _whose(session, door, second.note, now)
    if found is None or found.disabled:
        return LoginFailed()
    refused = second_factor.checked(session, door, found.person_id, second.code, now)
    if refused is not None:
        return refused
    return open_session(session, door, found.person_id, second.client, now)


def is_good(session: Session, door: Door, note: str, now: datetime) -> bool:
    return _whose(session, door, note, now) is not None


def _whose(session: Session, door: Door, note: str, now: datetime) -> people.Credentials | None:
    try:
        username, fingerprint, at = json.loads(door.seal.open(bytes.fromhex(note), NOBODY))
    except (ValueError, SealBroken):
        return None
    if not timedelta(0) <= now - datetime.fromtimestamp(at, UTC) <= GOOD_FOR:
        return None
    found = people.credentials_of(session, username)
    if found is None or found.password_hash is None:
        return None
    return found if _fingerprint(found.password_hash) == fingerprint else None


def _fingerprint(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()[:32]
