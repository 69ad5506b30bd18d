"""Reading what was derived: chains, and the interviews of a unit."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.interviews import Candidate, Link
from survey_server.domain.matching import InterviewKey


@dataclass(frozen=True, slots=True)
class Derived:
    """A submission in the chain of its interview, with the earliest arrival of the chain."""

    link: Link
    received_at: datetime


def chains_of(
    session: Session, interviews: Sequence[uuid.UUID]
) -> dict[InterviewKey, list[Derived]]:
    """What has been understood so far, by interview id and EA."""
    rows = session.execute(
        text(
            "SELECT instance_id, interview_id, coalesce(ea_id, 0) AS ea_id, revision, replaces,"
            " received_at FROM submissions"
            " WHERE interview_id = ANY(:ids) AND state = 'derived'"
        ),
        {"ids": list(interviews)},
    )
    chains: dict[InterviewKey, list[Derived]] = {}
    for row in rows:
        link = Link(row.instance_id, row.revision, row.replaces)
        chains.setdefault((row.interview_id, row.ea_id), []).append(Derived(link, row.received_at))
    return chains


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
            "SELECT unit_id, interview_id, assigned, complete FROM interviews"
            " WHERE unit_id = ANY(:units)"
        ),
        {"units": list(units)},
    )
    found: dict[int, list[Candidate]] = {}
    for row in rows:
        one = Candidate(row.interview_id, row.assigned, row.complete)
        found.setdefault(row.unit_id, []).append(one)
    return found
