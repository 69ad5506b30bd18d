"""Looking at interviews, alone or at two that may be about one household, question by question."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.interviews import Candidate, Rule, why_counting
from survey_server.domain.side_by_side import Row, side_by_side
from survey_server.services.interviews.forms_at_hand import form_at_hand
from survey_server.services.quarantine.contents import Contents, Hand, tree_by
from survey_server.services.quarantine.looking import place_now
from survey_server.store import pairs as stored, reviews
from survey_server.store.pairs import Named, Pair, Told
from survey_server.store.reviews import Made


@dataclass(frozen=True, slots=True)
class Looked:
    """An interview with what it says, and how often it was returned, the newest first."""

    told: Told
    rows: list[Row]
    reviews: list[Made]


@dataclass(frozen=True, slots=True)
class Paired:
    """`reasons` are one for each kind of match. `why`: by which rule one of two counts for their
    unit; None where they are of two units, or both count, or neither."""

    reasons: list[Pair]
    rows: list[Row]
    why: Rule | None

    @property
    def told(self) -> tuple[Told, Told]:
        return self.reasons[0].a, self.reasons[0].b


def look(session: Session, hand: Hand, named: Named) -> Looked:
    """Raises NotFound, KeyUnavailable or SurveyRetired."""
    told = stored.told_there(session, hand.survey, hand.areas, named)
    if told is None:
        raise problems.NotFound()
    made = reviews.reviews_of(session, hand.survey, told.interview_id, told.ea, told.current)
    return Looked(told, _beside(session, hand, [told]), made)


def look_at_pair(session: Session, hand: Hand, one: Named, other: Named) -> Paired:
    """Raises NotFound where they are no pair that the viewer sees, KeyUnavailable or
    SurveyRetired."""
    reasons = stored.reasons_for(session, hand.survey, hand.areas, one, other)
    if not reasons:
        raise problems.NotFound()
    a, b = reasons[0].a, reasons[0].b
    return Paired(reasons, _beside(session, hand, [a, b]), _why(a, b))


def told_by(session: Session, hand: Hand, instance_id: uuid.UUID) -> Told | None:
    """The interview that a submission tells, where it is the viewer's to see."""
    return stored.told_by(session, hand.survey, hand.areas, instance_id)


def _beside(session: Session, hand: Hand, told: Sequence[Told]) -> list[Row]:
    trees = []
    for one in told:
        contents = Contents(session, hand.survey, one.current)
        text = contents.at(place_now(session, one.current))
        trees.append(tree_by(session, one.form_version_id, text))
    form = form_at_hand(session, told[0].form_version_id).description
    return side_by_side(form, trees, all(_may_name(session, hand, one) for one in told))


def _may_name(session: Session, hand: Hand, one: Told) -> bool:
    named = Named(one.interview_id, one.ea)
    return bool(hand.naming) and (
        stored.told_there(session, hand.survey, hand.naming, named) is not None
    )


def _why(a: Told, b: Told) -> Rule | None:
    if a.unit is None or a.unit != b.unit or a.counts == b.counts:
        return None
    one, other = (
        Candidate((each.interview_id, 0), each.assigned, each.complete) for each in (a, b)
    )
    return why_counting(one, other)
