"""Looking at a submission in quarantine: what is known of it, and how it could be read."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.services.quarantine.contents import (
    Contents,
    Hand,
    Tried,
    received_one,
    shown,
    tried,
)
from survey_server.store import quarantine as stored
from survey_server.store.quarantine import Act, Lying, VersionPlace

# Each may have to be compiled first.
MOST_TRIED = 5


@dataclass(frozen=True, slots=True)
class ReadBy:
    """A published version, and how well the content fits it; None where it was not tried."""

    id: int
    form_id: str
    version: str
    tried: Tried | None


@dataclass(frozen=True, slots=True)
class Looked:
    """`content` is the text of the answers, for those who may see it. `seen` goes back with a
    decision: see `require_as_seen`."""

    row: Lying
    acts: list[Act]
    read_by: list[ReadBy]
    content: str | None
    seen: str


def look(session: Session, hand: Hand, instance_id: uuid.UUID, now: datetime) -> Looked:
    """What has left quarantine is told, too: whoever asked for it looks for it here.

    Raises NotFound for what lies elsewhere or nowhere, KeyUnavailable or SurveyRetired.
    """
    row = stored.one_ever(session, hand.survey, hand.areas, instance_id)
    if row is None:
        raise problems.NotFound()
    # Before anything else is read: what comes later shall not pass for seen.
    seen = stored.decided_so_far(session, instance_id)
    acts = stored.acts_of(session, instance_id)
    if row.now != "quarantined":
        return Looked(row, acts, [], None, seen)
    text = text_of(session, hand, instance_id)
    named = text is not None and may_name(session, hand, instance_id)
    return Looked(
        row,
        acts,
        _read_by(session, hand, row, text, now),
        shown(text) if text is not None and named else None,
        seen,
    )


@dataclass(frozen=True, slots=True)
class About:
    """The submission that is decided about. `seen` is what the decider was shown with it, so that
    nobody undoes what they have not seen; None: they do not say."""

    instance_id: uuid.UUID
    seen: str | None = None


def require_as_seen(session: Session, about: About) -> None:
    """Nobody else decides until the transaction ends. Raises DecidedMeanwhile."""
    stored.hold_decisions(session, about.instance_id)
    seen = about.seen
    if seen is not None and seen != stored.decided_so_far(session, about.instance_id):
        raise problems.DecidedMeanwhile()


def may_name(session: Session, hand: Hand, instance_id: uuid.UUID) -> bool:
    """Whether it lies where the viewer may see who somebody is."""
    return bool(hand.naming) and (
        stored.one_lying(session, hand.survey, hand.naming, instance_id) is not None
    )


def place_now(session: Session, instance_id: uuid.UUID) -> VersionPlace:
    """Where the bytes lie that tell it now."""
    (placed,) = stored.as_chosen(session, [received_one(session, instance_id)])
    return VersionPlace(placed.batch, placed.position)


def text_of(session: Session, hand: Hand, instance_id: uuid.UUID) -> bytes | None:
    """None where its body is damaged."""
    return Contents(session, hand.survey, instance_id).at(place_now(session, instance_id))


def _read_by(
    session: Session, hand: Hand, row: Lying, text: bytes | None, now: datetime
) -> list[ReadBy]:
    """Those of the form that it claims first: what fits another may say little by it."""
    submission = received_one(session, row.instance_id)
    forms = stored.forms_to_read_by(session, hand.survey)
    found = []
    for number, form in enumerate(sorted(forms, key=lambda one: one.form_id != row.form_id)):
        try_it = text is not None and number < MOST_TRIED
        fit = tried(session, submission, text, form.id, now) if try_it and text else None
        found.append(ReadBy(form.id, form.form_id, form.version, fit))
    return found
