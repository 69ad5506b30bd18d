"""Receiving a batch: everything that is kept, kept in one transaction, before it is acknowledged.

The caller commits and only then answers. Whatever happens in between, a repeated upload finds
either nothing, and is received, or everything, and is answered what it would have been answered.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.intake.items import Batch, Item, Rejection
from survey_server.domain.intake.outcomes import Known, Outcome, outcome_of, read, spelled
from survey_server.domain.interviews import clock_is_off
from survey_server.services import attachments, bodies
from survey_server.store import forms as stored_forms, intake as stored, sync
from survey_server.store.forms import VersionName
from survey_server.store.intake import Arrival, OnFile, Place, Sender, Settled

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Upload:
    """A batch with its header, and its body as it is to be kept."""

    batch_id: uuid.UUID
    held: int | None
    batch: Batch
    body: bytes
    body_format: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one submission is answered."""

    instance_id: str | None
    outcome: Outcome
    code: str | None
    retry: bool
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """`new` tells the caller whether there is something to ring for."""

    results: tuple[Result, ...]
    replayed: bool
    held_by_server: int
    new: bool


def receive_batch(session: Session, sender: Sender, upload: Upload, now: datetime) -> Receipt:
    """Raises BatchIdReused where the device used the batch id for other submissions, InProgress
    where a copy of the batch has been in flight for long, KeyUnavailable where the body cannot be
    sealed, SurveyRetired."""
    batch = upload.batch
    row = _add(session, sender, upload, now)
    if row is None:
        return _replay(session, sender, upload, now)
    items = [item for item in batch.items if isinstance(item, Item)]
    outcomes = _keep(session, row, sender, items, now)
    _expect_files(session, sender.survey, items, outcomes, now)
    variants = _set_aside(session, row, items, outcomes, now)
    spellings = _spellings(batch.items, outcomes)
    new = sum(outcome not in _NOT_NEW for outcome, _ in outcomes.values())
    body = None
    if new or variants:
        body = bodies.sealed(session, sender.survey, row, upload.body, upload.body_format, now)
    if batch.unknown_fields:
        log.info("unknown fields ignored", device=sender.device, fields=batch.unknown_fields)
    left = _left_on_tablet(upload, spellings)
    settled = Settled(sender.device, row, spellings, body, new, _heard(sender, now), left)
    held = stored.settle(session, settled, now)
    return Receipt(_results(batch.items, spellings), False, held, new > 0)


def _add(session: Session, sender: Sender, upload: Upload, now: datetime) -> int | None:
    """A wait that was too long may have been for a copy of this batch, or for a table that somebody
    else has locked: which it was decides what the tablet is told."""
    sha256 = upload.batch.request_sha256
    try:
        return stored.add_batch(session, sender, upload.batch_id, sha256, now)
    except OperationalError as failure:
        if not isinstance(failure.orig, LockNotAvailable):
            raise
        session.rollback()
        if stored.is_in_flight(session, sender.device, upload.batch_id):
            raise problems.InProgress() from None
        raise


_NOT_NEW = (Outcome.DUPLICATE, Outcome.CONFLICT)


def _replay(session: Session, sender: Sender, upload: Upload, now: datetime) -> Receipt:
    earlier = stored.earlier_batch(session, sender.device, upload.batch_id)
    if earlier.request_sha256 != upload.batch.request_sha256:
        raise problems.BatchIdReused()
    # What it had left was noted then, and a copy that comes late would say it again.
    held = stored.note_contact(session, sender.device, _heard(sender, now))
    return Receipt(_results(upload.batch.items, earlier.outcomes), True, held, False)


def _heard(sender: Sender, now: datetime) -> datetime | None:
    return now if sender.imported_by is None else None


def _left_on_tablet(upload: Upload, spellings: Sequence[str]) -> int | None:
    """A tablet counts what it sends among what it holds; this answer releases most of that."""
    if upload.held is None:
        return None
    released = sum(read(one)[0] is not Outcome.REJECTED for one in spellings)
    return max(0, upload.held - released)


def _keep(
    session: Session, batch: int, sender: Sender, items: Sequence[Item], now: datetime
) -> dict[int, tuple[Outcome, str | None]]:
    """The outcome of each item, by its place in the batch."""
    firsts = _first_of_each_id(items)
    arrivals = _arrivals(session, sender, list(firsts.values()))
    new = stored.add_submissions(session, batch, sender, list(arrivals.values()), now)
    if trials := [one for one in arrivals.values() if one.trial and one.item.instance_id in new]:
        stored.add_trials(session, trials, now)
    _note_places(session, sender, [one for key, one in arrivals.items() if key in new], now)
    # Asked afterwards, so that what this batch brought counts too, in whatever order.
    interviews = [item.interview_id for item in firsts.values()]
    revisions = stored.highest_revisions(session, sender.survey, interviews)
    on_file = _on_file(session, sender.survey, items, firsts, new)
    return {
        item.position: outcome_of(
            Known(
                stored_now=item.instance_id in new and firsts[item.instance_id] is item,
                same_content_on_file=_digest(on_file.get(item.instance_id)) == item.digest,
                elsewhere=_elsewhere(on_file.get(item.instance_id), sender),
                form_version=arrivals[item.instance_id].form_version_id is not None,
                unit=arrivals[item.instance_id].place is not None,
                assigned=_assigned(arrivals[item.instance_id]),
                highest_revision=revisions.get(item.interview_id, 0),
                clock_off=clock_is_off(item.finished_at, now),
                draft=arrivals[item.instance_id].trial,
            ),
            item.revision,
        )
        for item in items
    }


