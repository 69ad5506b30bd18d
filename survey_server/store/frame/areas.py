"""The area tree: looked up, and brought in level by level, so that every path can be built.

A path needs the area's own id, which is why ids are drawn before the rows are inserted.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session, aliased

from survey_server.domain.frame import AreaOnFile, AreaRow
from survey_server.domain.names import sort_key_vi
from survey_server.store.frame.tables import Area, Survey
from survey_server.store.incoming import Counts, Progress, bring_in, merge

INCOMING = (
    "code text, level smallint, parent text, name text, name_en text, sort_key text, "
    "form_id text, valid_from date, valid_to date, id integer"
)
UPSERT = """
    INSERT INTO areas AS a (id, survey_id, parent_id, level, code, name, name_en, sort_key, path,
                            form_id, valid_from, valid_to)
    OVERRIDING SYSTEM VALUE
    SELECT i.id, :survey_id, p.id, i.level, i.code, i.name, i.name_en, i.sort_key,
           coalesce(p.path, '{}') || i.id, i.form_id, i.valid_from, i.valid_to
    FROM incoming i LEFT JOIN areas p ON p.survey_id = :survey_id AND p.code = i.parent
    WHERE i.level = :level
    ORDER BY i.id
    ON CONFLICT (survey_id, code) DO UPDATE
    SET parent_id = excluded.parent_id, name = excluded.name, name_en = excluded.name_en,
        sort_key = excluded.sort_key, path = excluded.path, form_id = excluded.form_id,
        valid_from = excluded.valid_from, valid_to = excluded.valid_to
    WHERE (a.parent_id, a.name, a.name_en, a.sort_key, a.path, a.form_id, a.valid_from, a.valid_to)
        IS DISTINCT FROM (excluded.parent_id, excluded.name, excluded.name_en, excluded.sort_key,
                          excluded.path, excluded.form_id, excluded.valid_from, excluded.valid_to)
