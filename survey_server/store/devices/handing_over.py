"""Work that goes on under another name. What was assigned is ended, never changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.people import FIELD_STAFF

_HAND_OVER = text(
    """
    WITH ended AS (
        UPDATE assignments a SET ended_at = :now FROM areas ea
        WHERE ea.id = a.ea_id AND ea.path && CAST(:allowed AS integer[])
          AND a.survey_id = :survey AND a.person_id = :leaving AND a.ended_at IS NULL
        RETURNING a.ea_id, a.unit_id, a.due_on
    ), given AS (
        INSERT INTO assignments (survey_id, person_id, ea_id, unit_id, due_on, assigned_at)
        SELECT :survey, :coming, ea_id, unit_id, due_on, :now FROM ended ORDER BY ea_id, unit_id
        ON CONFLICT (ea_id, person_id, unit_id) WHERE ended_at IS NULL DO NOTHING
        RETURNING id
    )
    SELECT count(*) FROM ended
    """
)
_SHARE_POSTS = text(
    """
    INSERT INTO memberships (person_id, survey_id, area_id, role, valid_to)
    SELECT DISTINCT CAST(:coming AS integer), m.survey_id, m.area_id, m.role, m.valid_to
    FROM memberships m JOIN areas a ON a.id = m.area_id JOIN surveys s ON s.id = m.survey_id
    WHERE m.person_id = :leaving AND m.survey_id = :survey AND m.role = ANY(:field)
      AND a.path && CAST(:allowed AS integer[])
      AND CAST(:now AT TIME ZONE s.timezone AS date)
          BETWEEN coalesce(m.valid_from, '-infinity') AND coalesce(m.valid_to, 'infinity')
      AND NOT EXISTS (
          SELECT FROM memberships n WHERE n.person_id = :coming AND n.survey_id = m.survey_id
          AND n.area_id = m.area_id AND n.role = m.role
          AND coalesce(n.valid_to, 'infinity') >= coalesce(m.valid_to, 'infinity'))
    RETURNING id
    """
)


def hand_over(
    session: Session,
    survey: int,
    leaving: int,
    coming: int,
    areas: Sequence[int],
    now: datetime,
) -> int:
    """How many open assignments within the areas changed hands. Two that hand the same work to
    different people at once wait for each other, and the second finds none."""
    handed: int = session.execute(
        _HAND_OVER,
        {
            "survey": survey,
            "leaving": leaving,
            "coming": coming,
            "allowed": list(areas),
            "now": now,
        },
    ).scalar_one()
    return handed


def work_to_hand_over(
    session: Session, survey: int, person: int, areas: Sequence[int]
) -> list[tuple[str, str]]:
    """Code and name of the EAs that `hand_over` would move."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ea.code, ea.name FROM assignments a JOIN areas ea ON ea.id = a.ea_id"
            " WHERE a.survey_id = :survey AND a.person_id = :person AND a.ended_at IS NULL"
            " AND ea.path && CAST(:allowed AS integer[]) ORDER BY ea.code"
        ),
        {"survey": survey, "person": person, "allowed": list(areas)},
    )
    return [(row.code, row.name) for row in rows]


def has_open_work(session: Session, survey: int, person: int) -> bool:
    """Anywhere in the survey, also where the viewer sees nothing."""
    found: bool = session.execute(
        text("SELECT has_open_work(:survey, :person)"), {"survey": survey, "person": person}
    ).scalar_one()
    return found


def share_posts(
    session: Session,
    survey: int,
    leaving: int,
    coming: int,
    areas: Sequence[int],
    now: datetime,
) -> int:
    """Gives the field roles that one has within the areas to the other too; how many were new."""
    rows = session.execute(
        _SHARE_POSTS,
        {
            "survey": survey,
            "leaving": leaving,
            "coming": coming,
            "allowed": list(areas),
            "field": list(FIELD_STAFF),
            "now": now,
        },
    )
    return len(rows.all())
