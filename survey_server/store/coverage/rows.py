"""The rows of a coverage table: areas of a level, enumerators, days, or an EA's households."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row as SqlRow, text
from sqlalchemy.orm import Session

from survey_server.domain.coverage import Figures, Level, Row, State, UnitRow, state_of
from survey_server.domain.names import sort_key_vi
from survey_server.store.coverage.recounting import FIGURES

_COUNTS = [name for name in FIGURES if name != "last_received_at"]
SUMS = (
    ", ".join(f"coalesce(sum(c.{name}), 0) AS {name}" for name in _COUNTS)
    + ", max(c.last_received_at) AS last_received_at"
)

# A tablet of somebody who is to work here has spoken to the server since the work was assigned.
_CONTACTED = (
    "EXISTS (SELECT FROM assignments a JOIN devices d ON d.person_id = a.person_id"
    " WHERE a.ea_id = c.ea_id AND a.ended_at IS NULL AND d.seen_at >= a.assigned_at)"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The area whose coverage is asked for. `lowest`: it is an EA."""

    survey: int
    area: int
    level: int
    lowest: bool
    at: datetime

    def parameters(self) -> dict[str, Any]:
        return {"survey": self.survey, "area": self.area, "place": self.level + 1}


def figures_of(row: SqlRow[Any]) -> Figures:
    counts = {name: int(getattr(row, name)) for name in _COUNTS}
    return Figures(expected=int(row.expected), last_received_at=row.last_received_at, **counts)


def rows(session: Session, chosen: Chosen, by: str, levels: tuple[Level, ...]) -> tuple[Row, ...]:
    if by == "enumerator":
        return tuple(_enumerators(session, chosen))
    if by == "day":
        return tuple(_days(session, chosen))
    if by == "unit":
        return ()
    depth = [level.code for level in levels].index(by)
    return tuple(_areas(session, chosen, depth, by))


def _areas(session: Session, chosen: Chosen, depth: int, level: str) -> Iterator[Row]:
    found = session.execute(
        text(
            f"SELECT a.code, a.name, coalesce(sum(c.expected), 0) AS expected, {SUMS},"
            f" coalesce(bool_or({_CONTACTED}), false) AS contacted FROM areas a"
            " LEFT JOIN areas ea ON ea.survey_id = :survey AND ea.path[:place] = :area"
            "  AND ea.path[:depth] = a.id"
            " LEFT JOIN ea_coverage c ON c.survey_id = :survey AND c.ea_id = ea.id"
            " WHERE a.survey_id = :survey AND a.level = :level AND a.path[:place] = :area"
            " GROUP BY a.id ORDER BY a.sort_key, a.code"
        ),
        {**chosen.parameters(), "depth": depth + 1, "level": depth},
    )
    for row in found:
        figures = figures_of(row)
        state = state_of(figures, row.contacted)
        yield Row(row.code, row.name, level, state, figures, drill=True)


def _enumerators(session: Session, chosen: Chosen) -> Iterator[Row]:
    """An EA's expected units are told with whoever it was assigned to first, so that sums close;
    what nobody is to do stands in a row without a name."""
    found = session.execute(
        text(
            "WITH owner AS (SELECT DISTINCT ON (a.ea_id) a.ea_id, a.person_id FROM assignments a"
            "  WHERE a.survey_id = :survey AND a.ended_at IS NULL ORDER BY a.ea_id, a.id),"
            " told AS (SELECT coalesce(o.person_id, 0) AS person_id, sum(e.expected) AS expected"
            "  FROM ea_coverage e JOIN areas ea ON ea.id = e.ea_id"
            "  LEFT JOIN owner o ON o.ea_id = e.ea_id"
            "  WHERE e.survey_id = :survey AND ea.path[:place] = :area GROUP BY 1),"
            f" c AS (SELECT d.person_id, {SUMS.replace('c.', 'd.')} FROM ea_days d"
            "  JOIN areas ea ON ea.id = d.ea_id"
            "  WHERE d.survey_id = :survey AND ea.path[:place] = :area GROUP BY d.person_id)"
            " SELECT coalesce(told.person_id, c.person_id) AS person_id, p.name,"
            f" coalesce(told.expected, 0) AS expected, {_or_zero()}, c.last_received_at,"
            " EXISTS (SELECT FROM devices d WHERE d.person_id = p.id AND d.seen_at IS NOT NULL)"
            " AS contacted FROM told FULL JOIN c ON c.person_id = told.person_id"
            " LEFT JOIN people p ON p.id = coalesce(told.person_id, c.person_id)"
        ),
        chosen.parameters(),
    ).all()
    # In Vietnamese order, which the database does not know; the row of nobody last.
    for row in sorted(found, key=lambda row: (row.name is None, sort_key_vi(row.name or ""))):
        figures = figures_of(row)
        state = state_of(figures, row.contacted)
        yield Row(str(row.person_id), row.name or "", "enumerator", state, figures, drill=False)


def _or_zero() -> str:
    return ", ".join(f"coalesce(c.{name}, 0) AS {name}" for name in _COUNTS)


def _days(session: Session, chosen: Chosen) -> Iterator[Row]:
    found = session.execute(
        text(
            f"SELECT c.day, 0 AS expected, {SUMS} FROM ea_days c"
            " JOIN areas ea ON ea.id = c.ea_id"
            " WHERE c.survey_id = :survey AND ea.path[:place] = :area"
            " GROUP BY c.day ORDER BY c.day"
        ),
        chosen.parameters(),
    )
    for row in found:
        day = row.day.isoformat()
        yield Row(day, day, "day", State.IN_PROGRESS, figures_of(row), drill=False)


def units(session: Session, chosen: Chosen) -> tuple[UnitRow, ...]:
    """The households of an EA, with the interview that counts for each."""
    found = session.execute(
        text(
            "SELECT u.code, n.address, n.head_name, u.listed_persons, u.expected, i.result,"
            " i.complete, i.persons, i.errors + i.warnings AS findings, i.received_at,"
            " i.interview_id, i.interview_id IS NOT NULL AS told,"
            " (SELECT count(*) FROM interviews d"
            "  WHERE d.unit_id = u.id AND NOT d.counts) AS duplicates"
            " FROM units u LEFT JOIN unit_identities n ON n.unit_id = u.id"
            " LEFT JOIN interviews i ON i.unit_id = u.id AND i.counts"
            " WHERE u.ea_id = :area AND (u.reserved_for IS NULL OR u.expected"
            "  OR EXISTS (SELECT FROM interviews t WHERE t.unit_id = u.id)) ORDER BY u.code"
        ),
        {"area": chosen.area},
    )
    return tuple(_unit(row) for row in found)


def _unit(row: SqlRow[Any]) -> UnitRow:
    return UnitRow(
        code=row.code,
        address=row.address or "",
        head_name=row.head_name or "",
        listed_persons=row.listed_persons,
        state=_unit_state(row),
        result=(row.result or "interviewed") if row.told else None,
        complete=bool(row.complete),
        persons=row.persons,
        findings=row.findings or 0,
        duplicates=row.duplicates,
        last_received_at=row.received_at,
        interview=row.interview_id,
    )


def _unit_state(row: SqlRow[Any]) -> State:
    if row.told:
        # An absent household is counted as absent, and still waits for another visit.
        unfinished = row.result == "absent" or (
            not row.complete and row.result in (None, "interviewed")
        )
        return State.IN_PROGRESS if unfinished else State.DONE
    return State.NOT_STARTED if row.expected else State.NOTHING_EXPECTED
