"""Interviews that were told in a draft, or in what was a draft then."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.store.intake import Body


@dataclass(frozen=True, slots=True)
class TrialRow:
    instance_id: uuid.UUID
    received_at: datetime
    unit: str | None
    batch: int


def trials_of(
    session: Session,
    areas: Sequence[int],
    form_id: str,
    version: str,
    before: tuple[datetime, uuid.UUID] | None,
    most: int,
) -> list[TrialRow]:
    """Newest first, from within these areas; of a unit that no list has, for those who see all."""
    at, instance = before or (None, None)
    rows = session.execute(
        text(
            "SELECT t.instance_id, t.received_at, u.code AS unit, s.batch"
            " FROM form_versions v JOIN forms f ON f.id = v.form"
            " JOIN trials t ON t.form_version_id = v.id"
            " JOIN submissions s ON s.instance_id = t.instance_id"
            " LEFT JOIN units u ON u.id = s.unit_id LEFT JOIN areas ea ON ea.id = s.ea_id"
            " WHERE f.form_id = :form_id AND v.version = :version AND s.state = 'trial'"
            " AND (ea.path && CAST(:areas AS integer[]) OR s.ea_id IS NULL AND EXISTS ("
            "  SELECT FROM areas a WHERE a.id = ANY(:areas) AND a.level = 0"
            "  AND a.survey_id = f.survey_id))"
            " AND (CAST(:at AS timestamptz) IS NULL OR (t.received_at, t.instance_id)"
            "  < (CAST(:at AS timestamptz), CAST(:instance AS uuid)))"
            " ORDER BY t.received_at DESC, t.instance_id DESC LIMIT :most"
        ),
        {
            "areas": list(areas),
            "form_id": form_id,
            "version": version,
            "at": at,
            "instance": instance,
            "most": most,
        },
    )
    return [TrialRow(*row) for row in rows]


def body_with(session: Session, instance_id: uuid.UUID) -> Body:
    """The batch that brought a submission, as it is kept: of one submission at a time, so that
    nobody who reads pages can read the table."""
    row = session.execute(
        text("SELECT body, body_format, key_id FROM body_of_submission(:id)"), {"id": instance_id}
    ).one()
    return Body(bytes(row.body), row.body_format, row.key_id)


_COUNT = """
    WITH meant AS (
        SELECT t.instance_id FROM trials t JOIN form_versions v ON v.id = t.form_version_id
        JOIN forms f ON f.id = v.form
        WHERE f.survey_id = :survey AND f.form_id = :form_id AND v.version = :version
            AND v.state = 'published'),
    taken AS (
        UPDATE submissions s SET state = 'received' FROM meant
        WHERE s.instance_id = meant.instance_id AND s.state = 'trial' RETURNING s.batch),
    pending AS (
        INSERT INTO pending_batches (batch, received_at, attempts, submissions)
        SELECT batch, :now, 0, count(*) FROM taken GROUP BY batch ON CONFLICT DO NOTHING)
    SELECT count(*) FROM taken
"""


def count_trials(session: Session, survey: int, form_id: str, version: str, now: datetime) -> int:
    """Hands the trials of a published version to workers like anything that comes in; how many.

    The caller holds `sync.lock_places_alone`: nobody may be ending one of their batches.
    """
    asked = {"survey": survey, "form_id": form_id, "version": version, "now": now}
    counted: int = session.execute(text(_COUNT), asked).scalar_one()
    return counted
