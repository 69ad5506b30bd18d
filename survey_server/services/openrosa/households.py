"""Whom an enumerator may choose to interview: the households of her work, and numbers for new ones.

A household that no list has is chosen by one of the numbers that are kept for the tablet, of which
there are always some; otherwise two tablets would type the same one.
"""

from sqlalchemy.orm import Session

from survey_server.domain import sync
from survey_server.domain.entities import Household
from survey_server.store import frame, sync as stored


def households_to_choose(
    session: Session, survey: int, person: int, device: int
) -> list[Household]:
    """By code. Writes only where somebody runs out of numbers."""
    short = frame.short_of_numbers(session, survey, person, device, sync.FEWEST_NUMBERS)
    if short:
        stored.reserve_numbers(device, short, sync.NUMBERS_AT_ONCE)
    return frame.households_of(session, survey, person, device)
