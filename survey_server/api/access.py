"""Who is calling: a tablet by its secret, a person by the token of their session.

Tokens come in the Authorization header and nowhere else, never in an address.
"""

import hashlib
from datetime import UTC, datetime

from flask import request
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.people import Viewer
from survey_server.store import devices, frame, people

LONGEST_TOKEN = 200


def now() -> datetime:
    return datetime.now(UTC)


def bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not 16 <= len(token) <= LONGEST_TOKEN:
        raise problems.Unauthenticated()
    return token


def device(session: Session) -> devices.OnCall:
    """Raises Unauthenticated or TokenRevoked."""
    on_call = devices.on_call(session, hashlib.sha256(bearer().encode()).digest())
    if on_call is None:
        raise problems.Unauthenticated()
    if on_call.revoked:
        raise problems.TokenRevoked()
    return on_call


def viewer(session: Session) -> Viewer:
    """Raises Unauthenticated or TokenExpired. Whoever goes on working stays signed in."""
    token, at = bearer(), now()
    found = people.viewer_of(session, token, at)
    if found is None:
        expired = people.was_signed_in(session, token)
        raise problems.TokenExpired() if expired else problems.Unauthenticated()
    people.keep_alive(session, token, at)
    session.commit()
    return found


def surveys_of_caller(session: Session) -> list[str]:
    """The surveys of a tablet or of a person: forms are read by both.

    Raises Unauthenticated, TokenExpired or TokenRevoked.
    """
    token = bearer()
    on_call = devices.on_call(session, hashlib.sha256(token.encode()).digest())
    if on_call is None:
        return sorted({scope.survey_code for scope in viewer(session).scopes})
    if on_call.revoked:
        raise problems.TokenRevoked()
    return [frame.code_of_survey(session, on_call.survey)]
