"""Deriving everything again, to prove that nothing but submissions is kept in derived tables.

One area of comparison at a time: its derived rows are put aside, deleted, derived again from the
bytes, and compared. A difference means that a rule's code has changed, or that there is a mistake.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server.services.interviews.deriving import derive
from survey_server.store import coverage, intake, interviews, matching, rebuilding
from survey_server.store.sync import lock_places

SUBMISSIONS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of a table that a rebuild made (`added`) or did not make again (`gone`)."""

    table: str
    added: int
    gone: int


def rebuild(
    session: Session, survey: int, eas: Sequence[int], scope: int, now: datetime
) -> list[Difference]:
    """Rebuilds what these EAs tell; what differs from before."""
    lock_places(session)
    # All at once and in order, also what deriving will lock: workers go on meanwhile.
    linked = interviews.eas_linked(session, survey, eas)
    coverage.lock_eas(session, survey, sorted({*eas, *linked}))
    matching.lock_scopes(session, [scope])
    rebuilding.put_aside(session, survey, eas)
    rebuilding.forget(session, survey, eas)
    for submissions in intake.derived_in(session, survey, eas, SUBMISSIONS_AT_ONCE):
        derive(session, submissions, now)
    coverage.recount(session, survey, eas)
    return [
        Difference(table, added, gone)
        for table, added, gone in rebuilding.differences(session, survey, eas)
        if added or gone
    ]