"""


def area_by_code(session: Session, survey_id: int, code: str) -> Area | None:
    return session.scalar(select(Area).where(Area.survey_id == survey_id, Area.code == code))


def tops(session: Session, survey_id: int) -> Sequence[Area]:
    """Usually one, the country."""
    return session.scalars(select(Area).where(Area.survey_id == survey_id, Area.level == 0)).all()


def top_ids(session: Session, survey_id: int) -> set[int]:
    """Of all tops, also where the session sees only a part of the survey."""
    found = session.scalar(text("SELECT tops_of(:survey)"), {"survey": survey_id})
    return set(found or ())


def children(session: Session, area_id: int) -> Sequence[Area]:
    """In Vietnamese order."""
    return session.scalars(
        select(Area).where(Area.parent_id == area_id).order_by(Area.sort_key, Area.code)
    ).all()


def areas_on_file(session: Session, survey_id: int) -> dict[str, AreaOnFile]:
    rows = session.execute(
        select(Area.code, Area.id, Area.level).where(Area.survey_id == survey_id)
    )
    return {code: AreaOnFile(number, level) for code, number, level in rows}


def lowest_places(
    session: Session, survey: Survey, within: Collection[int]
) -> list[tuple[str, str, str, str]]:
    """Areas just above the EAs: code of the area two above, of the one above, own code, name."""
    middle, top = aliased(Area), aliased(Area)
    rows = session.execute(
        select(top.code, middle.code, Area.code, Area.name)
        .join(middle, middle.id == Area.parent_id)
        .join(top, top.id == middle.parent_id)
        .where(Area.survey_id == survey.id, Area.level == len(survey.levels) - 2)
        .where(Area.path.op("&&")(list(within)))
        .order_by(top.code, middle.code, Area.code)
    )
    return [(*row,) for row in rows]


def upsert_areas(
    session: Session,
    survey_id: int,
    levels: Sequence[str],
    rows: Iterable[AreaRow],
    progress: Progress | None = None,
) -> Counts:
    """Rows must have been checked against `areas_on_file`, in the same transaction."""
    depths = {name: depth for depth, name in enumerate(levels)}
    total = bring_in(session, INCOMING, (_columns(row, depths) for row in rows), progress)
    _draw_ids(session, survey_id)
    added = changed = 0
    for level in range(len(levels)):
        more = merge(session, UPSERT, {"survey_id": survey_id, "level": level})
        added, changed = added + more[0], changed + more[1]
    if changed:
        _mend_paths(session, survey_id, len(levels))
    return Counts(added, changed, total - added - changed)


def _columns(row: AreaRow, depths: dict[str, int]) -> tuple[object, ...]:
    return (
        row.code, depths[row.level], row.parent, row.name, row.name_en, sort_key_vi(row.name),
        row.form_id, row.valid_from, row.valid_to, None,
    )  # fmt: skip


def _draw_ids(session: Session, survey_id: int) -> None:
    session.execute(
        text(
            "UPDATE incoming i SET id = a.id FROM areas a "
            "WHERE a.survey_id = :survey_id AND a.code = i.code"
        ),
        {"survey_id": survey_id},
    )
    session.execute(
        text(
            "UPDATE incoming SET id = nextval(pg_get_serial_sequence('areas', 'id')) "
            "WHERE id IS NULL"
        )
    )


def _mend_paths(session: Session, survey_id: int, depth: int) -> None:
    """An area that moved takes along what is below it and is not in the file."""
    for level in range(1, depth):
        session.execute(
            text(
                "UPDATE areas a SET path = p.path || a.id FROM areas p "
                "WHERE p.id = a.parent_id AND a.survey_id = :survey_id AND a.level = :level "
                "AND a.path <> p.path || a.id"
            ),
            {"survey_id": survey_id, "level": level},
        )


def scopes_of(session: Session, survey_id: int, eas: Sequence[int]) -> dict[int, int]:
    """For each EA, the area above it within which households are compared with each other."""
    rows = session.execute(
        text(
            "SELECT ea.id, ea.path[array_position(s.levels, s.match_level)] AS scope"
            " FROM areas ea JOIN surveys s ON s.id = ea.survey_id"
            " WHERE s.id = :survey AND ea.id = ANY(:eas)"
        ),
        {"survey": survey_id, "eas": list(eas)},
    )
    return {row.id: row.scope for row in rows}


def eas_in(session: Session, survey_id: int, scope: int) -> list[int]:
    """The ids of the EAs below an area."""
    rows = session.execute(
        text(
            "SELECT c.ea_id FROM ea_coverage c JOIN areas ea ON ea.id = c.ea_id"
            " WHERE c.survey_id = :survey AND ea.path @> ARRAY[CAST(:scope AS integer)]"
            " ORDER BY c.ea_id"
        ),
        {"survey": survey_id, "scope": scope},
    )
    return [row.ea_id for row in rows]


def all_scopes(session: Session, survey_id: int) -> list[int]:
    """The areas of comparison that have EAs."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ea.path[array_position(s.levels, s.match_level)] AS scope"
            " FROM ea_coverage c JOIN areas ea ON ea.id = c.ea_id"
            " JOIN surveys s ON s.id = c.survey_id WHERE s.id = :survey ORDER BY 1"
        ),
        {"survey": survey_id},
    )
    return [row.scope for row in rows]


def area_within(
    session: Session, survey_code: str, code: str | None, allowed: Sequence[int]
) -> tuple[int, int] | None:
    """Survey and area ids; the area must be at or below one of `allowed`, of which the highest
    is taken where no code is given."""
    row = session.execute(
        text(
            "SELECT a.survey_id, a.id FROM areas a JOIN surveys s ON s.id = a.survey_id"
            " WHERE s.code = :survey AND a.path && CAST(:allowed AS integer[])"
            " AND (CAST(:code AS text) IS NULL AND a.id = ANY(:allowed) OR a.code = :code)"
            " ORDER BY a.level, a.code LIMIT 1"
        ),
        {"survey": survey_code, "code": code, "allowed": list(allowed)},
    ).one_or_none()
    return None if row is None else (row.survey_id, row.id)
