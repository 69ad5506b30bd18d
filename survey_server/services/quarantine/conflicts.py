"""Two contents under one id: both are shown, question by question, and a person takes one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.intake.items import content_of
from survey_server.domain.side_by_side import Row, side_by_side
from survey_server.services import audit
from survey_server.services.audit import Data, Entry
from survey_server.services.interviews.forms_at_hand import form_at_hand
from survey_server.services.quarantine.contents import (
    Claims,
    Contents,
    Hand,
    claims_of,
    received_one,
    require_readable,
    tree_by,
    version_claimed,
)
from survey_server.services.quarantine.looking import place_now
from survey_server.store import quarantine as stored
from survey_server.store.quarantine import Act, Choice, ConflictRow, Version


@dataclass(frozen=True, slots=True)
class Shown:
    """A version with what it claims; `tells`: it is the one that tells now. `readable`: it could
    be taken."""

    version: Version
    claims: Claims
    form_version_id: int | None
    tells: bool
    readable: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """`rows` have a value for each of `versions`, in their order."""

    row: ConflictRow
    versions: list[Shown]
    rows: list[Row]
    acts: list[Act]


def compare(session: Session, hand: Hand, instance_id: uuid.UUID) -> Compared:
    """Raises NotFound, KeyUnavailable or SurveyRetired."""
    row = _conflict(session, hand, instance_id)
    contents = Contents(session, hand.survey, instance_id)
    now_told = place_now(session, instance_id)
    versions, trees = [], []
    for one in stored.versions_of(session, instance_id):
        text = contents.at(one.place)
        claims = claims_of(text) if text is not None else Claims("", "", "")
        form = version_claimed(session, hand.survey, claims) or row.form_version_id
        tree = tree_by(session, form, text)
        versions.append(Shown(one, claims, form, one.place == now_told, tree is not None))
        trees.append(tree)
    by = next((one.form_version_id for one in versions if one.readable), None)
    rows = _rows(session, hand, instance_id, by, trees) if by is not None else []
    return Compared(row, versions, rows, stored.acts_of(session, instance_id))


def _rows(
    session: Session, hand: Hand, instance_id: uuid.UUID, by: int, trees: Sequence[object]
) -> list[Row]:
    names = bool(hand.naming) and (
        stored.conflict(session, hand.survey, hand.naming, instance_id) is not None
    )
    return side_by_side(form_at_hand(session, by).description, trees, names)


def take(
    session: Session, hand: Hand, instance_id: uuid.UUID, key: str, reason: str, now: datetime
) -> None:
    """From now on that version tells the submission; another may be taken later.

    Raises NotFound, StillUnreadable or ValidationFailed for a version that is none of its.
    """
    row = _conflict(session, hand, instance_id)
    versions = stored.versions_of(session, instance_id)
    wanted = next((one for one in versions if one.key == key), None)
    if wanted is None:
        raise problems.ValidationFailed(errors=[{"pointer": "/version", "code": "unknown"}])
    contents = Contents(session, hand.survey, instance_id)
    text, told_now = contents.at(wanted.place), contents.at(place_now(session, instance_id))
    claims = claims_of(text) if text is not None else Claims("", "", "")
    form = version_claimed(session, hand.survey, claims) or row.form_version_id
    if text is None or form is None:
        raise problems.StillUnreadable(errors=[{"pointer": "/version", "code": "unreadable"}])
    require_readable(session, received_one(session, instance_id), text, form, now)
    told: Data = {"version": key, "before": _digest(told_now), "after": _digest(text)}
    about = f"submission:{instance_id}"
    audit.note(Entry("content_chosen", hand.code, hand.person, object=about, data=told))
    place = wanted.place
    choice = Choice(instance_id, place.batch, place.position, form, wanted.kind, reason)
    stored.choose(session, choice, hand.person, now)
    if row.state == "quarantined":
        stored.add_act(session, [instance_id], "fixed", hand.person, reason, now, form_version=form)
    stored.ask_for(session, [instance_id], now)


def _digest(text: bytes | None) -> str:
    return "" if text is None else sha256(content_of(text)).hexdigest()


def _conflict(session: Session, hand: Hand, instance_id: uuid.UUID) -> ConflictRow:
    row = stored.conflict(session, hand.survey, hand.areas, instance_id)
    if row is None:
        raise problems.NotFound()
    return row
