"""Assignments: who is to do which EA or unit, by when."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

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
