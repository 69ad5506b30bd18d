"""Counting what has changed, where counting everything again would cost too much.

What is told of units that no list has is counted in one place, whatever there is of it: a form that
knows nothing of units puts a whole survey there. The same truth table as everywhere (COUNTED),
asked of the interviews that are touched, before and after.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.store.coverage.recounting import COUNTED, FIGURES

_COUNTS = FIGURES[:-1]
_LAST = FIGURES[-1]
# By day and enumerator: the figures, by name.
Tally = Mapping[tuple[date, int], Mapping[str, Any]]


def tally(session: Session, survey: int, ea: int, interviews: Sequence[uuid.UUID]) -> Tally:
    """What these interviews come to in this EA, as they stand now."""
    rows = session.execute(
        text(
            "SELECT CAST(i.first_received_at AT TIME ZONE s.timezone AS date) AS day, i.person_id,"
            f" {COUNTED} FROM unnest(CAST(:interviews AS uuid[])) AS w(id)"
            " JOIN interviews i ON i.interview_id = w.id AND i.ea_id = :ea"
            " JOIN surveys s ON s.id = i.survey_id WHERE i.survey_id = :survey"
            " GROUP BY day, i.person_id"
        ),
        {"interviews": list(interviews), "ea": ea, "survey": survey},
    )
    return {(row.day, row.person_id): row._asdict() for row in rows}


def add_change(session: Session, survey: int, ea: int, before: Tally, after: Tally) -> bool:
    """Moves the EA's figures by what has changed; the caller holds its lock. False, and nothing is
    done, where the newest of something has gone: what is newest now, only a recount can tell."""
    if any(key not in after or after[key][_LAST] < told[_LAST] for key, told in before.items()):
        return False
    if rows := [_change(key, before.get(key), told) for key, told in sorted(after.items())]:
        _add(session, {"survey": survey, "ea": ea}, rows)
    return True


def _change(
    key: tuple[date, int], before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> dict[str, Any]:
    counts = {name: after[name] - (before[name] if before else 0) for name in _COUNTS}
    return {"day": key[0], "person": key[1], **counts, _LAST: after[_LAST]}


def _add(session: Session, place: Mapping[str, int], rows: Sequence[Mapping[str, Any]]) -> None:
    added = ", ".join(f"{name} = d.{name} + excluded.{name}" for name in _COUNTS)
    session.execute(
        text(
            f"INSERT INTO ea_days AS d (survey_id, ea_id, day, person_id, {', '.join(FIGURES)})"
            f" VALUES (:survey, :ea, :day, :person, {', '.join(f':{name}' for name in FIGURES)})"
            f" ON CONFLICT (survey_id, ea_id, day, person_id) DO UPDATE SET {added},"
            f" {_LAST} = greatest(d.{_LAST}, excluded.{_LAST})"
        ),
        [{**place, **row} for row in rows],
    )
    sums = ", ".join(f"{name} = {name} + :{name}" for name in _COUNTS)
    total = {name: sum(row[name] for row in rows) for name in _COUNTS}
    session.execute(
        text(
            f"UPDATE ea_coverage SET {sums}, {_LAST} = greatest({_LAST}, :last)"
            " WHERE survey_id = :survey AND ea_id = :ea"
        ),
        {**place, **total, "last": max(row[_LAST] for row in rows)},
    )
