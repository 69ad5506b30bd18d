"""What the server has of what a tablet holds, and what a tablet's claims about units leave."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Held:
    """`sha256` is over the content alone; None where it was not kept yet when it came in."""

    sha256: bytes | None


def held_of(session: Session, survey: int, instance_ids: Sequence[uuid.UUID]) -> dict[str, Held]:
    """By the spelling of the id, what of these the survey has."""
    rows = session.execute(
        text(
            "SELECT instance_id, content_sha256 FROM submissions"
            " WHERE instance_id = ANY(:ids) AND survey_id = :survey"
        ),
        {"ids": list(instance_ids), "survey": survey},
    )
    return {
        str(row.instance_id): Held(row.content_sha256 and bytes(row.content_sha256)) for row in rows
    }


def note_unknown_units(session: Session, survey: int, codes: Mapping[uuid.UUID, str]) -> None:
    """Until the frame has them."""
    session.execute(
        text(
            "INSERT INTO unknown_units (instance_id, survey_id, code) SELECT id, :survey, code"
            " FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[])) AS new(id, code)"
            " ON CONFLICT DO NOTHING"
        ),
        {"survey": survey, "ids": list(codes), "codes": list(codes.values())},
    )


def note_used(session: Session, units: Sequence[int], now: datetime) -> None:
    """Numbers that households found in the field have been given, in the order of their ids."""
    session.execute(
        text(
            "UPDATE units u SET reserved_used_at = :now FROM (SELECT id FROM units"
            "  WHERE id = ANY(:units) AND reserved_for IS NOT NULL AND reserved_used_at IS NULL"
            "  ORDER BY id FOR NO KEY UPDATE) free WHERE u.id = free.id"
        ),
        {"units": sorted(units), "now": now},
    )
