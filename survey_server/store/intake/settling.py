"""What is written last of a batch, in one statement: each one costs the door as much as a dozen
submissions do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.store.intake.receiving import SEEN, Body

# Last in a transaction: it locks the device's row.
_SETTLE = text(
    "WITH told AS (UPDATE batches SET outcomes = :outcomes WHERE id = :batch),"
    " kept AS (INSERT INTO batch_bodies (batch, body_format, key_id, body)"
    "  SELECT :batch, :body_format, :key_id, :body WHERE CAST(:body AS bytea) IS NOT NULL),"
    " pending AS (INSERT INTO pending_batches (batch, received_at, attempts, submissions)"
    "  SELECT :batch, :now, 0, :new WHERE CAST(:new AS integer) > 0)"
    f" UPDATE devices SET seen_at = {SEEN},"
    " held = coalesce(CAST(:held AS integer), held), received = received + CAST(:new AS integer)"
    " WHERE id = :device RETURNING received"
)


@dataclass(frozen=True, slots=True)
class Settled:
    """`body` is empty where nothing needs keeping; `new` submissions wait for a worker.

    `heard`: when the tablet called, if it did; `held`: what it has left, if it says so.
    """

    device: int
    batch: int
    outcomes: list[str]
    body: Body | None
    new: int
    heard: datetime | None
    held: int | None


def settle(session: Session, settled: Settled, now: datetime) -> int:
    """How many submissions this enrolment has brought so far."""
    body = settled.body
    received: int = session.execute(
        _SETTLE,
        {
            "device": settled.device,
            "batch": settled.batch,
            "outcomes": settled.outcomes,
            "body_format": body.body_format if body else None,
            "key_id": body.key_id if body else None,
            "body": body.body if body else None,
            "new": settled.new,
            "heard": settled.heard,
            "held": settled.held,
            "now": now,
        },
    ).scalar_one()
    return received
