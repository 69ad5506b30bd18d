"""Sessions in PostgreSQL: what one process ends is ended for all of them.

A token is found by its SHA-256. A session ends after 30 minutes of silence and 12 hours in any
case; opened ahead of the clock, which was set back since, it is none. One that may only set the
second factor up is nobody's view of anything.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.people import Viewer
from survey_server.store.people import api_tokens
from survey_server.store.people.memberships import scopes_of

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
# By how much the clocks of web machines may differ.
AHEAD = timedelta(minutes=5)

_LIVE = (
    " FROM sessions s JOIN people p ON p.id = s.person_id WHERE p.disabled_at IS NULL"
    " AND s.seen_at > :idle AND s.created_at > :oldest AND s.created_at < :ahead"
)


@dataclass(frozen=True, slots=True)
class NewSession:
    person: int
    setting_up: bool = False
    client: str = ""


@dataclass(frozen=True, slots=True)
class OpenSession:
    id: int
    person: int
    created_at: datetime
    seen_at: datetime
    client: str
    setting_up: bool


def sha256_of(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def open_session(session: Session, token: str, new: NewSession, now: datetime) -> None:
    session.execute(
        text(
            "INSERT INTO sessions (token_sha256, person_id, created_at, seen_at, setting_up,"
            " client) VALUES (:token, :person, :now, :now, :setting_up, :client)"
        ),
        {
            "token": sha256_of(token),
            "person": new.person,
            "now": now,
            "setting_up": new.setting_up,
            "client": new.client,
        },
    )


def close_session(session: Session, token: str) -> int | None:
    """Whose it was."""
    person: int | None = session.execute(
        text("DELETE FROM sessions WHERE token_sha256 = :token RETURNING person_id"),
        {"token": sha256_of(token)},
    ).scalar()
    return person


def close_own(session: Session, person: int, wanted: int) -> bool:
    closed = session.execute(
        text("DELETE FROM sessions WHERE person_id = :person AND id = :wanted RETURNING id"),
        {"person": person, "wanted": wanted},
    ).scalar()
    return closed is not None


def close_others(session: Session, person: int, token: str) -> int:
    closed = session.execute(
        text(
            "DELETE FROM sessions WHERE person_id = :person AND token_sha256 <> :token RETURNING id"
        ),
        {"person": person, "token": sha256_of(token)},
    )
    return len(closed.all())


def session_of(session: Session, token: str, now: datetime) -> OpenSession | None:
    """None where the token is unknown, idle for 30 minutes or 12 hours old."""
    row = session.execute(
        text(
            "SELECT s.id, s.person_id, s.created_at, s.seen_at, s.client, s.setting_up"
            f"{_LIVE} AND s.token_sha256 = :token"
        ),
        {"token": sha256_of(token), **_bounds(now)},
    ).one_or_none()
    return None if row is None else OpenSession(*row)


def sessions_of(session: Session, person: int, now: datetime) -> list[OpenSession]:
    """The one used last comes first."""
    rows = session.execute(
        text(
            "SELECT s.id, s.person_id, s.created_at, s.seen_at, s.client, s.setting_up"
            f"{_LIVE} AND s.person_id = :person ORDER BY s.seen_at DESC, s.id"
        ),
        {"person": person, **_bounds(now)},
    )
    return [OpenSession(*row) for row in rows]


def viewer_of(session: Session, token: str, now: datetime) -> Viewer | None:
    """Whose session or program it is that holds the token, with what they may today."""
    if token.startswith(api_tokens.MARK):
        return api_tokens.viewer_of(session, sha256_of(token), now)
    row = session.execute(
        text(f"SELECT p.id, p.name{_LIVE} AND s.token_sha256 = :token AND NOT s.setting_up"),
        {"token": sha256_of(token), **_bounds(now)},
    ).one_or_none()
    return None if row is None else Viewer(row.id, row.name, scopes_of(session, row.id, now))


def was_signed_in(session: Session, token: str) -> bool:
    """Whether it is the token of a session or a program, even of one that has run out."""
    if token.startswith(api_tokens.MARK):
        return api_tokens.is_known(session, sha256_of(token))
    found: bool = session.execute(
        text(
            "SELECT EXISTS (SELECT FROM sessions s JOIN people p ON p.id = s.person_id"
            " WHERE s.token_sha256 = :token AND p.disabled_at IS NULL)"
        ),
        {"token": sha256_of(token)},
    ).scalar_one()
    return found


def keep_alive(session: Session, token: str, now: datetime) -> None:
    """Notes that it was used; at most once a minute, so that reading stays reading."""
    table = "api_tokens" if token.startswith(api_tokens.MARK) else "sessions"
    session.execute(
        text(
            f"UPDATE {table} SET seen_at = :now WHERE token_sha256 = :token"
            " AND coalesce(seen_at, '-infinity') < :a_minute_ago"
        ),
        {"token": sha256_of(token), "now": now, "a_minute_ago": now - timedelta(minutes=1)},
    )


def purge_sessions(session: Session, now: datetime) -> None:
    """Those that had run out by then."""
    session.execute(
        text("DELETE FROM sessions WHERE seen_at <= :idle OR created_at <= :oldest"), _bounds(now)
    )


def _bounds(now: datetime) -> dict[str, Any]:
    return {"idle": now - IDLE, "oldest": now - LONGEST, "ahead": now + AHEAD}
