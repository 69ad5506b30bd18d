"""What workers do about quarantine: put aside, try again by and by, carry out what people decided.

People's acts and choices ask for a submission by a row of `reopenings`. Whoever carries one out
holds the lock of places alone, so that nobody is in the middle of working its batch through.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.quarantine import FORM_VERSION_UNKNOWN, GRADED, PAUSES
from survey_server.store.sync.resolving import Belonging

AT_ONCE = 1000


def put_aside(
    session: Session, instance_ids: Sequence[uuid.UUID], code: str, trace: str | None, now: datetime
) -> None:
    """For the first time, or again; `trace` names places in the code, no values."""
    session.execute(
        text(
            "INSERT INTO quarantine AS q"
            " (instance_id, code, traceback, since, last_tried_at, next_retry_at)"
            " SELECT id, :code, :trace, :now, :now, CAST(:now AS timestamptz)"
            "  + (CAST(:pauses AS interval[]))[1] FROM unnest(CAST(:ids AS uuid[])) AS new(id)"
            " ON CONFLICT (instance_id) DO UPDATE SET code = excluded.code,"
            " traceback = excluded.traceback, last_tried_at = excluded.last_tried_at,"
            " reopened_at = NULL, next_retry_at = CAST(:now AS timestamptz)"
            "  + (CAST(:pauses AS interval[]))[q.retries + 1]"
        ),
        {
            "ids": list(instance_ids),
            "code": code,
            "trace": trace,
            "now": now,
            # Without a pause there is no next time.
            "pauses": list(PAUSES) if code in GRADED else [],
        },
    )


_NOT_SET_ASIDE = (
    " (SELECT act FROM quarantine_acts a WHERE a.instance_id = q.instance_id"
    "  ORDER BY a.id DESC LIMIT 1) IS DISTINCT FROM 'set_aside'"
)
_ASK = (
    " acts AS (INSERT INTO quarantine_acts (instance_id, act, at)"
    "  SELECT instance_id, 'retried', :now FROM due)"
    " INSERT INTO reopenings (instance_id, asked_at) SELECT instance_id, :now FROM due RETURNING 1"
)


def ask_for_due(session: Session, now: datetime, most: int = AT_ONCE) -> int:
    """How many are tried again because their pause is over."""
    asked = session.execute(
        text(
            "WITH due AS (UPDATE quarantine q SET retries = retries + 1, next_retry_at = NULL"
            "  WHERE instance_id IN (SELECT q.instance_id FROM quarantine q"
            # A pause that is longer than any began before the clock was set back.
            "   WHERE (q.next_retry_at <= :now OR q.next_retry_at > :now + :longest)"
            "   AND q.reopened_at IS NULL AND"
            f"   {_NOT_SET_ASIDE} ORDER BY q.next_retry_at LIMIT :most FOR UPDATE SKIP LOCKED)"
            f"  RETURNING instance_id), {_ASK}"
        ),
        {"now": now, "most": most, "longest": max(PAUSES)},
    )
    return len(asked.all())


def ask_for_published(session: Session, now: datetime, most: int = AT_ONCE) -> int:
    """How many are tried again because the version that they claim has been published since."""
    asked = session.execute(
        text(
            "WITH due AS (SELECT q.instance_id FROM quarantine q"
            "  JOIN submissions s ON s.instance_id = q.instance_id AND s.state = 'quarantined'"
            "  JOIN forms f ON f.survey_id = s.survey_id AND f.form_id = q.form_id"
            "  JOIN form_versions v ON v.form = f.id AND v.version = q.form_version"
            "   AND v.state = 'published'"
            "  JOIN surveys y ON y.id = s.survey_id AND y.state <> 'retired'"
            f"  WHERE q.reopened_at IS NULL AND q.code = '{FORM_VERSION_UNKNOWN}'"
            "  AND NOT EXISTS (SELECT FROM reopenings r WHERE r.instance_id = q.instance_id)"
            f"  AND {_NOT_SET_ASIDE} LIMIT :most), {_ASK}"
        ),
        {"now": now, "most": most},
    )
    return len(asked.all())


def anything_asked(session: Session) -> bool:
    asked: bool = session.execute(text("SELECT EXISTS (SELECT FROM reopenings)")).scalar_one()
    return asked


def take_asked(session: Session, most: int) -> list[uuid.UUID]:
    """What was asked for; the caller carries it out in the same transaction."""
    asked = session.scalars(
        text(
            "DELETE FROM reopenings WHERE id IN (SELECT id FROM reopenings ORDER BY id LIMIT :most"
            " FOR UPDATE SKIP LOCKED) RETURNING instance_id"
        ),
        {"most": most},
    ).all()
    return sorted(set(asked))


def reopen(session: Session, ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Gives these to whoever claims their batches. The caller holds the lock of places alone."""
    reopened = [*_let_out(session, ids, now), *_read_anew(session, ids)]
    _mark_pending(session, reopened, now)


