"""Who is calling: a tablet by its secret, a person by the token of their session.

Tokens come in the Authorization header and nowhere else, never in an address.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from flask import request
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.people import Scope, Viewer
from survey_server.store import devices, frame, people
from survey_server.store.forms import Seen

LONGEST_TOKEN = 200
# Who puts forms up, and sees what is only tried out yet.
PUBLISHERS = ("data_manager", "administrator")


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


def forms_of_caller(session: Session) -> Seen:
    """Whose forms a tablet or a person may read, and whose drafts.

    A tablet may try out the drafts that its person may. Raises Unauthenticated, TokenExpired or
    TokenRevoked.
    """
    token = bearer()
    on_call = devices.on_call(session, hashlib.sha256(token.encode()).digest())
    if on_call is None:
        scopes = viewer(session).scopes
        return Seen(sorted({scope.survey_code for scope in scopes}), _publishing(scopes))
    if on_call.revoked:
        raise problems.TokenRevoked()
    survey = frame.code_of_survey(session, on_call.survey)
    scopes = people.scopes_of(session, on_call.person, now())
    return Seen([survey], [code for code in _publishing(scopes) if code == survey])


def _publishing(scopes: Iterable[Scope]) -> list[str]:
    return sorted({scope.survey_code for scope in scopes if scope.role in PUBLISHERS})


def publisher(session: Session, survey_code: str) -> Viewer:
    """Somebody who may change the forms of a survey: they are everybody's, in all its areas.

    Raises Unauthenticated, TokenExpired, NotFound for a survey that is not theirs, or Forbidden.
    """
    found = viewer(session)
    survey = frame.survey_by_code(session, survey_code)
    if survey is None or not found.areas_in(survey_code):
        raise problems.NotFound()
    tops = {area.id for area in frame.tops(session, survey.id)}
    if not tops <= set(found.areas_in(survey_code, PUBLISHERS)):
        raise problems.Forbidden()
    return found
