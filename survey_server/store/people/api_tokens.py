"""Tokens of programs. They begin with a mark, so that a search of files finds those left lying."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.people import Viewer
from survey_server.store.people.memberships import scopes_of

MARK = "svt_"
_GOOD = "t.revoked_at IS NULL AND t.expires_at > :now AND p.disabled_at IS NULL"


@dataclass(frozen=True, slots=True)
class NewToken:
    person: int
    name: str
    prefix: str
    token_sha256: bytes = field(repr=False)
    scopes: Sequence[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KnownToken:
    id: int
    username: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    seen_at: datetime | None


_COLUMNS = (
    "t.id, p.username, t.name, t.prefix, t.scopes, t.created_at, t.expires_at, t.revoked_at,"
    " t.seen_at"
)


def add_token(session: Session, new: NewToken, now: datetime) -> int:
    made: int = session.execute(
        text(
            "INSERT INTO api_tokens (person_id, name, prefix, token_sha256, scopes, created_at,"
            " expires_at) VALUES (:person, :name, :prefix, :sha, :scopes, :now, :expires)"
            " RETURNING id"
        ),
        {
            "person": new.person,
            "name": new.name,
            "prefix": new.prefix,
            "sha": new.token_sha256,
            "scopes": list(new.scopes),
            "now": now,
            "expires": new.expires_at,
        },
    ).scalar_one()
    return made


def viewer_of(session: Session, token_sha256: bytes, now: datetime) -> Viewer | None:
    """Never more than the person who made it may now."""
    row = session.execute(
        text(
            "SELECT p.id, p.name, t.scopes FROM api_tokens t JOIN people p ON p.id = t.person_id"
            f" WHERE t.token_sha256 = :token AND {_GOOD}"
        ),
        {"token": token_sha256, "now": now},
    ).one_or_none()
    if row is None:
        return None
    return Viewer(row.id, row.name, scopes_of(session, row.id, now), frozenset(row.scopes))


def is_known(session: Session, token_sha256: bytes) -> bool:
    """Also one that has run out, but none that was revoked."""
    found: bool = session.execute(
        text(
            "SELECT EXISTS (SELECT FROM api_tokens WHERE token_sha256 = :token"
            " AND revoked_at IS NULL)"
        ),
        {"token": token_sha256},
    ).scalar_one()
    return found


def tokens_of(session: Session, person: int) -> list[KnownToken]:
    """The newest comes first."""
    rows = session.execute(
        text(
            f"SELECT {_COLUMNS} FROM api_tokens t JOIN people p ON p.id = t.person_id"
            " WHERE t.person_id = :person ORDER BY t.id DESC"
        ),
        {"person": person},
    )
    return [KnownToken(*row) for row in rows]


def all_tokens(session: Session) -> list[KnownToken]:
    """Everybody's, the newest first."""
    rows = session.execute(
        text(
            f"SELECT {_COLUMNS} FROM api_tokens t JOIN people p ON p.id = t.person_id"
            " ORDER BY t.id DESC"
        )
    )
    return [KnownToken(*row) for row in rows]


def revoke_tokens_of(session: Session, person: int, now: datetime) -> list[int]:
    """All that could still be used; which they were."""
    rows = session.execute(
        text(
            "UPDATE api_tokens SET revoked_at = :now WHERE person_id = :person"
            " AND revoked_at IS NULL AND expires_at > :now RETURNING id"
        ),
        {"person": person, "now": now},
    )
    return sorted(row.id for row in rows)


def revoke_token(session: Session, token: int, now: datetime, person: int | None = None) -> bool:
    """Only a person's own, where one is named. False where nothing changed."""
    revoked = session.execute(
        text(
            "UPDATE api_tokens SET revoked_at = :now WHERE id = :token AND revoked_at IS NULL"
            " AND (CAST(:person AS integer) IS NULL OR person_id = :person) RETURNING id"
        ),
        {"token": token, "now": now, "person": person},
    ).scalar()
    return revoked is not None
