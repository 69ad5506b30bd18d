"""What workers do with pending batches: claim, load, mark, give back.

A claim is committed before the work begins, with a lease and a count of attempts, so that a
submission that kills its worker cannot do so for ever. Leases end by the database's clock: workers
on many machines need not agree about the time. A lease that ends later than any that is given now
was given before that clock went back, and binds nobody.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.store.intake.receiving import Body


@dataclass(frozen=True, slots=True)
class Claim:
    """`probing` is the place that a worker was trying alone when it was last heard of, `probes`
    how many workers in a row were."""

    batch: int
    submissions: int
    attempts: int
    probing: int | None
    probes: int


LONGEST_PAUSE = timedelta(minutes=2)
_FREE = "(lease_until IS NULL OR lease_until < now() OR lease_until > now() + :farthest)"


def _farthest(lease: timedelta) -> timedelta:
    """Longer than any lease or pause from now on."""
    return max(2 * lease, LONGEST_PAUSE)


def claim(session: Session, batches: int, submissions: int, lease: timedelta) -> list[Claim]:
    """The oldest batches that nobody has a lease on: at most so many, and none after those that
    hold so many submissions. The caller commits before it works."""
    rows = session.execute(
        text(
            "WITH free AS MATERIALIZED (SELECT batch, submissions FROM pending_batches"
            f" WHERE {_FREE} ORDER BY batch LIMIT :batches FOR UPDATE SKIP LOCKED),"
            " taken AS (SELECT batch,"
            "  sum(submissions) OVER (ORDER BY batch) - submissions AS before FROM free)"
            " UPDATE pending_batches p SET lease_until = now() + :lease, attempts = p.attempts + 1"
            " FROM taken WHERE p.batch = taken.batch AND taken.before < :submissions"
            " RETURNING p.batch, p.submissions, p.attempts, p.probing, p.probes"
        ),
        {
            "batches": batches,
            "submissions": submissions,
            "lease": lease,
            "farthest": _farthest(lease),
        },
    )
    return sorted((Claim(*row) for row in rows), key=lambda one: one.batch)


def give_back(
    session: Session, claims: Sequence[Claim], pause: timedelta, waits_for: str | None = None
) -> None:
    """As if they had not been claimed, but after a pause: others may go first.

    Whoever gives back is alive: what it was trying alone has killed nobody. What others have
    claimed since is theirs.
    """
    session.execute(
        text(
            "UPDATE pending_batches p SET lease_until = now() + :pause,"
            " attempts = p.attempts - 1, probing = NULL, probes = 0, waits_for = :waits_for"
            " FROM unnest(CAST(:batches AS bigint[]), CAST(:attempts AS smallint[]))"
            " AS mine(batch, attempts)"
            " WHERE p.batch = mine.batch AND p.attempts = mine.attempts"
        ),
        {
            "batches": [claim.batch for claim in claims],
            "attempts": [claim.attempts for claim in claims],
            "pause": pause,
            "waits_for": waits_for,
        },
    )


def probe(session: Session, batch: int, position: int, lease: timedelta) -> None:
    """Marks who is tried alone; and holds the lease, so that nobody mistakes slow for dead."""
    session.execute(
        text(
            "UPDATE pending_batches SET lease_until = now() + :lease, probing = :position,"
            " probes = CASE WHEN probing = :position THEN probes + 1 ELSE 1 END"
            " WHERE batch = :batch"
        ),
        {"batch": batch, "position": position, "lease": lease},
    )


def wait_at_most(session: Session, patience: timedelta) -> None:
    """For locks, until the transaction ends: a worker that waits longer than its lease is silent.

    Raises OperationalError where a lock is waited for that long.
    """
    milliseconds = max(int(patience.total_seconds() * 1000), 1)
    session.execute(
        text("SELECT set_config('lock_timeout', :patience, true)"),
        {"patience": f"{milliseconds}ms"},
    )


def finish(session: Session, batches: Sequence[int]) -> None:
    session.execute(
        text("DELETE FROM pending_batches WHERE batch = ANY(:batches)"),
        {"batches": list(batches)},
    )


def anything_to_claim(session: Session, lease: timedelta) -> bool:
    """Whether a batch waits that nobody has a lease on."""
    found: bool = session.execute(
        text(f"SELECT EXISTS (SELECT FROM pending_batches WHERE {_FREE})"),
        {"farthest": _farthest(lease)},
    ).scalar_one()
    return found


def pending_count(session: Session) -> int:
    waiting: int = session.execute(text("SELECT count(*) FROM pending_batches")).scalar_one()
    return waiting


@dataclass(frozen=True, slots=True)
class Received:
    """A submission that is to be understood."""

    instance_id: uuid.UUID
    batch: int
    position: int
    survey_id: int
    device_id: int
    person_id: int
    form_version_id: int
    interview_id: uuid.UUID
    revision: int
    replaces: uuid.UUID | None
    unit_id: int | None
    ea_id: int
    received_at: datetime
    assigned: bool
    # About a household that no list had: its number was kept for the person who found it.
    new_household: bool = False


_RECEIVED = (
    "SELECT s.instance_id, s.batch, s.position, s.survey_id, s.device_id, s.person_id,"
    " s.form_version_id, s.interview_id, s.revision, s.replaces, s.unit_id,"
    " coalesce(s.ea_id, -s.survey_id) AS ea_id, s.received_at, EXISTS ("
    "  SELECT FROM assignments a WHERE a.ea_id = s.ea_id AND a.person_id = s.person_id"
    "  AND (a.unit_id IS NULL OR a.unit_id = s.unit_id)"
    "  AND a.assigned_at <= s.received_at"
    "  AND (a.ended_at IS NULL OR a.ended_at > s.received_at)) AS assigned,"
    " EXISTS (SELECT FROM units u WHERE u.id = s.unit_id AND u.reserved_for IS NOT NULL)"
    " AS new_household"
    " FROM submissions s WHERE "
)


def received_in(session: Session, batches: Sequence[int]) -> list[Received]:
    """What these batches brought and nobody has understood yet, oldest batch first."""
    rows = session.execute(
        text(
            _RECEIVED + "s.batch = ANY(:batches) AND s.state = 'received'"
            " ORDER BY s.batch, s.position"
        ),
        {"batches": list(batches)},
    )
    return [Received(*row) for row in rows]


def received(session: Session, instance_ids: Sequence[uuid.UUID]) -> list[Received]:
    """These submissions, whatever became of them."""
    rows = session.execute(
        text(_RECEIVED + "s.instance_id = ANY(:ids) ORDER BY s.batch, s.position"),
        {"ids": list(instance_ids)},
    )
    return [Received(*row) for row in rows]


def bodies_of(session: Session, batches: Sequence[int]) -> dict[int, Body]:
    rows = session.execute(
        text(
            "SELECT batch, body, body_format, key_id FROM batch_bodies WHERE batch = ANY(:batches)"
        ),
        {"batches": list(batches)},
    )
    return {row.batch: Body(bytes(row.body), row.body_format, row.key_id) for row in rows}


def move_state(
    session: Session, instance_ids: Sequence[uuid.UUID], before: Sequence[str], after: str
) -> set[uuid.UUID]:
    """The submissions that were in one of the states `before`; a slower worker may be too late."""
    moved = session.scalars(
        text(
            "UPDATE submissions SET state = :after WHERE instance_id = ANY(:ids)"
            " AND state = ANY(:before) RETURNING instance_id"
        ),
        {"ids": list(instance_ids), "before": list(before), "after": after},
    )
    return set(moved)


def derived_in(
    session: Session, survey: int, eas: Sequence[int], size: int
) -> Iterator[list[Received]]:
    """What was understood before about these EAs, some at a time."""
    ids = session.scalars(
        text(
            "SELECT instance_id FROM submissions WHERE survey_id = :survey AND state = 'derived'"
            " AND coalesce(ea_id, -survey_id) = ANY(:eas) ORDER BY batch, position"
        ),
        {"survey": survey, "eas": list(eas)},
    ).all()
    for start in range(0, len(ids), size):
        yield received(session, ids[start : start + size])
