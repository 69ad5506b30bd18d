"""Training mistaken for real, or the reverse: submissions go to the survey that they belong to.

Whole interviews go, never parts of one. Their bytes are sealed anew with the key of the survey that
they come to, so that the other's end is not theirs; workers derive them there, and what was derived
of them here is forgotten, all in one transaction. Their ids stay: what a tablet sends once more is
a duplicate as before. Moving them back is another move.
"""

import gzip
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.interviews import unknown_ea
from survey_server.domain.openrosa import read_instance
from survey_server.services import attachments, audit, bodies
from survey_server.services.audit import Entry
from survey_server.services.interviews.forgetting import forget
from survey_server.services.interviews.reading import XML_GZIP, contents_in
from survey_server.services.openrosa.told import told
from survey_server.store import (
    attachments as stored_files,
    forms,
    frame,
    intake,
    interviews,
    moving as stored,
    sync,
)
from survey_server.store.frame import Survey
from survey_server.store.intake import Place, Sender
from survey_server.store.moving import Landing, Lying, Move, Wanted
from survey_server.store.sync import resolving

LARGEST_XML = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """What a move would do, by instance id. `versions_missing` are form and version that the other
    survey lacks; `disputed` have two contents, of which somebody has to take one first."""

    source: Survey
    target: Survey
    ready: tuple["Ready", ...]
    versions_missing: tuple[str, ...]
    disputed: int

    @property
    def units_known(self) -> int:
        return sum(one.place is not None for one in self.ready)


@dataclass(frozen=True, slots=True)
class Ready:
    lying: Lying
    text: bytes
    xml: bool
    unit: str | None
    form_version_id: int
    trial: bool
    place: Place | None


class _Claims(msgspec.Struct):
    form_id: str
    form_version: str
    unit: str | None = None


def plan(session: Session, source: str, target: str, wanted: Wanted) -> Plan:
    """What a move in the same transaction would do. Raises NotFound, KeyUnavailable or
    SurveyRetired."""
    from_, to = _survey(session, source), _survey(session, target)
    # Nobody derives meanwhile: before rows are locked, which those who derive lock in turn.
    resolving.lock_places_alone(session)
    chosen = stored.lying(session, from_.id, wanted)
    families = interviews.families_of(session, from_.id, {one.interview_id for one in chosen})
    ids = {one.instance_id for one in chosen} | set(families.part_of)
    whole = stored.lying_at(session, from_.id, sorted(ids))
    texts = _texts(session, from_.id, whole)
    ready, missing = [], {}
    for one in whole:
        text, xml = texts[one.instance_id]
        claims = _claims(session, to.id, one, text, xml)
        name = (claims.form_id, claims.form_version)
        version = forms.version_ids(session, to.id, {name}).get(name)
        if version is None:
            missing[one.instance_id] = "/".join(name)
        else:
            place = _place(session, to.id, one.person_id, claims.unit)
            ready.append(Ready(one, text, xml, claims.unit, version.id, version.trial, place))
    # What belongs together goes together, or stays.
    part_of = {one.instance_id: one.interview_id for one in whole} | families.part_of
    disputed = {part_of[one.instance_id] for one in whole if one.disputed}
    stays = disputed | {part_of[one] for one in missing}
    going = tuple(one for one in ready if part_of[one.lying.instance_id] not in stays)
    left = sum(part_of[one.instance_id] in disputed for one in whole)
    return Plan(from_, to, going, tuple(sorted(set(missing.values()))), left)


def move(
    session: Session, planned: Plan, person: int, reason: str, now: datetime, undoes: int | None
) -> int:
    """The number of the move; the caller commits. `planned` is of this transaction."""
    ids = [one.lying.instance_id for one in planned.ready]
    number = stored.add_move(
        session,
        Move(
            from_survey=planned.source.id,
            to_survey=planned.target.id,
            person_id=person,
            at=now,
            reason=reason,
            undoes=undoes,
        ),
    )
    stored.note_places(session, number, ids)
    _forget_derived(session, planned)
    _move_files(session, planned, ids, now)
    stored.forget_marks(session, ids)
    landings = [_land(session, planned, one, number, person, now) for one in planned.ready]
    stored.put_down(session, planned.target.id, landings)
    _mark(session, planned, landings, now)
    told_to: dict[str, str | int | None] = {
        "move": number,
        "submissions": len(ids),
        "from": planned.source.code,
        "to": planned.target.code,
    }
    for survey in (planned.source, planned.target):
        audit.note(
            Entry("submissions_moved", survey.code, person, object=f"move:{number}", data=told_to)
        )
    return number


