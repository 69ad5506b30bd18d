"""Assignments: who is to do which EA or unit, by when."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.store.incoming import Counts, bring_in, merge

INCOMING = "person_id integer, ea_id integer, unit_id integer, due_on date"
UPSERT = """
    INSERT INTO assignments AS a (survey_id, person_id, ea_id, unit_id, due_on, assigned_at)
    SELECT :survey_id, person_id, ea_id, unit_id, due_on, :assigned_at
    FROM incoming ORDER BY ea_id, person_id, unit_id
    ON CONFLICT (ea_id, person_id, unit_id) WHERE ended_at IS NULL
    DO UPDATE SET due_on = excluded.due_on WHERE a.due_on IS DISTINCT FROM excluded.due_on
"""


class IncomingAssignment(NamedTuple):
    """Without a unit, the whole EA."""

    person_id: int
    ea_id: int
    unit_id: int | None
    due_on: date | None


def upsert_assignments(
    session: Session, survey_id: int, rows: Iterable[IncomingAssignment], assigned_at: datetime
) -> Counts:
    total = bring_in(session, INCOMING, rows)
    added, changed = merge(session, UPSERT, {"survey_id": survey_id, "assigned_at": assigned_at})
    return Counts(added, changed, total - added - changed)


def work_of(session: Session, survey_id: int, person_id: int) -> list[dict[str, Any]]:
    """The EAs (or single units) that a person is to do, as a tablet is told them."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ea.code AS ea, ea.name, a.due_on AS due, ea.form_id"
            " FROM assignments a JOIN areas ea ON ea.id = a.ea_id"
            " WHERE a.survey_id = :survey AND a.person_id = :person AND a.ended_at IS NULL"
            " ORDER BY ea.code"
        ),
        {"survey": survey_id, "person": person_id},
    )
    return [{**row._mapping, "due": row.due and row.due.isoformat()} for row in rows]


def units_of(session: Session, survey_id: int, person_id: int) -> list[dict[str, Any]]:
    """The units of a person's open assignments, as a tablet is told them."""
    rows = session.execute(
        text(
            "SELECT DISTINCT u.code, ea.code AS ea, n.address, n.head_name, u.listed_persons"
            " FROM assignments a JOIN units u ON u.ea_id = a.ea_id"
            "  AND (a.unit_id IS NULL OR a.unit_id = u.id)"
            " JOIN areas ea ON ea.id = u.ea_id LEFT JOIN unit_identities n ON n.unit_id = u.id"
            " WHERE a.survey_id = :survey AND a.person_id = :person AND a.ended_at IS NULL"
            " AND u.expected ORDER BY u.code"
        ),
        {"survey": survey_id, "person": person_id},
    )
    return [dict(row._mapping) for row in rows]
