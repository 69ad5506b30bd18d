"""What the demonstration and its rehearsal of faults ask of the tables."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


def visited_units(session: Session, survey: int) -> frozenset[str]:
    """Codes of the units that an interview, or its submission on the way, is about."""
    rows = session.execute(
        text(
            "SELECT DISTINCT u.code FROM submissions s JOIN units u ON u.id = s.unit_id"
            " WHERE s.survey_id = :survey"
        ),
        {"survey": survey},
    )
    return frozenset(row.code for row in rows)


@dataclass(frozen=True, slots=True)
class Stored:
    """A submission with its place in its batch's body."""

    instance_id: uuid.UUID
    batch: int
    position: int


def stored_by(session: Session, survey: int, device_ids: list[str]) -> Iterator[Stored]:
    """What these tablets brought, every row of it."""
    rows = session.execute(
        text(
            "SELECT s.instance_id, s.batch, s.position FROM submissions s"
            " JOIN devices d ON d.id = s.device_id"
            " WHERE d.survey_id = :survey AND d.device_id = ANY(:devices)"
            " ORDER BY s.batch, s.position"
        ),
        {"survey": survey, "devices": device_ids},
    )
    return (Stored(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the EAs below some areas stand. `pending`: batches that nobody has worked through."""

    pending: int
    quarantined: int
    covered: int
    counted: int
    counted_twice: int


def standing_of(session: Session, survey: int, areas: Sequence[str]) -> Standing:
    """`areas` by their codes."""
    row = session.execute(
        text(
            "WITH eas AS (SELECT ea.id FROM areas a JOIN areas ea ON a.id = ANY(ea.path)"
            "  WHERE a.survey_id = :survey AND a.code = ANY(:areas) AND ea.survey_id = :survey)"
            " SELECT (SELECT count(DISTINCT p.batch) FROM pending_batches p"
            "   JOIN submissions s ON s.batch = p.batch WHERE s.ea_id IN (SELECT id FROM eas)),"
            " (SELECT count(*) FROM submissions s WHERE s.state = 'quarantined'"
            "   AND s.ea_id IN (SELECT id FROM eas)),"
            " coalesce(sum(c.received), 0), coalesce(sum(c.received - c.duplicates), 0),"
            " (SELECT count(*) FROM (SELECT FROM interviews i WHERE i.counts"
            "   AND i.ea_id IN (SELECT id FROM eas)"
            "   GROUP BY i.unit_id HAVING count(*) > 1) twice)"
            " FROM ea_coverage c WHERE c.survey_id = :survey AND c.ea_id IN (SELECT id FROM eas)"
        ),
        {"survey": survey, "areas": list(areas)},
    ).one()
    return Standing(*(int(number) for number in row))


def any_real_interview(session: Session) -> bool:
    found: bool = session.execute(
        text(
            "SELECT EXISTS (SELECT FROM interviews i JOIN surveys s ON s.id = i.survey_id"
            " WHERE NOT s.training)"
        )
    ).scalar_one()
    return found
