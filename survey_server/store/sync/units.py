"""The units of a person's work, by page, and what has left it since."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

# Where an assignment changed, everything in its EA may be news.
_WORK = """
    work AS MATERIALIZED (
        SELECT ea_id, unit_id FROM assignments
        WHERE survey_id = :survey AND person_id = :person AND ended_at IS NULL),
    touched AS MATERIALIZED (
        SELECT DISTINCT ea_id FROM assignments
        WHERE survey_id = :survey AND person_id = :person AND changed >= :since),
    places AS MATERIALIZED (
        SELECT w.ea_id, CASE WHEN t.ea_id IS NULL THEN :since ELSE 0 END AS since
        FROM (SELECT DISTINCT ea_id FROM work) w LEFT JOIN touched t ON t.ea_id = w.ea_id)
"""
_TO_DO = (
    "u.expected AND EXISTS (SELECT FROM work w WHERE w.ea_id = u.ea_id"
    " AND (w.unit_id IS NULL OR w.unit_id = u.id))"
)
_PAGE = text(
    f"""
    WITH {_WORK}
    SELECT u.id, u.code, ea.code AS ea, n.address, n.head_name, u.listed_persons
    FROM (SELECT u.id, u.ea_id, u.code, u.listed_persons FROM places p
            JOIN units u ON u.ea_id = p.ea_id AND u.changed >= p.since
            WHERE u.id > :after AND {_TO_DO} ORDER BY u.id LIMIT :most) u
    JOIN areas ea ON ea.id = u.ea_id LEFT JOIN unit_identities n ON n.unit_id = u.id
    ORDER BY u.id
    """
)
# Numbers for new households were never told as units, but for those that a list had for a while.
_GONE = text(
    f"""
    WITH {_WORK}
    SELECT NULL AS ea, u.code FROM places p JOIN units u ON u.ea_id = p.ea_id
        AND u.changed >= p.since
    WHERE NOT ({_TO_DO}) AND (u.expected OR u.reserved_for IS NULL
        OR EXISTS (SELECT FROM unit_identities n WHERE n.unit_id = u.id))
    UNION
    SELECT NULL, d.code FROM (SELECT ea_id FROM work UNION SELECT ea_id FROM touched) p
    JOIN unit_departures d ON d.ea_id = p.ea_id AND d.changed >= :since
    WHERE NOT EXISTS (SELECT FROM units u WHERE u.survey_id = :survey AND u.code = d.code
        AND {_TO_DO})
    UNION
    SELECT ea.code, NULL FROM touched t JOIN areas ea ON ea.id = t.ea_id
    WHERE t.ea_id NOT IN (SELECT ea_id FROM work)
    ORDER BY 1, 2 LIMIT :most
    """
)


def units_page(
    session: Session, survey: int, person: int, since: int, after: int, most: int
) -> list[dict[str, Any]]:
    """Those that changed, in the order of their `id`, from the first that follows `after`."""
    rows = session.execute(
        _PAGE,
        {"survey": survey, "person": person, "since": since, "after": after, "most": most},
    )
    return [dict(row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class Gone:
    """Codes of EAs that are no more the person's, with all their units, and of single units."""

    eas: list[str]
    units: list[str]


def gone(session: Session, survey: int, person: int, since: int, most: int) -> Gone | None:
    """None where more than `most` are gone."""
    rows = session.execute(
        _GONE, {"survey": survey, "person": person, "since": since, "most": most + 1}
    ).all()
    if len(rows) > most:
        return None
    return Gone([row.ea for row in rows if row.ea], [row.code for row in rows if row.code])
