"""Reading what was derived: what interviews are told by, where, and the interviews of a unit."""

import uuid
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.interviews import Candidate, InterviewKey


def currents_of(session: Session, keys: Sequence[InterviewKey]) -> dict[InterviewKey, uuid.UUID]:
    """The submission that each of these interviews is told by so far."""
    rows = session.execute(
        text(
            "SELECT i.interview_id, i.ea_id, i.current FROM interviews i"
            " JOIN unnest(CAST(:ids AS uuid[]), CAST(:eas AS integer[])) AS k(id, ea)"
            " ON i.interview_id = k.id AND i.ea_id = k.ea"
        ),
        {"ids": [key[0] for key in keys], "eas": [key[1] for key in keys]},
    )
    return {(row.interview_id, row.ea_id): row.current for row in rows}


def eas_telling(session: Session, units: Sequence[int]) -> set[int]:
    """Where these units were told of: also where they lay before they moved."""
    rows = session.execute(
        text("SELECT DISTINCT ea_id FROM interviews WHERE unit_id = ANY(:units)"),
        {"units": list(units)},
    )
    return {row.ea_id for row in rows}


def eas_linked(session: Session, survey: int, eas: Sequence[int]) -> set[int]:
    """The EAs in which interviews of these EAs were told under the same id."""
    rows = session.execute(
        text(
            "SELECT DISTINCT o.ea_id FROM interviews i"
            " JOIN interviews o ON o.interview_id = i.interview_id"
            " WHERE i.survey_id = :survey AND o.survey_id = :survey AND i.ea_id = ANY(:eas)"
        ),
        {"survey": survey, "eas": list(eas)},
    )
    return {row.ea_id for row in rows}


def units_told(session: Session, keys: Sequence[InterviewKey]) -> set[int]:
    """The units that these interviews were about so far."""
    rows = session.execute(
        text(
            "SELECT DISTINCT i.unit_id FROM interviews i"
            " JOIN unnest(CAST(:ids AS uuid[]), CAST(:eas AS integer[])) AS k(id, ea)"
            " ON i.interview_id = k.id AND i.ea_id = k.ea WHERE i.unit_id IS NOT NULL"
        ),
        {"ids": [key[0] for key in keys], "eas": [key[1] for key in keys]},
    )
    return {row.unit_id for row in rows}


def candidates_of(session: Session, units: Sequence[int]) -> dict[int, list[Candidate]]:
    """The interviews of each unit."""
    rows = session.execute(
        text(
            "SELECT unit_id, interview_id, ea_id, assigned, complete FROM interviews"
            " WHERE unit_id = ANY(:units)"
        ),
        {"units": list(units)},
    )
    found: dict[int, list[Candidate]] = {}
    for row in rows:
        one = Candidate((row.interview_id, row.ea_id), row.assigned, row.complete)
        found.setdefault(row.unit_id, []).append(one)
    return found