def _note_places(
    session: Session, sender: Sender, arrivals: Sequence[Arrival], now: datetime
) -> None:
    """What cannot be found out later: codes that no list has yet, and numbers that were taken."""
    unknown = {
        one.item.instance_id: one.item.unit
        for one in arrivals
        if one.place is None and one.item.unit is not None
    }
    if unknown:
        sync.note_unknown_units(session, sender.survey, unknown)
    if used := {one.place.unit_id for one in arrivals if one.place and one.place.new_number}:
        sync.note_used(session, sorted(used), now)


def _expect_files(
    session: Session,
    survey: int,
    items: Sequence[Item],
    outcomes: dict[int, tuple[Outcome, str | None]],
    now: datetime,
) -> None:
    """Also those of a variant; a duplicate names what is noted already."""
    named = [
        (item.instance_id, name, sha256)
        for item in items
        if outcomes[item.position][0] is not Outcome.DUPLICATE
        for name, sha256 in item.attachments
    ]
    attachments.expect_all(session, survey, named, now)


def _first_of_each_id(items: Sequence[Item]) -> dict[uuid.UUID, Item]:
    firsts: dict[uuid.UUID, Item] = {}
    for item in items:
        firsts.setdefault(item.instance_id, item)
    return firsts


def _arrivals(session: Session, sender: Sender, items: Sequence[Item]) -> dict[uuid.UUID, Arrival]:
    versions = stored_forms.version_ids(
        session, sender.survey, {(item.form_id, item.form_version) for item in items}
    )
    codes = [item.unit for item in items if item.unit is not None]
    places = stored.places_of(session, sender.survey, sender.person, codes)
    return {
        item.instance_id: _arrival(
            item,
            versions.get((item.form_id, item.form_version)),
            places.get(item.unit) if item.unit is not None else None,
        )
        for item in items
    }


def _arrival(item: Item, version: VersionName | None, place: Place | None) -> Arrival:
    """What a draft is when a submission comes in decides for ever: it may be published later."""
    if version is None:
        return Arrival(item, None, place)
    return Arrival(item, version.id, place, version.trial)


def _on_file(
    session: Session,
    survey: int,
    items: Sequence[Item],
    firsts: dict[uuid.UUID, Item],
    new: set[uuid.UUID],
) -> dict[uuid.UUID, OnFile]:
    known = {one: OnFile(firsts[one].digest, survey) for one in new}
    others = [item.instance_id for item in items if item.instance_id not in new]
    return known | stored.on_file(session, others) if others else known


def _digest(known: OnFile | None) -> bytes | None:
    return known.digest if known else None


def _elsewhere(known: OnFile | None, sender: Sender) -> bool:
    return known is not None and known.survey != sender.survey


def _assigned(arrival: Arrival) -> bool:
    return arrival.place is not None and arrival.place.assigned


def _set_aside(
    session: Session,
    batch: int,
    items: Sequence[Item],
    outcomes: dict[int, tuple[Outcome, str | None]],
    now: datetime,
) -> int:
    """How many variants were new."""

    def having(outcome: Outcome) -> list[Item]:
        return [item for item in items if outcomes[item.position][0] is outcome]

    if unknown := having(Outcome.QUARANTINED):
        stored.quarantine(session, unknown, now)
    variants = having(Outcome.CONFLICT)
    return stored.add_variants(session, batch, variants, now) if variants else 0


def _spellings(
    items: Sequence[Item | Rejection], outcomes: dict[int, tuple[Outcome, str | None]]
) -> list[str]:
    return [
        spelled(Outcome.REJECTED, item.code)
        if isinstance(item, Rejection)
        else spelled(*outcomes[item.position])
        for item in items
    ]


def _results(items: Sequence[Item | Rejection], spellings: Sequence[str]) -> tuple[Result, ...]:
    return tuple(_result(item, *read(one)) for item, one in zip(items, spellings, strict=True))


def _result(item: Item | Rejection, outcome: Outcome, code: str | None) -> Result:
    if isinstance(item, Rejection):
        return Result(item.instance_id, outcome, code, item.retry, item.sha256)
    return Result(str(item.instance_id), outcome, code, False, item.sha256)
