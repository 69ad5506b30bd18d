"""Failed attempts, counted in PostgreSQL: for all processes, and whatever happens to Redis."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


def take_turns(session: Session, subject_sha256: bytes) -> None:
    """Until the transaction ends, nobody else tries the same: a bound is not passed in parallel."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:lock)"),
        {"lock": int.from_bytes(subject_sha256[:8], "big", signed=True)},
    )


def count_failures(
    session: Session, subject_sha256: bytes, since: datetime
) -> tuple[int, datetime | None]:
    """How many, and when the first of them was."""
    row = session.execute(
        text(
            "SELECT count(*), min(failed_at) FROM failures"
            " WHERE subject_sha256 = :subject AND failed_at > :since"
        ),
        {"subject": subject_sha256, "since": since},
    ).one()
    return row[0], row[1]


def add_failure(session: Session, subject_sha256: bytes, now: datetime) -> None:
    session.execute(
        text("INSERT INTO failures (subject_sha256, failed_at) VALUES (:subject, :now)"),
        {"subject": subject_sha256, "now": now},
    )


def forget_failures(session: Session, subject_sha256: bytes) -> None:
    session.execute(
        text("DELETE FROM failures WHERE subject_sha256 = :subject"), {"subject": subject_sha256}
    )


def purge_failures(session: Session, before: datetime) -> None:
    session.execute(text("DELETE FROM failures WHERE failed_at < :before"), {"before": before})
