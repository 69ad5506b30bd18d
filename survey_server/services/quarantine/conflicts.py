"""Two contents under one id: both are shown, question by question, and a person takes one.

The household that a content is about is part of what it says: whoever takes it has it count there.
Revision, and what is replaced, stay those of what came first: they are about the id, which has one
place in its chain whichever content tells it, and which tablets were answered by.
"""

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
    NOTHING_CLAIMED,
    Claims,
    Contents,
    Hand,
    claims_of,
    received_one,
    require_readable,
    tree_by,
    version_claimed,
)
from survey_server.services.quarantine.looking import About, place_now, require_as_seen
from survey_server.store import quarantine as stored
from survey_server.store.quarantine import Act, Choice, ConflictRow, Version


@dataclass(frozen=True, slots=True)
class Shown:
    """A version with what it claims; `tells`: it is the one that tells now. `readable`: it could
    be taken. `about` is the unit that it would count for, None where nobody knows it."""

    version: Version
    claims: Claims
    form_version_id: int | None
    about: str | None
    tells: bool
    readable: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """`rows` have a value for each of `versions`, in their order. `seen` goes back with a decision:
    see `require_as_seen`."""

    row: ConflictRow
    versions: list[Shown]
    rows: list[Row]
    acts: list[Act]
    seen: str

    @property
    def forms_differ(self) -> bool:
        return len({(one.claims.form_id, one.claims.form_version) for one in self.versions}) > 1

    @property
    def units_differ(self) -> bool:
        return len({one.claims.unit for one in self.versions}) > 1


def compare(session: Session, hand: Hand, instance_id: uuid.UUID) -> Compared:
    """Raises NotFound, KeyUnavailable or SurveyRetired."""
    row = _conflict(session, hand, instance_id)
    # Before the versions are read: what comes later shall not pass for seen.
    seen = stored.decided_so_far(session, instance_id)
    contents = Contents(session, hand.survey, instance_id)
    now_told, submission = place_now(session, instance_id), received_one(session, instance_id)
    versions, trees = [], []
    for one in stored.versions_of(session, instance_id):
        text = contents.at(one.place)
        claims = claims_of(session, submission, text) if text else NOTHING_CLAIMED
        form = version_claimed(session, hand.survey, claims) or row.form_version_id
        tree = tree_by(session, form, text)
        about = claims.unit if _unit_of(session, hand, claims) is not None else row.unit
        tells = one.place == now_told
        versions.append(Shown(one, claims, form, about, tells, tree is not None))
        trees.append(tree)
    by = next((one.form_version_id for one in versions if one.readable), None)
    rows = _rows(session, hand, instance_id, by, trees) if by is not None else []
    return Compared(row, versions, rows, stored.acts_of(session, instance_id), seen)


def _rows(
    session: Session, hand: Hand, instance_id: uuid.UUID, by: int, trees: Sequence[object]
) -> list[Row]:
    names = bool(hand.naming) and (
        stored.conflict(session, hand.survey, hand.naming, instance_id) is not None
    )
    return side_by_side(form_at_hand(session, by).description, trees, names)


def take(session: Session, hand: Hand, about: About, key: str, reason: str, now: datetime) -> None:
    """From now on that version tells the submission; another may be taken later. It counts for the
    unit that it says it is about; where that is none of the decider's, for the one of before.

    Raises NotFound, DecidedMeanwhile, StillUnreadable or ValidationFailed for a version that is
    none of its.
    """
    instance_id = about.instance_id
    row = _conflict(session, hand, instance_id)
    require_as_seen(session, about)
    taken = _taken(session, hand, row, key, now)
    told: Data = {"version": key, "before": taken.digest_before, "after": taken.digest}
    told = {**told, "unit_before": row.unit or "", "unit": taken.unit_code}
    named = f"submission:{instance_id}"
    audit.note(Entry("content_chosen", hand.code, hand.person, object=named, data=told))
    place, form, unit = taken.version.place, taken.form, taken.unit
    stored.choose(
        session,
        Choice(
            instance_id, place.batch, place.position, form, taken.version.kind, reason, unit,
            row.variants,
        ),
        hand.person,
        now,
    )  # fmt: skip
    if row.state == "quarantined":
        stored.add_act(
            session, [instance_id], "fixed", hand.person, reason, now, form_version=form, unit=unit
        )
    stored.ask_for(session, [instance_id], now)


@dataclass(frozen=True, slots=True)
class _Taken:
    version: Version
    form: int
    unit: int | None
    unit_code: str
    digest_before: str
    digest: str


def _taken(session: Session, hand: Hand, row: ConflictRow, key: str, now: datetime) -> _Taken:
    """Raises StillUnreadable or ValidationFailed."""
    instance_id = row.instance_id
    versions = stored.versions_of(session, instance_id)
    wanted = next((one for one in versions if one.key == key), None)
    if wanted is None:
        raise problems.ValidationFailed(errors=[{"pointer": "/version", "code": "unknown"}])
    contents = Contents(session, hand.survey, instance_id)
    text, told_now = contents.at(wanted.place), contents.at(place_now(session, instance_id))
    submission = received_one(session, instance_id)
    claims = claims_of(session, submission, text) if text else NOTHING_CLAIMED
    form = version_claimed(session, hand.survey, claims) or row.form_version_id
    if text is None or form is None:
        raise problems.StillUnreadable(errors=[{"pointer": "/version", "code": "unreadable"}])
    require_readable(session, submission, text, form, now)
    unit = _unit_of(session, hand, claims)
    code = claims.unit if unit is not None else row.unit or ""
    return _Taken(wanted, form, unit, code, _digest(told_now), _digest(text))


def _unit_of(session: Session, hand: Hand, claims: Claims) -> int | None:
    """The unit that a content is about, where it is on a list and within the decider's areas."""
    if not claims.unit:
        return None
    found = stored.place_of_unit(session, hand.survey, hand.areas, claims.unit)
    return None if found is None else found[0]


def _digest(text: bytes | None) -> str:
    return "" if text is None else sha256(content_of(text)).hexdigest()


def _conflict(session: Session, hand: Hand, instance_id: uuid.UUID) -> ConflictRow:
    row = stored.conflict(session, hand.survey, hand.areas, instance_id)
    if row is None:
        raise problems.NotFound()
    return row
