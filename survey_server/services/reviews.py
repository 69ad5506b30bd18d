"""Returning an interview to whoever is to do it again.

A decision is about the submission that was current when it was made; a newer revision ends it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services import audit, bodies
from survey_server.services.audit import Data, Entry
from survey_server.store import reviews as stored
from survey_server.store.reviews import Comment, Decision, ToReview


def interview_to_review(
    session: Session, interview: uuid.UUID, ea: str | None, areas: Sequence[int]
) -> ToReview:
    """Within the viewer's areas. Raises NotFound, or ValidationFailed where the id was used in
    several EAs and none is named."""
    found = stored.to_review(session, interview, ea, areas)
    if not found:
        raise problems.NotFound()
    if len(found) > 1:
        raise problems.ValidationFailed(errors=[{"pointer": "/ea", "code": "required"}])
    return found[0]


def return_interview(
    session: Session,
    about: ToReview,
    person: int,
    comment: str,
    comments: Sequence[Comment],
    now: datetime,
) -> int:
    """The id of the review. What it says is on file with it, and never in the trail.

    Raises SurveyRetired.
    """
    bodies.require_open(session, about.survey_id)
    decision = Decision("returned", comment, person, now)
    made = stored.add_review(session, about, decision, comments)
    told: Data = {"decision": "returned", "review": made, "comments": len(comments)}
    audit.note(
        Entry("reviewed", about.survey, person, object=f"interview:{about.interview_id}", data=told)
    )
    return made