def undo_of(session: Session, number: int) -> tuple[str, str]:
    """From where to where a move is taken back. Raises NotFound."""
    found = stored.surveys_of(session, number)
    if found is None:
        raise problems.NotFound()
    return session.get_one(Survey, found[1]).code, session.get_one(Survey, found[0]).code


def _survey(session: Session, code: str) -> Survey:
    found = frame.survey_by_code(session, code)
    if found is None:
        raise problems.NotFound()
    if found.state == "retired":
        raise problems.SurveyRetired()
    return found


def _texts(
    session: Session, survey: int, lying: Sequence[Lying]
) -> dict[uuid.UUID, tuple[bytes, bool]]:
    """What was sent, and whether it is an ODK client's XML."""
    sealed = intake.bodies_of(session, sorted({one.batch for one in lying}))
    opened: dict[int, tuple[list[bytes], bool]] = {}
    for batch, body in sealed.items():
        packed = bodies.open_one(session, survey, batch, body)
        opened[batch] = (contents_in(packed, body.body_format), body.body_format == XML_GZIP)
    return {
        one.instance_id: (opened[one.batch][0][one.position], opened[one.batch][1]) for one in lying
    }


def _claims(session: Session, survey: int, one: Lying, text: bytes, xml: bool) -> _Claims:
    if not xml:
        return msgspec.json.decode(text, type=_Claims)
    instance = read_instance(text, LARGEST_XML)
    unit = told(session, survey, one.person_id, instance).unit
    return _Claims(instance.form_id, instance.form_version, unit)


def _place(session: Session, survey: int, person: int, unit: str | None) -> Place | None:
    return None if unit is None else intake.places_of(session, survey, person, [unit]).get(unit)


def _forget_derived(session: Session, planned: Plan) -> None:
    """As if they had never come in to the survey that they leave."""
    survey, nowhere = planned.source.id, unknown_ea(planned.source.id)
    claimed = {one.lying.interview_id for one in planned.ready}
    forget(session, survey, claimed, {one.lying.ea_id or nowhere for one in planned.ready})


def _move_files(session: Session, planned: Plan, ids: Sequence[uuid.UUID], now: datetime) -> None:
    for sha256 in stored.files_named(session, ids):
        file = stored_files.kept(session, planned.source.id, sha256, now)
        if file is not None:
            content = attachments.content_of(session, file)
            attachments.keep_content(session, planned.target.id, sha256, content, now)
    stored.rename_files(session, planned.target.id, ids)


def _land(
    session: Session, planned: Plan, one: Ready, number: int, person: int, now: datetime
) -> Landing:
    lying, target = one.lying, planned.target.id
    body = one.text if one.xml else b'{"submissions":[' + one.text + b"]}"
    content = one.text if one.xml else b"[" + one.text + b"]"
    sender = Sender(lying.device_id, lying.person_id, target, person)
    name = uuid.uuid5(lying.instance_id, f"move {number}")
    batch = intake.add_batch(session, sender, name, hashlib.sha256(content).digest(), now)
    if batch is None:
        raise problems.BatchIdReused()
    intake.note_outcomes(session, batch, ["stored"])
    body_format = XML_GZIP if one.xml else "json+gzip"
    packed = gzip.compress(body, compresslevel=1, mtime=0)
    bodies.keep(session, target, batch, packed, body_format, now)
    place, state = one.place, "trial" if one.trial else "received"
    return Landing(
        lying.instance_id,
        batch,
        one.form_version_id,
        place.unit_id if place else None,
        place.ea_id if place else None,
        state,
    )


def _mark(session: Session, planned: Plan, landings: Sequence[Landing], now: datetime) -> None:
    """What is to be done with them where they have come to."""
    for landing in landings:
        if landing.state == "received":
            intake.mark_pending(session, landing.batch, 1, now)
    trials = {one.instance_id: one.form_version_id for one in landings if one.state == "trial"}
    intake.note_trials(session, trials, now)
    unknown = {
        one.lying.instance_id: one.unit
        for one in planned.ready
        if one.place is None and one.unit is not None
    }
    sync.note_unknown_units(session, planned.target.id, unknown)


__all__ = ["Plan", "Wanted", "move", "plan", "undo_of"]
