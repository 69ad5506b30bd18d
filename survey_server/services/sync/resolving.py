"""Interviews of units that were listed after they came in find their unit and their EA.

A tablet claims a unit by its code; where no list has it, the claim is kept. Once one has, the
submission lies in the unit's EA, what was told of it among the unknown units is forgotten, and
workers derive it again: what comes out is what would have, had the unit been there from the start.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from survey_server.domain.interviews import unknown_ea
from survey_server.services.interviews import pairing
from survey_server.store import coverage, interviews
from survey_server.store.sync import resolving as stored
from survey_server.store.sync.resolving import Belonging

MOST_AT_ONCE = 1000


def resolve_units(session: Session, now: datetime) -> int:
    """How many submissions found their unit; the caller rings once it has committed."""
    if not stored.findable(session, 1):
        return 0
    stored.lock_places_alone(session)
    found = stored.findable(session, MOST_AT_ONCE)
    for survey, of_survey in groupby(found, key=lambda one: one.survey_id):
        _resolve(session, survey, list(of_survey), now)
    return len(found)


def follow_areas(session: Session, survey: int, now: datetime) -> int:
    """After EAs became part of other areas: how many interviews are now compared with others than
    before, which workers do."""
    stored.lock_places_alone(session)
    moved = stored.compared_elsewhere(session, survey)
    stored.derive_again(session, survey, moved, now)
    return len(moved)


def _resolve(session: Session, survey: int, found: Sequence[Belonging], now: datetime) -> None:
    nowhere = unknown_ea(survey)
    coverage.lock_eas(session, survey, sorted({nowhere, *(one.ea_id for one in found)}))
    families = interviews.families_of(session, survey, {one.interview_id for one in found})
    # An edit with a unit that is still unknown may have been part of the same interview there.
    told = {*families.part_of.values(), *(one.interview_id for one in found)}
    keys = [(interview, nowhere) for interview in sorted(told)]
    placeless = stored.without_place(session, sorted(families.part_of))
    stored.give_places(session, found)
    stored.derive_again(session, survey, placeless, now)
    paired = pairing.begin(session, survey, keys)
    interviews.forget_interviews(session, keys)
    pairing.finish(session, paired)
    coverage.recount(session, survey, [nowhere])
