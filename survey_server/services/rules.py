"""Changing the rules of a survey's forms, and running them again over what is there.

A change is in force at once for what comes in from then on. What came in before keeps the findings
it had, until somebody runs the rules again over everything.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.rules import RuleChange
from survey_server.services.interviews.deriving import derive
from survey_server.store import frame, intake, rules as stored

# Whole EAs are taken until there are so many: a transaction of about a second.
INTERVIEWS_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` and `total` count interviews; more may have come in since the run began."""

    done: int
    total: int
    finished: bool


def change_rule(
    session: Session,
    survey_code: str,
    form_id: str,
    change: RuleChange,
    reason: str,
    now: datetime,
    person: int | None = None,
) -> int:
    """The id of the change; `form_id` is "" for all forms. Raises NotFound: no such survey."""
    survey = frame.survey_by_code(session, survey_code)
    if survey is None:
        raise problems.NotFound()
    return stored.add_change(session, survey.id, form_id, change, reason, now, person)


def revalidate_some(session: Session, survey: int, now: datetime) -> Progress:
    """One step of the run that is under way, or of a new one. Each step is a transaction of its
    own: a run that was cut off goes on behind the last step that was committed."""
    run = stored.open_revalidation(session, survey, now)
    interviews = stored.next_interviews(session, survey, run.last_ea, INTERVIEWS_AT_ONCE)
    if not interviews:
        run.finished_at = now
        return Progress(run.done, run.total, finished=True)
    current = [instance for _, instance in interviews]
    derive(session, intake.received(session, current), now)
    run.last_ea = interviews[-1][0]
    run.done += len(interviews)
    return Progress(run.done, run.total, finished=False)
