"""What people told in a draft to try it out: judged when somebody looks, and kept apart.

A trial is never derived, so nothing of it is stored but its bytes.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from survey_server.services.interviews.reading import Failed, Understood, read_from
from survey_server.store import forms, intake
from survey_server.store.forms import TrialRow
from survey_server.store.interviews import FoundFinding


@dataclass(frozen=True, slots=True)
class Trial:
    instance_id: uuid.UUID
    received_at: datetime
    unit: str | None
    findings: tuple[FoundFinding, ...]


def trials(
    session: Session,
    areas: Sequence[int],
    form_id: str,
    version: str,
    before: tuple[datetime, uuid.UUID] | None,
    most: int,
) -> list[Trial]:
    """The newest `most` trials of a version from within these areas, those before one of them."""
    rows = forms.trials_of(session, areas, form_id, version, before, most)
    found: dict[uuid.UUID, tuple[FoundFinding, ...]] = {}
    by_batch = sorted(rows, key=lambda row: row.batch)
    # One batch in memory at a time: each may be as large as an upload.
    for batch, told in groupby(by_batch, key=lambda row: row.batch):
        found |= _findings_in(session, batch, list(told))
    return [
        Trial(row.instance_id, row.received_at, row.unit, found[row.instance_id]) for row in rows
    ]


def _findings_in(
    session: Session, batch: int, told: Sequence[TrialRow]
) -> dict[uuid.UUID, tuple[FoundFinding, ...]]:
    submissions = intake.received(session, [row.instance_id for row in told])
    body = forms.body_with(session, told[0].instance_id)
    read = read_from(session, submissions, {batch: body})
    return {one.submission.instance_id: findings_of(one) for one in read}


def findings_of(one: Understood | Failed) -> tuple[FoundFinding, ...]:
    """What would be found in an interview, or why none can be read."""
    if isinstance(one, Failed):
        return (FoundFinding(one.code, "", "error", ""),)
    return one.findings