@dataclass(frozen=True, slots=True)
class Misplaced(Belonging):
    """Its content, by somebody's choice, is about another unit than it lies at."""

    left_ea_id: int


def misplaced(session: Session, ids: Sequence[uuid.UUID]) -> list[Misplaced]:
    """By survey."""
    rows = session.execute(
        text(
            "SELECT s.survey_id, s.instance_id, s.interview_id, u.id, u.ea_id,"
            " coalesce(s.ea_id, -s.survey_id) FROM submissions s"
            " JOIN LATERAL (SELECT c.unit_id FROM content_choices c"
            "  WHERE c.instance_id = s.instance_id ORDER BY c.id DESC LIMIT 1) c ON true"
            " JOIN units u ON u.id = c.unit_id AND u.survey_id = s.survey_id"
            " JOIN surveys y ON y.id = s.survey_id AND y.state <> 'retired'"
            " WHERE s.instance_id = ANY(:ids) AND s.state IN ('received', 'derived')"
            " AND s.unit_id IS DISTINCT FROM u.id ORDER BY s.survey_id, s.instance_id"
        ),
        {"ids": list(ids)},
    )
    return [Misplaced(*row) for row in rows]


# What was claimed is looked up again; a person may have said what it is, too.
_LET_OUT = """
    WITH told AS (
        SELECT DISTINCT ON (instance_id) instance_id, act, form_version_id, unit_id
        FROM quarantine_acts WHERE instance_id = ANY(:ids) ORDER BY instance_id, id DESC),
    known AS (
        SELECT s.instance_id, coalesce(s.form_version_id, t.form_version_id, v.id) AS version,
            coalesce(u.id, s.unit_id) AS unit, coalesce(u.ea_id, s.ea_id) AS ea
        FROM submissions s JOIN quarantine q ON q.instance_id = s.instance_id
        JOIN surveys y ON y.id = s.survey_id AND y.state <> 'retired'
        LEFT JOIN told t ON t.instance_id = s.instance_id
        LEFT JOIN forms f ON f.survey_id = s.survey_id AND f.form_id = q.form_id
        LEFT JOIN form_versions v ON v.form = f.id AND v.version = q.form_version
            AND v.state = 'published'
        LEFT JOIN units u ON u.id = t.unit_id AND u.survey_id = s.survey_id
        WHERE s.instance_id = ANY(:ids) AND s.state = 'quarantined'
            AND coalesce(t.act, 'fixed') IN ('retried', 'replayed', 'fixed'))
    UPDATE submissions s
    SET state = 'received', form_version_id = k.version, unit_id = k.unit, ea_id = k.ea
    FROM known k WHERE s.instance_id = k.instance_id AND k.version IS NOT NULL
    RETURNING s.instance_id
"""


def _let_out(session: Session, ids: Sequence[uuid.UUID], now: datetime) -> list[uuid.UUID]:
    """Of these, what lies in quarantine and shall not stay there."""
    out = list(session.scalars(text(_LET_OUT), {"ids": list(ids)}))
    session.execute(
        text(
            "UPDATE quarantine SET last_tried_at = :now, next_retry_at = NULL,"
            " reopened_at = CASE WHEN instance_id = ANY(:out) THEN :now ELSE reopened_at END"
            " WHERE instance_id = ANY(:ids) AND reopened_at IS NULL"
        ),
        {"ids": list(ids), "out": out, "now": now},
    )
    session.execute(
        text(
            "DELETE FROM unknown_units k USING submissions s WHERE k.instance_id = ANY(:out)"
            " AND s.instance_id = k.instance_id AND s.unit_id IS NOT NULL"
        ),
        {"out": out},
    )
    return out


def _read_anew(session: Session, ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Of these, what was understood and is now told by other bytes, or by another version."""
    return list(
        session.scalars(
            text(
                "UPDATE submissions s SET state = 'received' FROM surveys y"
                " WHERE instance_id = ANY(:ids) AND s.state = 'derived'"
                " AND y.id = s.survey_id AND y.state <> 'retired'"
                " AND EXISTS (SELECT FROM content_choices c"
                "  WHERE c.instance_id = s.instance_id) RETURNING s.instance_id"
            ),
            {"ids": list(ids)},
        )
    )


def _mark_pending(session: Session, ids: Sequence[uuid.UUID], now: datetime) -> None:
    """As tried before: what has done harm once is worked through apart from everybody else's."""
    session.execute(
        text(
            "INSERT INTO pending_batches (batch, received_at, attempts, submissions)"
            " SELECT batch, :now, 1, least(count(*), 1000) FROM submissions"
            " WHERE instance_id = ANY(:ids) GROUP BY batch ORDER BY batch"
            " ON CONFLICT (batch) DO NOTHING"
        ),
        {"ids": list(ids), "now": now},
    )
