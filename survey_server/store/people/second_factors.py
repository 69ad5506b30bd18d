"""Second factors and recovery codes. Using one is a compare-and-set: it happens once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Kept:
    """`sealed` is in force, `pending` waits for a code that proves the app has it."""

    sealed: bytes | None = field(default=None, repr=False)
    pending: bytes | None = field(default=None, repr=False)
    last_step: int = 0


def second_factor_of(session: Session, person: int) -> Kept:
    row = session.execute(
        text("SELECT sealed, pending, last_step FROM second_factors WHERE person_id = :person"),
        {"person": person},
    ).one_or_none()
    return Kept() if row is None else Kept(*row)


def keep_pending(session: Session, person: int, pending: bytes) -> None:
    session.execute(
        text(
            "INSERT INTO second_factors (person_id, pending) VALUES (:person, :pending)"
            " ON CONFLICT (person_id) DO UPDATE SET pending = excluded.pending"
        ),
        {"person": person, "pending": pending},
    )


def confirm_pending(
    session: Session, person: int, pending: bytes, step: int, now: datetime
) -> bool:
    """False where another one waits by now, or was confirmed meanwhile."""
    confirmed = session.execute(
        text(
            "UPDATE second_factors SET sealed = pending, pending = NULL, last_step = :step,"
            " confirmed_at = :now WHERE person_id = :person AND pending = :pending"
            " RETURNING person_id"
        ),
        {"person": person, "pending": pending, "step": step, "now": now},
    ).scalar()
    return confirmed is not None


def use_step(session: Session, person: int, step: int) -> bool:
    """False where that step, or a later one, was used already."""
    used = session.execute(
        text(
            "UPDATE second_factors SET last_step = :step WHERE person_id = :person"
            " AND last_step < :step RETURNING person_id"
        ),
        {"person": person, "step": step},
    ).scalar()
    return used is not None


def use_recovery_code(session: Session, person: int, code_sha256: bytes, now: datetime) -> bool:
    used = session.execute(
        text(
            "UPDATE recovery_codes SET used_at = :now WHERE person_id = :person"
            " AND code_sha256 = :code AND used_at IS NULL RETURNING person_id"
        ),
        {"person": person, "code": code_sha256, "now": now},
    ).scalar()
    return used is not None


def replace_recovery_codes(session: Session, person: int, codes: Iterable[bytes]) -> None:
    session.execute(
        text("DELETE FROM recovery_codes WHERE person_id = :person"), {"person": person}
    )
    session.execute(
        text("INSERT INTO recovery_codes (person_id, code_sha256) VALUES (:person, :code)"),
        [{"person": person, "code": code} for code in codes],
    )


def recovery_codes_left(session: Session, person: int) -> int:
    left: int = session.execute(
        text("SELECT count(*) FROM recovery_codes WHERE person_id = :person AND used_at IS NULL"),
        {"person": person},
    ).scalar_one()
    return left


def holders(session: Session) -> list[int]:
    """Who has a second factor, or is setting one up."""
    rows = session.execute(text("SELECT person_id FROM second_factors ORDER BY person_id"))
    return [row.person_id for row in rows]


def drop_second_factor(session: Session, person: int) -> None:
    for table in ("recovery_codes", "second_factors"):
        session.execute(text(f"DELETE FROM {table} WHERE person_id = :person"), {"person": person})
