"""What people told in a draft to try it out: judged when somebody looks, and kept apart.

A trial is never derived, so nothing of it is stored but its bytes.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from survey_server.services import audit
from survey_server.services.audit import Data, Entry
from survey_server.services.interviews.reading import Failed, Understood, read_from
from survey_server.store import forms, frame, intake
from survey_server.store.forms import TrialRow
from survey_server.store.interviews import FoundFinding
from survey_server.store.sync import resolving


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


def count_trials(
    session: Session, survey: str, form_id: str, version: str, reason: str, now: datetime
) -> int:
    """Real interviews that were told in a draft by mistake become part of the survey, once the
    version is published; how many. The reason stays with the trail."""
    known = frame.survey_by_code(session, survey)
    if known is None:
        return 0
    resolving.lock_places_alone(session)
    counted = forms.count_trials(session, known.id, form_id, version, now)
    if counted:
        told: Data = {"version": version, "rows": counted, "reason": reason}
        audit.note(Entry("trials_counted", survey, None, object=f"form:{form_id}", data=told))
    return counted


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
