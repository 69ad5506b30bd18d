"""The units that a person is to interview, as a list to choose from."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.entities import Household

_NEW = (
    "(u.reserved_for = :person AND NOT u.expected AND u.reserved_used_at IS NULL"
    " AND (u.reserved_on = :device OR CAST(:device AS integer) IS NULL))"
)


def households_of(
    session: Session, survey: int, person: int, device: int | None = None
) -> list[Household]:
    """Of the person's open assignments, by code, with the numbers for new households that are the
    enrolment's; without `device`, whichever of the person's tablets they are kept for."""
    rows = session.execute(
        text(
            "SELECT DISTINCT u.code, ea.code AS ea, n.address, n.head_name, u.listed_persons,"
            f" ea.form_id, u.version, {_NEW} FROM assignments a JOIN units u ON u.ea_id = a.ea_id"
            f"  AND (a.unit_id = u.id OR a.unit_id IS NULL AND (u.expected OR {_NEW}))"
            " JOIN areas ea ON ea.id = u.ea_id LEFT JOIN unit_identities n ON n.unit_id = u.id"
            " WHERE a.survey_id = :survey AND a.person_id = :person AND a.ended_at IS NULL"
            f" AND (u.expected OR {_NEW}) ORDER BY u.code"
        ),
        {"survey": survey, "person": person, "device": device},
    )
    return [Household(*row) for row in rows]


def short_of_numbers(
    session: Session, survey: int, person: int, device: int, fewest: int
) -> list[int]:
    """The EAs of a person with fewer than `fewest` unused numbers of the enrolment for new
    households."""
    rows = session.scalars(
        text(
            "SELECT a.ea_id FROM assignments a"
            " LEFT JOIN units u ON u.ea_id = a.ea_id AND "
            + _NEW
            + " WHERE a.survey_id = :survey AND a.person_id = :person AND a.ended_at IS NULL"
            " AND a.unit_id IS NULL GROUP BY a.ea_id HAVING count(u.id) < :fewest ORDER BY 1"
        ),
        {"survey": survey, "person": person, "device": device, "fewest": fewest},
    )
    return list(rows)
