"""Taking back what interviews told somewhere, because they are to be told elsewhere."""

import uuid
from collections.abc import Collection

from sqlalchemy.orm import Session

from survey_server.domain.interviews import unknown_ea
from survey_server.services.interviews import pairing
from survey_server.services.interviews.across import judge_across
from survey_server.services.interviews.deriving import decide_counting
from survey_server.store import coverage, interviews
from survey_server.store.interviews import Families


def forget(
    session: Session, survey: int, claimed: Collection[uuid.UUID], eas: Collection[int]
) -> Families:
    """As if what belongs to these interviews had never been told in these EAs; what belongs to
    them. The caller holds the lock of places alone."""
    places, nowhere = sorted(eas), unknown_ea(survey)
    coverage.lock_eas(session, survey, places)
    families = interviews.families_of(session, survey, claimed)
    told_as = {*families.part_of.values(), *claimed}
    keys = [(interview, ea) for interview in sorted(told_as) for ea in places]
    units = interviews.units_told(session, keys)
    paired = pairing.begin(session, survey, keys)
    interviews.forget_interviews(session, keys)
    decide_counting(session, units)
    pairing.finish(session, paired)
    judge_across(session, survey, [ea for ea in places if ea != nowhere])
    coverage.recount(session, survey, places)
    return families
