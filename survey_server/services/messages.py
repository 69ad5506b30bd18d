"""Messages to the tablets of an area, or of one person who works there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services import audit, bodies
from survey_server.services.audit import Data, Entry
from survey_server.store import frame, messages as stored
from survey_server.store.frame.places import topmost


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
    """The id of the message, or of the first, where the sender's own areas are several.

    Raises NotFound for an area, or somebody in it, that is not within the sender's `areas`, and
    SurveyRetired.
    """
    survey, wanted = _areas_meant(session, draft, areas)
    if draft.person is not None:
        theirs = (one for one in wanted if stored.works_in(session, survey, draft.person, one))
        wanted = list(islice(theirs, 1))
    if not wanted:
        raise problems.NotFound()
    bodies.require_open(session, survey)
    made = [
        stored.add_message(session, survey, area, draft.person, draft.text, by, now)
        for area in wanted
    ]
    told: Data = {"message": made[0]}
    if draft.person is not None:
        told = {**told, "person": draft.person}
    audit.note(
        Entry("message_sent", draft.survey, by, object=f"area:{draft.area or ''}", data=told)
    )
    return made[0]


def _areas_meant(session: Session, draft: Draft, areas: Sequence[int]) -> tuple[int, list[int]]:
    """The survey, and the area that is named, or the sender's topmost. Raises NotFound."""
    found = frame.area_within(session, draft.survey, draft.area, areas)
    if found is None:
        raise problems.NotFound()
    survey, area = found
    if draft.area is not None:
        return survey, [area]
    return survey, [one.id for one in topmost(session, areas)]
