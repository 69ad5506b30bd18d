"""Signing in without HTTP, and making the codes of an authenticator app."""

import base64
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from sqlalchemy.orm import Session

from survey_server.domain.people.one_time_codes import code_of, step_at
from survey_server.services.people import Attempt, Door, Seal, or_raise, sign_in
from survey_server.services.people.second_factor import Setup

SEAL = Seal(b"k" * 32)
# As in production, and as in a demonstration.
GUARDED = Door(SEAL)
OPEN = Door(SEAL, second_factor_required=False)


def signed_in(
    session: Session, username: str, password: str, now: datetime, door: Door = OPEN
) -> str:
    """The token. Raises the problem."""
    return or_raise(sign_in(session, door, Attempt(username, password), now)).token


def secret_in(address: str) -> bytes:
    """What an app reads from the QR code."""
    typed = parse_qs(urlsplit(address).query)["secret"][0]
    return base64.b32decode(typed + "=" * (-len(typed) % 8))


def code_for(setup: Setup | str, now: datetime, later: int = 0) -> str:
    """What the app shows, so many steps later."""
    address = setup if isinstance(setup, str) else setup.address
    return code_of(secret_in(address), step_at(now) + later)
