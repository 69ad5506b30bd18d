"""Coverage counted by SQL over the derived rows, written apart from what workers run."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

FIGURES = (
    "received", "complete", "partial", "absent", "refused", "moved", "not_a_dwelling",
    "all_died", "duplicates", "persons", "with_findings",
)  # fmt: skip

# Which interview of a unit counts is decided here again; `counts` is only compared.
_RECOUNT = """
    WITH ranked AS (
        SELECT i.*, row_number() OVER (PARTITION BY unit_id
            ORDER BY assigned DESC, complete DESC, interview_id) AS place
        FROM interviews i WHERE unit_id IS NOT NULL),
    told AS (
        SELECT r.ea_id, coalesce(r.result, 'interviewed') AS result, r.complete, r.place = 1 AS one,
            (SELECT count(*) FROM persons p
                WHERE p.interview_id = r.interview_id AND p.ea_id = r.ea_id) AS persons,
            EXISTS (SELECT FROM findings f
                WHERE f.interview_id = r.interview_id AND f.ea_id = r.ea_id) AS broken
        FROM ranked r)
    SELECT a.code, count(*) AS received,
        sum(CASE WHEN one AND result = 'interviewed' AND complete THEN 1 ELSE 0 END) AS complete,
        sum(CASE WHEN one AND result = 'interviewed' AND NOT complete THEN 1 ELSE 0 END) AS partial,
        sum(CASE WHEN one AND result = 'absent' THEN 1 ELSE 0 END) AS absent,
        sum(CASE WHEN one AND result = 'refused' THEN 1 ELSE 0 END) AS refused,
        sum(CASE WHEN one AND result = 'moved' THEN 1 ELSE 0 END) AS moved,
        sum(CASE WHEN one AND result = 'not_a_dwelling' THEN 1 ELSE 0 END) AS not_a_dwelling,
        sum(CASE WHEN one AND result = 'all_died' THEN 1 ELSE 0 END) AS all_died,
        sum(CASE WHEN one THEN 0 ELSE 1 END) AS duplicates,
        sum(CASE WHEN one AND result = 'interviewed' THEN persons ELSE 0 END) AS persons,
        sum(CASE WHEN one AND broken THEN 1 ELSE 0 END) AS with_findings
    FROM told t JOIN areas a ON a.id = t.ea_id GROUP BY a.code
"""
_STORED = f"""
    SELECT a.code, {", ".join(f"c.{name}" for name in FIGURES)}
    FROM ea_coverage c JOIN areas a ON a.id = c.ea_id WHERE c.received > 0
"""
_DAYS = f"""
    SELECT a.code, {", ".join(f"sum(d.{name}) AS {name}" for name in FIGURES)}
    FROM ea_days d JOIN areas a ON a.id = d.ea_id GROUP BY a.code
"""
_WRONGLY_COUNTING = """
    SELECT count(*) FROM (SELECT counts, row_number() OVER (PARTITION BY unit_id
        ORDER BY assigned DESC, complete DESC, interview_id) = 1 AS one
    FROM interviews WHERE unit_id IS NOT NULL) x WHERE counts <> one
"""

Figures = dict[str, int]


def recounted(connection: Connection) -> dict[str, Figures]:
    return dict(_figures(connection, _RECOUNT))


def kept(connection: Connection) -> dict[str, Figures]:
    """As the EA rows say."""
    return dict(_figures(connection, _STORED))


def kept_by_day(connection: Connection) -> dict[str, Figures]:
    """As the rows of days and enumerators add up to."""
    return dict(_figures(connection, _DAYS))


def wrongly_counting(connection: Connection) -> int:
    return int(connection.execute(text(_WRONGLY_COUNTING)).scalar_one())


def _figures(connection: Connection, statement: str) -> Iterator[tuple[str, Figures]]:
    """By EA; figures that are zero are left out."""
    for row in connection.execute(text(statement)):
        told = {name: int(getattr(row, name)) for name in FIGURES}
        yield row.code, {name: number for name, number in told.items() if number}
