"""Which submissions belong to one interview: all that claim its id, and the edits that name only
what they replace (see domain.interviews.Claim)."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.interviews import Claim, InterviewKey, Link, interviews_of

# From interview to interview. An edit that claims no interview of its own leads to that of what it
# replaces, and every submission to such edits of itself. All of an interview is looked at
# once, however often it was told.
_FAMILY = """
    WITH RECURSIVE family AS (
        SELECT id FROM unnest(CAST(:interviews AS uuid[])) AS claimed(id)
        UNION
        SELECT linked.id FROM family f CROSS JOIN LATERAL (
            SELECT s.instance_id AS id FROM submissions s
            WHERE s.interview_id = f.id AND s.survey_id = :survey
                AND EXISTS (SELECT FROM submissions e WHERE e.interview_id = s.instance_id
                    AND e.replaces = s.instance_id AND e.survey_id = :survey)
            UNION ALL SELECT s.interview_id FROM submissions s
            WHERE s.instance_id = f.id AND s.survey_id = :survey
                AND EXISTS (SELECT FROM submissions e WHERE e.interview_id = f.id
                    AND e.replaces = f.id AND e.survey_id = :survey)) linked)
    SELECT instance_id, interview_id, replaces, coalesce(ea_id, -survey_id) AS ea_id, unit_id,
        revision, received_at, state
    FROM submissions WHERE interview_id = ANY(ARRAY(SELECT id FROM family))
        AND survey_id = :survey AND state <> 'trial'
"""


@dataclass(frozen=True, slots=True)
class Derived:
    """A submission in the chain of its interview, with when it arrived."""

    link: Link
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Families:
    """The interviews around some submissions.

    `part_of` says by submission of which interview it is, understood or not; `chains` hold what has
    been understood, by interview and EA. `eas` and `units` are those that any of it is about;
    `left` are keys under which some of it may have been told before more was known.
    """

    part_of: dict[uuid.UUID, uuid.UUID]
    chains: dict[InterviewKey, list[Derived]]
    eas: frozenset[int]
    units: frozenset[int]
    left: frozenset[InterviewKey]


def families_of(session: Session, survey: int, interviews: Collection[uuid.UUID]) -> Families:
    """Of the submissions that claim one of these interviews, with whatever belongs to them."""
    rows = session.execute(
        text(_FAMILY), {"survey": survey, "interviews": sorted(interviews)}
    ).all()
    part_of = interviews_of(Claim(row.instance_id, row.interview_id, row.replaces) for row in rows)
    chains: dict[InterviewKey, list[Derived]] = {}
    claimed = set()
    for row in rows:
        claimed.add((row.interview_id, row.ea_id))
        if row.state == "derived":
            link = Link(row.instance_id, row.revision, row.replaces)
            key = (part_of[row.instance_id], row.ea_id)
            chains.setdefault(key, []).append(Derived(link, row.received_at))
    eas = frozenset(row.ea_id for row in rows)
    units = frozenset(row.unit_id for row in rows if row.unit_id is not None)
    return Families(part_of, chains, eas, units, frozenset(claimed - chains.keys()))


def forget_interviews(session: Session, keys: Sequence[InterviewKey]) -> None:
    """What was told under these keys is told elsewhere; their parts go with them."""
    session.execute(
        text(
            "DELETE FROM interviews i"
            " USING unnest(CAST(:ids AS uuid[]), CAST(:eas AS integer[])) AS k(id, ea)"
            " WHERE i.interview_id = k.id AND i.ea_id = k.ea"
        ),
        {"ids": [key[0] for key in keys], "eas": [key[1] for key in keys]},
    )
