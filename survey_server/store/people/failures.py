"""Failed attempts, counted in PostgreSQL: for all processes, and whatever happens to Redis.

What is ahead of the clock, which was set back since, does not count: nobody waits for years.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session


def take_turns(session: Session, subject_sha256: bytes) -> None:
    """Until the transaction ends, nobody else tries the same: a bound is not passed in parallel."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:lock)"),
        {"lock": int.from_bytes(subject_sha256[:8], "big", signed=True)},
    )


# By how much the clocks of web machines may differ.
AHEAD = timedelta(minutes=1)


def count_failures(
    session: Session, subject_sha256: bytes, since: datetime, now: datetime
) -> tuple[int, datetime | None]:
    """How many, and when the first of them was."""
    row = session.execute(
        text(
            "SELECT count(*), min(failed_at) FROM failures"
            " WHERE subject_sha256 = :subject AND failed_at > :since AND failed_at < :ahead"
        ),
        {"subject": subject_sha256, "since": since, "ahead": now + AHEAD},
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
