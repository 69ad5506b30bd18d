"""Accounts and signing in.

Passwords are argon2id; session tokens are random, and only their SHA-256 is stored.
"""

import hashlib
import secrets
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.store import people

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked for users that do not exist, so that they take as long as users that do.
_NOBODY = _hasher.hash(secrets.token_hex())

LONGEST_PASSWORD = 1000


def add_person(
    session: Session, username: str, name: str, password: str | None, now: datetime
) -> int:
    """The id of the account; an account of that user name keeps its password if none is given."""
    hashed = _hasher.hash(password) if password else None
    return people.save_person(session, username.strip().lower(), name, hashed, now)


def replace_password(session: Session, username: str) -> str | None:
    """A new random password, which is known nowhere else; None for an unknown user name."""
    made = secrets.token_urlsafe(12)
    name = username.strip().lower()
    return made if people.change_password(session, name, _hasher.hash(made)) else None


def sign_in(session: Session, username: str, password: str, now: datetime) -> str:
    """A session token. Raises LoginFailed, the same for every reason."""
    found = people.credentials_of(session, username.strip().lower())
    hashed = found.password_hash if found and found.password_hash else _NOBODY
    fits = len(password) <= LONGEST_PASSWORD and _verified(hashed, password)
    if not fits or found is None or found.disabled:
        raise problems.LoginFailed()
    token = secrets.token_urlsafe(32)
    people.open_session(session, sha256_of(token), found.person_id, now)
    return token


def sign_out(session: Session, token: str) -> None:
    people.close_session(session, sha256_of(token))


def sha256_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _verified(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
