"""Submissions about units that no list had when they came in, and that one has now.

Whoever derives holds the lock of places, shared, from before it reads where submissions lie; who
gives them a place holds it alone, so that nobody goes on with what is out of date.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

PLACES_LOCK = 7_302_515


@dataclass(frozen=True, slots=True)
class Belonging:
    """A submission, and where it belongs."""

    survey_id: int
    instance_id: uuid.UUID
    interview_id: uuid.UUID
    unit_id: int
    ea_id: int


def lock_places(session: Session) -> None:
    """For those who derive, until their transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": PLACES_LOCK})


def lock_places_alone(session: Session) -> None:
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": PLACES_LOCK})


def findable(session: Session, most: int) -> list[Belonging]:
    rows = session.execute(
        text(
            "SELECT k.survey_id, k.instance_id, s.interview_id, u.id, u.ea_id FROM unknown_units k"
            " JOIN units u ON u.survey_id = k.survey_id AND u.code = k.code"
            " JOIN submissions s ON s.instance_id = k.instance_id AND s.unit_id IS NULL"
            " ORDER BY k.survey_id, k.instance_id LIMIT :most"
        ),
        {"most": most},
    )
    return [Belonging(*row) for row in rows]


def give_places(session: Session, found: Sequence[Belonging]) -> None:
    """What they claimed is no claim any more. The caller holds the lock of places alone."""
    session.execute(
        text(
            "UPDATE submissions s SET unit_id = f.unit, ea_id = f.ea FROM unnest("
            " CAST(:ids AS uuid[]), CAST(:units AS integer[]), CAST(:eas AS integer[]))"
            " AS f(id, unit, ea) WHERE s.instance_id = f.id"
        ),
        {
            "ids": [one.instance_id for one in found],
            "units": [one.unit_id for one in found],
            "eas": [one.ea_id for one in found],
        },
    )
    session.execute(
        text("DELETE FROM unknown_units WHERE instance_id = ANY(:ids)"),
        {"ids": [one.instance_id for one in found]},
    )


def derive_again(
    session: Session, survey: int, instance_ids: Sequence[uuid.UUID], now: datetime
) -> None:
    """What was understood of these is to be worked through once more."""
    session.execute(
        text(
            "WITH again AS (UPDATE submissions SET state = 'received'"
            "  WHERE instance_id = ANY(:ids) AND survey_id = :survey AND state = 'derived'"
            "  RETURNING batch)"
            " INSERT INTO pending_batches (batch, received_at, attempts, submissions)"
            " SELECT batch, :now, 0, count(*) FROM again GROUP BY batch ORDER BY batch"
            " ON CONFLICT (batch) DO NOTHING"
        ),
        {"ids": list(instance_ids), "survey": survey, "now": now},
    )


def without_place(session: Session, instance_ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Those of these submissions that lie in no EA."""
    return list(
        session.scalars(
            text(
                "SELECT instance_id FROM submissions WHERE instance_id = ANY(:ids)"
                " AND ea_id IS NULL ORDER BY instance_id"
            ),
            {"ids": list(instance_ids)},
        )
    )


def compared_elsewhere(session: Session, survey: int) -> list[uuid.UUID]:
    """Current submissions of interviews that were compared within another area than the one that
    their EA lies in now."""
    return list(
        session.scalars(
            text(
                "SELECT i.current FROM ea_coverage c JOIN surveys s ON s.id = c.survey_id"
                " JOIN areas ea ON ea.id = c.ea_id JOIN interviews i ON i.ea_id = c.ea_id"
                " WHERE c.survey_id = :survey"
                " AND i.scope_id <> ea.path[array_position(s.levels, s.match_level)]"
                " ORDER BY i.current"
            ),
            {"survey": survey},
        )
    )
