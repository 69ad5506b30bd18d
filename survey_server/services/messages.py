"""Messages to the tablets of an area, or of one person who works there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services import audit, bodies
from survey_server.services.audit import Data, Entry
from survey_server.store import frame, messages as stored


@dataclass(frozen=True, slots=True)
class Draft:
    """Without an area: all of the sender's own. Without a person: everybody who works there."""

    survey: str
    area: str | None
    person: int | None
    text: str


def send_message(
    session: Session, draft: Draft, by: int, areas: Sequence[int], now: datetime
) -> int:
    """Raises NotFound for an area, or somebody in it, that is not within the sender's `areas`, and
    SurveyRetired."""
    found = frame.area_within(session, draft.survey, draft.area, areas)
    if found is None:
        raise problems.NotFound()
    survey, area = found
    if draft.person is not None and not stored.works_in(session, survey, draft.person, area):
        raise problems.NotFound()
    bodies.require_open(session, survey)
    made = stored.add_message(session, survey, area, draft.person, draft.text, by, now)
    told: Data = {"message": made}
    if draft.person is not None:
        told = {**told, "person": draft.person}
    audit.note(
        Entry("message_sent", draft.survey, by, object=f"area:{draft.area or ''}", data=told)
    )
    return made
