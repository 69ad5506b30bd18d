"""One-time links to a new password."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class NewReset:
    person: int
    made_by: int | None
    token_sha256: bytes = field(repr=False)
    drops_second_factor: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenReset:
    id: int
    person: int
    username: str
    name: str
    drops_second_factor: bool


def add_reset(session: Session, new: NewReset, now: datetime) -> None:
    """Ends those before it."""
    end_resets(session, new.person, now)
    session.execute(
        text(
            "INSERT INTO password_resets (person_id, made_by, token_sha256, drops_second_factor,"
            " made_at, expires_at) VALUES (:person, :made_by, :token, :drops, :now, :expires)"
        ),
        {
            "person": new.person,
            "made_by": new.made_by,
            "token": new.token_sha256,
            "drops": new.drops_second_factor,
            "now": now,
            "expires": new.expires_at,
        },
    )


def reset_of(session: Session, token_sha256: bytes, now: datetime) -> OpenReset | None:
    """Locked, so that it is used once. None where it is used, ended, run out or a stranger's."""
    row = session.execute(
        text(
            "SELECT r.id, r.person_id, p.username, p.name, r.drops_second_factor"
            " FROM password_resets r JOIN people p ON p.id = r.person_id"
            " WHERE r.token_sha256 = :token AND r.ended_at IS NULL AND r.expires_at > :now"
            " AND p.disabled_at IS NULL FOR UPDATE OF r"
        ),
        {"token": token_sha256, "now": now},
    ).one_or_none()
    return None if row is None else OpenReset(*row)


def end_resets(session: Session, person: int, now: datetime) -> None:
    session.execute(
        text(
            "UPDATE password_resets SET ended_at = :now WHERE person_id = :person"
            " AND ended_at IS NULL"
        ),
        {"person": person, "now": now},
    )
