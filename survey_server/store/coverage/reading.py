"""What a viewer may see of a survey's progress.

Every query is limited to the chosen area's subtree, and the chosen area to the viewer's: outside
of it there is nothing, not even a refusal that tells that something exists.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row as SqlRow, text
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.coverage import Coverage, Day, Figures, Level, Place, SurveyPlan, sum_of
from survey_server.domain.people import Viewer
from survey_server.store.coverage import rows as rows_by
from survey_server.store.coverage.rows import SUMS, Chosen, figures_of

SILENT_AFTER = timedelta(days=1)
OTHER_ROWS = ("enumerator", "day", "unit")
# Auditors look after figures and doings; who lives where is none of theirs.
NAMERS = ("enumerator", "team_leader", "supervisor", "data_manager", "administrator")


@dataclass(frozen=True, slots=True)
class _Survey:
    id: int
    plan: SurveyPlan
    levels: tuple[Level, ...]


def coverage_of(
    session: Session, viewer: Viewer, survey: str, area: str | None, by: str, at: datetime
) -> Coverage:
    """`by`: a level below the area, "enumerator", "day", "unit" (an EA's households) or "next".

    Raises NotFound for what is not there or not the viewer's, ParamInvalid for an unknown `by`.
    """
    seen = viewer.areas_in(survey)
    found = _survey(session, survey) if seen else None
    if found is None:
        raise problems.NotFound()
    chosen = _chosen(session, found, seen, area, at)
    below = found.levels[chosen.level + 1 :]
    by = _resolved(by, below)
    named = by == "unit" and _within(session, chosen, viewer.areas_in(survey, NAMERS))
    total = _total(session, chosen)
    days = _days(session, chosen)
    waiting, since = _waiting(session, chosen)
    silent, held = _devices(session, chosen)
    return Coverage(
        survey=found.plan,
        path=_path(session, found, chosen, seen),
        levels=below,
        by=by,
        rows=rows_by.rows(session, chosen, by, found.levels),
        total=total,
        days=days,
        as_of=since or at,
        today=at.astimezone(ZoneInfo(found.plan.timezone)).date(),
        units=rows_by.units(session, chosen) if named else (),
        silent_devices=silent,
        held_on_tablets=held,
        waiting=waiting,
        unknown_units=_unknown_units(session, chosen),
    )


def _survey(session: Session, code: str) -> _Survey | None:
    row = session.execute(
        text("SELECT * FROM surveys WHERE code = :code"), {"code": code}
    ).one_or_none()
    if row is None:
        return None
    plan = SurveyPlan(
        code=row.code,
        name_vi=row.name["vi"],
        name_en=row.name["en"],
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        training=row.training,
        timezone=row.timezone,
    )
    names = row.level_names
    return _Survey(
        row.id, plan, tuple(Level(one, names[one]["vi"], names[one]["en"]) for one in row.levels)
    )


def _chosen(
    session: Session, survey: _Survey, seen: list[int], area: str | None, at: datetime
) -> Chosen:
    """Without a code: the highest area that the viewer may see."""
    row = session.execute(
        text(
            "SELECT id, level, code FROM areas WHERE survey_id = :survey"
            " AND path && CAST(:seen AS integer[])"
            " AND (CAST(:code AS text) IS NULL AND id = ANY(:seen) OR code = :code)"
            " ORDER BY level, code LIMIT 1"
        ),
        {"survey": survey.id, "seen": seen, "code": area},
    ).one_or_none()
    if row is None:
        raise problems.NotFound()
    return Chosen(survey.id, row.id, row.level, row.level == len(survey.levels) - 1, at)


def _within(session: Session, chosen: Chosen, areas: list[int]) -> bool:
    found = session.execute(
        text("SELECT path && CAST(:areas AS integer[]) FROM areas WHERE id = :area"),
        {"areas": areas, "area": chosen.area},
    )
    return bool(found.scalar())


def _resolved(by: str, below: tuple[Level, ...]) -> str:
    if by == "next":
        return below[0].code if below else "unit"
    if by in OTHER_ROWS[:2] or (by == "unit" and not below) or by in {one.code for one in below}:
        return by
    raise problems.ParamInvalid(errors=[{"pointer": "/by", "code": "unknown"}])


def _path(session: Session, survey: _Survey, chosen: Chosen, seen: list[int]) -> tuple[Place, ...]:
    rows = session.execute(
        text(
            "SELECT a.code, a.name, a.level FROM areas c JOIN areas a ON a.id = ANY(c.path)"
            " WHERE c.id = :area AND a.path && CAST(:seen AS integer[]) ORDER BY a.level"
        ),
        {"area": chosen.area, "seen": seen},
    )
    return tuple(Place(row.code, row.name, survey.levels[row.level].code) for row in rows)


def _total(session: Session, chosen: Chosen) -> Figures:
    rows = session.execute(
        text(
            f"SELECT coalesce(sum(c.expected), 0) AS expected, {SUMS} FROM ea_coverage c"
            " JOIN areas ea ON ea.id = c.ea_id"
            " WHERE c.survey_id = :survey AND ea.path[:place] = :area"
        ),
        chosen.parameters(),
    )
    return sum_of(figures_of(row) for row in rows)


def _days(session: Session, chosen: Chosen) -> tuple[Day, ...]:
    rows = session.execute(
        text(
            "SELECT d.day, sum(d.received - d.duplicates) AS counted FROM ea_days d"
            " JOIN areas ea ON ea.id = d.ea_id"
            " WHERE d.survey_id = :survey AND ea.path[:place] = :area"
            " GROUP BY d.day ORDER BY d.day"
        ),
        chosen.parameters(),
    ).all()
    sums = accumulate(int(row.counted) for row in rows)
    return tuple(
        Day(row.day, int(row.counted), total) for row, total in zip(rows, sums, strict=True)
    )


def _waiting(session: Session, chosen: Chosen) -> tuple[int, datetime | None]:
    """Submissions that are received and not yet worked through, and the oldest one's arrival."""
    row: SqlRow[Any] = session.execute(
        text(
            "SELECT count(*) AS waiting, min(s.received_at) AS since FROM pending_batches p"
            " JOIN submissions s ON s.batch = p.batch JOIN areas ea ON ea.id = s.ea_id"
            " WHERE s.state = 'received' AND s.survey_id = :survey AND ea.path[:place] = :area"
        ),
        chosen.parameters(),
    ).one()
    return row.waiting, row.since


def _devices(session: Session, chosen: Chosen) -> tuple[int, int | None]:
    """Tablets that were silent for a day while their work is not done, and what tablets hold."""
    row: SqlRow[Any] = session.execute(
        text(
            "SELECT count(*) FILTER (WHERE w.to_do AND coalesce(d.seen_at < :silent, true))"
            " AS silent, sum(d.held) AS held FROM devices d JOIN (SELECT a.person_id,"
            "  bool_or(c.received - c.duplicates < c.expected) AS to_do FROM assignments a"
            "  JOIN areas ea ON ea.id = a.ea_id"
            "  LEFT JOIN ea_coverage c ON c.survey_id = :survey AND c.ea_id = ea.id"
            "  WHERE a.survey_id = :survey AND a.ended_at IS NULL AND ea.path[:place] = :area"
            "  GROUP BY a.person_id) w ON w.person_id = d.person_id"
            " WHERE d.survey_id = :survey AND d.revoked_at IS NULL"
        ),
        {**chosen.parameters(), "silent": chosen.at - SILENT_AFTER},
    ).one()
    return row.silent, row.held


def _unknown_units(session: Session, chosen: Chosen) -> int:
    """Interviews about units that no list has, which have no area; told to those who see all."""
    if chosen.level > 0:
        return 0
    return int(
        session.execute(
            text("SELECT received FROM ea_coverage WHERE survey_id = :survey AND ea_id = -:survey"),
            {"survey": chosen.survey},
        ).scalar()
        or 0
    )
