"""The units that a person is to interview, as a list to choose from."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.entities import Household


def households_of(session: Session, survey: int, person: int) -> list[Household]:
    """Of the person's open assignments, by code."""
    rows = session.execute(
        text(
            "SELECT DISTINCT u.code, ea.code AS ea, n.address, n.head_name, u.listed_persons,"
            " ea.form_id, u.version FROM assignments a JOIN units u ON u.ea_id = a.ea_id"
            "  AND (a.unit_id IS NULL OR a.unit_id = u.id)"
            " JOIN areas ea ON ea.id = u.ea_id LEFT JOIN unit_identities n ON n.unit_id = u.id"
            " WHERE a.survey_id = :survey AND a.person_id = :person AND a.ended_at IS NULL"
            " AND u.expected ORDER BY u.code"
        ),
        {"survey": survey, "person": person},
    )
    return [Household(*row) for row in rows]
