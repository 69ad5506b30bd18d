"""Submissions whose id came twice with other content: both are kept, and a person takes one.

`versions` of a submission: what came first, what came later under its id, and what the office
wrote. A conflict is decided by somebody who compared all that there is: whoever mends one of them
alone has seen no conflict, nor has anybody seen what came in while they looked.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.store.quarantine.lying import WITHIN, Wanted, counts

OPEN, DECIDED = "open", "decided"
# Somebody may send a thousand; nobody compares more than a few.
MOST_VERSIONS = 5

_CONFLICTS = f"""
    FROM (SELECT v.instance_id, max(v.received_at) AS since, count(*) AS variants
        FROM submission_variants v GROUP BY v.instance_id) x
    JOIN submissions s ON s.instance_id = x.instance_id AND s.survey_id = :survey
        AND s.state <> 'trial'
    LEFT JOIN areas ea ON ea.id = s.ea_id LEFT JOIN units u ON u.id = s.unit_id
    LEFT JOIN LATERAL (SELECT c.kind, max(c.variants) OVER () AS compared FROM content_choices c
        WHERE c.instance_id = s.instance_id ORDER BY c.id DESC LIMIT 1) c ON true
    WHERE {WITHIN}
"""
_DECIDED = "coalesce(c.compared >= x.variants, false)"
_COLUMNS = f"""
    SELECT s.instance_id, s.interview_id, s.survey_id, x.since, x.variants, s.received_at,
        s.state, s.form_version_id, ea.code AS ea, u.code AS unit,
        (SELECT p.name FROM people p WHERE p.id = s.person_id) AS person,
        (SELECT d.device_id FROM devices d WHERE d.id = s.device_id) AS device,
        {_DECIDED} AS decided, c.kind AS chosen,
        EXISTS (SELECT FROM reopenings r WHERE r.instance_id = s.instance_id) AS asked
"""


@dataclass(frozen=True, slots=True)
class WantedConflicts:
    survey: int
    areas: Sequence[int]
    state: str = OPEN
    before: tuple[datetime, uuid.UUID] | None = None
    most: int = 100


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """`since` is when the newest other content came in; `chosen` the kind of what tells it now, by
    somebody's decision. `state` is that of the submission."""

    instance_id: uuid.UUID
    interview_id: uuid.UUID
    survey_id: int
    since: datetime
    variants: int
    received_at: datetime
    state: str
    form_version_id: int | None
    ea: str | None
    unit: str | None
    person: str | None
    device: str | None
    decided: bool
    chosen: str | None
    asked: bool


def conflicts(session: Session, wanted: WantedConflicts) -> list[ConflictRow]:
    """The newest first."""
    since, instance = wanted.before or (None, None)
    rows = session.execute(
        text(
            f"{_COLUMNS}{_CONFLICTS} AND {_DECIDED} = (:state = 'decided')"
            " AND (CAST(:since AS timestamptz) IS NULL OR (x.since, s.instance_id)"
            "  < (CAST(:since AS timestamptz), CAST(:instance AS uuid)))"
            " ORDER BY x.since DESC, s.instance_id DESC LIMIT :most"
        ),
        {
            "survey": wanted.survey,
            "areas": list(wanted.areas),
            "state": wanted.state,
            "since": since,
            "instance": instance,
            "most": wanted.most,
        },
    )
    return [ConflictRow(*row) for row in rows]


def conflict(
    session: Session, survey: int, areas: Sequence[int], instance_id: uuid.UUID
) -> ConflictRow | None:
    """None where it lies elsewhere, or where nothing came twice."""
    row = session.execute(
        text(f"{_COLUMNS}{_CONFLICTS} AND s.instance_id = :instance"),
        {"survey": survey, "areas": list(areas), "instance": instance_id},
    ).one_or_none()
    return None if row is None else ConflictRow(*row)


MOST_COUNTED = 100


def waiting_there(session: Session, survey: int, areas: Sequence[int]) -> dict[str, int]:
    """How many wait for somebody, of quarantine and of conflicts; at most 100 are counted."""
    wanted = Wanted(survey, areas, most=MOST_COUNTED)
    undecided: int = session.execute(
        text(f"SELECT count(*) FROM (SELECT 1 {_CONFLICTS} AND NOT {_DECIDED} LIMIT :most) t"),
        {"survey": survey, "areas": list(areas), "most": MOST_COUNTED},
    ).scalar_one()
    return {"quarantine": sum(counts(session, wanted).values()), "conflicts": undecided}


@dataclass(frozen=True, slots=True)
class VersionPlace:
    """Where the bytes of a version lie."""

    batch: int
    position: int


@dataclass(frozen=True, slots=True)
class Version:
    """`key` names it in addresses: `first`, `correction`, or the variant's digest in hex."""

    key: str
    kind: str
    place: VersionPlace
    received_at: datetime
    device: str | None
    person: str | None


def versions_of(session: Session, instance_id: uuid.UUID) -> list[Version]:
    """What came first, what the office wrote last, and the newest others."""
    rows = session.execute(
        text(
            "(SELECT 'first' AS key, 'first' AS kind, s.batch, s.position, s.received_at,"
            "  d.device_id, p.name FROM submissions s LEFT JOIN devices d ON d.id = s.device_id"
            "  LEFT JOIN people p ON p.id = s.person_id WHERE s.instance_id = :id)"
            " UNION ALL (SELECT encode(v.digest, 'hex'), 'variant', v.batch, v.position,"
            "  v.received_at, d.device_id, p.name FROM submission_variants v"
            "  LEFT JOIN batches b ON b.id = v.batch LEFT JOIN devices d ON d.id = b.device_id"
            "  LEFT JOIN people p ON p.id = d.person_id WHERE v.instance_id = :id"
            "  ORDER BY v.received_at DESC, v.digest LIMIT :most)"
            " UNION ALL (SELECT 'correction', 'correction', c.batch, c.position, c.chosen_at, NULL,"
            "  p.name FROM content_choices c JOIN people p ON p.id = c.chosen_by"
            "  WHERE c.instance_id = :id AND c.kind = 'correction' ORDER BY c.id DESC LIMIT 1)"
        ),
        {"id": instance_id, "most": MOST_VERSIONS - 1},
    )
    return [
        Version(key, kind, VersionPlace(batch, position), at, device, person)
        for key, kind, batch, position, at, device, person in rows
    ]
