"""Units: looked up, brought in, and counted as what an EA expects."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey_server.domain.frame import AreaOnFile, UnitRow
from survey_server.store.frame.tables import Unit
from survey_server.store.incoming import Counts, Progress, bring_in

INCOMING = (
    "code text, ea_id integer, address text, head_name text, listed_persons smallint, "
    "expected boolean"
)
# A row that was inserted has no earlier version: its xmax is 0. New units are seen by what
# inserted them, the others by what was there before.
MERGE = """
    WITH merged AS (
        INSERT INTO units AS u (survey_id, ea_id, code, listed_persons, expected)
        SELECT :survey_id, ea_id, code, listed_persons, expected FROM incoming ORDER BY code
        ON CONFLICT (survey_id, code) DO UPDATE
        SET ea_id = excluded.ea_id, listed_persons = excluded.listed_persons,
            expected = excluded.expected
        WHERE (u.ea_id, u.listed_persons, u.expected)
            IS DISTINCT FROM (excluded.ea_id, excluded.listed_persons, excluded.expected)
        RETURNING id, code, xmax = 0 AS added),
    known AS (
        SELECT id, code FROM merged
        UNION SELECT u.id, u.code FROM units u JOIN incoming i ON i.code = u.code
        WHERE u.survey_id = :survey_id),
    named AS (
        INSERT INTO unit_identities AS n (unit_id, address, head_name)
        SELECT k.id, i.address, i.head_name FROM known k JOIN incoming i ON i.code = k.code
        ORDER BY k.id
        ON CONFLICT (unit_id) DO UPDATE
        SET address = excluded.address, head_name = excluded.head_name
        WHERE (n.address, n.head_name) IS DISTINCT FROM (excluded.address, excluded.head_name)
        RETURNING unit_id)
    SELECT (SELECT count(*) FROM merged WHERE added) AS added,
        (SELECT count(*) FROM (SELECT id FROM merged UNION SELECT unit_id FROM named) touched
            WHERE id NOT IN (SELECT id FROM merged WHERE added)) AS changed
"""
# Rows are written in the order of their ids, in which workers lock them too.
SET_EXPECTED = """
    INSERT INTO ea_coverage AS c (survey_id, ea_id, expected)
    SELECT :survey_id, a.id, count(u.id) FILTER (WHERE u.expected)
    FROM areas a JOIN surveys s ON s.id = a.survey_id LEFT JOIN units u ON u.ea_id = a.id
    WHERE s.id = :survey_id AND a.level = cardinality(s.levels) - 1
        AND (CAST(:ea_ids AS integer[]) IS NULL OR a.id = ANY(CAST(:ea_ids AS integer[])))
    GROUP BY a.id
    UNION ALL SELECT :survey_id, -CAST(:survey_id AS integer), 0
    ORDER BY 2
    ON CONFLICT (survey_id, ea_id) DO UPDATE SET expected = excluded.expected
    WHERE c.expected <> excluded.expected
"""
TOUCHED = """
    SELECT ea_id FROM incoming
    UNION SELECT u.ea_id FROM units u JOIN incoming i ON i.code = u.code
    WHERE u.survey_id = :survey_id
"""


@dataclass(frozen=True, slots=True)
class UnitOnFile:
    id: int
    ea_id: int


def units_on_file(
    session: Session, survey_id: int, codes: Collection[str]
) -> dict[str, UnitOnFile]:
    """Those of `codes` that the survey has."""
    rows = session.execute(
        select(Unit.code, Unit.id, Unit.ea_id).where(
            Unit.survey_id == survey_id,
            Unit.code == text("ANY(:codes)").bindparams(codes=list(codes)),
        )
    )
    return {code: UnitOnFile(number, ea_id) for code, number, ea_id in rows}


def upsert_units(
    session: Session,
    survey_id: int,
    rows: Iterable[UnitRow],
    areas: Mapping[str, AreaOnFile],
    progress: Progress | None = None,
) -> Counts:
    """Also sets what the touched EAs expect, those that a unit left included."""
    columns = (
        (r.code, areas[r.ea].id, r.address, r.head_name, r.listed_persons, r.expected) for r in rows
    )
    total = bring_in(session, INCOMING, columns, progress)
    touched = session.scalars(text(TOUCHED), {"survey_id": survey_id}).all()
    added, changed = session.execute(text(MERGE), {"survey_id": survey_id}).one()
    set_expected(session, survey_id, touched)
    return Counts(added, changed, total - added - changed)


def set_expected(session: Session, survey_id: int, ea_ids: Collection[int] | None) -> None:
    """One row per EA in `ea_coverage`, of these EAs or of all, and the row of unknown units."""
    ids = None if ea_ids is None else list(ea_ids)
    session.execute(text(SET_EXPECTED), {"survey_id": survey_id, "ea_ids": ids})
