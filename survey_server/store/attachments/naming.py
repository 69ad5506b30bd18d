"""Noting which files submissions name. Every statement may run twice, and at once with others."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Named:
    """`stated_by` is "submission", or "upload" for a file that came under this name."""

    instance_id: uuid.UUID
    name: str
    sha256: bytes | None
    stated_by: str = "submission"


def surveys_moved_to(session: Session, survey: int, sha256: bytes) -> list[int]:
    """Other surveys, in which interviews from this one name this file."""
    return list(
        session.scalars(
            text(
                "SELECT DISTINCT m.to_survey FROM moves m WHERE m.from_survey = :survey"
                " AND EXISTS (SELECT FROM submission_attachments n"
                "  WHERE n.survey_id = m.to_survey AND n.sha256 = :sha) ORDER BY m.to_survey"
            ),
            {"survey": survey, "sha": sha256},
        )
    )


def survey_of(session: Session, instance_id: uuid.UUID) -> int | None:
    """Where a submission lies now; None for one that nobody has received."""
    found: int | None = session.execute(
        text("SELECT survey_id FROM submissions WHERE instance_id = :id"), {"id": instance_id}
    ).scalar()
    return found


_GIVEN = (
    " FROM unnest(CAST(:instances AS uuid[]), CAST(:names AS varchar[]), CAST(:sums AS bytea[]),"
    " CAST(:by AS varchar[])) AS n(instance_id, name, sha256, stated_by)"
)
_NEW = (
    "INSERT INTO submission_attachments"
    " (id, survey_id, instance_id, name, sha256, variant, stated_by, stated_at)"
    " SELECT gen_random_uuid(), :survey, n.instance_id, n.name, n.sha256,"
)
_FIRST = text(
    f"{_NEW} false, n.stated_by, :now {_GIVEN} ON CONFLICT (instance_id, name) WHERE NOT variant"
    " DO NOTHING"
)
# Somebody may have named the file before it was known which one it is.
_FILL = text(
    "UPDATE submission_attachments a SET sha256 = n.sha256"
    f" {_GIVEN} WHERE a.instance_id = n.instance_id AND a.name = n.name AND NOT a.variant"
    " AND a.sha256 IS NULL AND n.sha256 IS NOT NULL"
)
_VARIANT = text(
    f"{_NEW} true, n.stated_by, :now {_GIVEN} WHERE n.sha256 IS NOT NULL"
    " ON CONFLICT (instance_id, name, sha256) DO NOTHING"
)


def note_names(session: Session, survey: int, named: Sequence[Named], now: datetime) -> None:
    """The first file of a name stays the one, others become variants of it."""
    # Sorted, so that two uploads of overlapping submissions cannot deadlock.
    given = sorted(named, key=lambda one: (one.instance_id, one.name))
    values = {
        "survey": survey,
        "now": now,
        "instances": [one.instance_id for one in given],
        "names": [one.name for one in given],
        "sums": [one.sha256 for one in given],
        "by": [one.stated_by for one in given],
    }
    for statement in (_FIRST, _FILL, _VARIANT):
        session.execute(statement, values)
