"""What people do about a submission in quarantine: try again, mend, set aside, take back.

Everything is added and nothing changed: workers carry the newest act out. The caller rings once it
has committed.
"""

import gzip
import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.intake.bounds import Bounds
from survey_server.domain.intake.items import Batch, Item, batch_of, contents_of
from survey_server.services import audit, bodies
from survey_server.services.audit import Data, Entry
from survey_server.services.quarantine.contents import (
    Claims,
    Hand,
    received_one,
    require_readable,
    shown,
    version_claimed,
)
from survey_server.services.quarantine.looking import (
    About,
    may_name,
    place_now,
    require_as_seen,
    text_of,
)
from survey_server.store import quarantine as stored
from survey_server.store.intake import Received
from survey_server.store.quarantine import Choice, Lying, Wanted

MOST_REPLAYED = 5000


def replay(session: Session, hand: Hand, about: About, version: int | None, now: datetime) -> None:
    """Once more as it is, or read by another version of a form of its survey.

    Raises NotFound, DecidedMeanwhile, VersionStillUnknown or StillUnreadable.
    """
    row, instance_id = _lying(session, hand, about), about.instance_id
    if version is not None:
        _require_version(session, hand, version)
        text = text_of(session, hand, instance_id)
        require_readable(session, received_one(session, instance_id), text or b"", version, now)
    elif row.form_version_id is None:
        claimed = Claims(row.form_id or "", row.form_version or "", "")
        if version_claimed(session, hand.survey, claimed) is None:
            raise problems.VersionStillUnknown()
    audit.note(_entry("quarantine_replayed", hand, row, {"form_version_id": version}))
    if version is not None:
        choice = _same_content(session, instance_id, version, "")
        stored.choose(session, choice, hand.person, now)
    stored.add_act(session, [instance_id], "replayed", hand.person, None, now, form_version=version)
    stored.ask_for(session, [instance_id], now)


def replay_all(session: Session, hand: Hand, wanted: Wanted, now: datetime) -> int:
    """The oldest of them, as they are; how many. What still cannot be read comes back."""
    told: Data = {"code": wanted.code, "form": wanted.form, "areas": len(wanted.areas)}
    audit.note(Entry("quarantine_replayed", hand.code, hand.person, data=told))
    return stored.ask_all(session, wanted, hand.person, None, now)


@dataclass(frozen=True, slots=True)
class Mending:
    """What is to be changed; None: nothing. `content` is JSON or XML, `unit` a code."""

    reason: str
    version: int | None = None
    unit: str | None = None
    content: str | None = None


def fix(session: Session, hand: Hand, about: About, mending: Mending, now: datetime) -> None:
    """Raises NotFound, DecidedMeanwhile, NothingToChange, ValidationFailed, StillUnreadable,
    KeyUnavailable, the problem of a bound that the content breaks, or Forbidden for whoever may not
    see it."""
    row, instance_id = _lying(session, hand, about), about.instance_id
    mending = _without_what_stays(session, hand, instance_id, mending)
    if mending.version is None and mending.unit is None and mending.content is None:
        raise problems.NothingToChange()
    if mending.content is not None and not may_name(session, hand, instance_id):
        raise problems.Forbidden()
    unit = _unit(session, hand, mending.unit)
    version = _version(session, hand, row, mending.version)
    submission = received_one(session, instance_id)
    body, text = None, text_of(session, hand, instance_id) or b""
    if mending.content is not None:
        body, batch = _corrected(submission, row, mending.content, mending.unit)
        text = contents_of(body)[0]
    require_readable(session, submission, text, version, now)
    told: Data = {"form_version_id": mending.version, "unit": mending.unit or row.unit or ""}
    told = {**told, "before": row.code, "content": hashlib.sha256(text).hexdigest()}
    audit.note(_entry("quarantine_fixed", hand, row, told))
    if body is not None:
        sha256 = batch.request_sha256
        number = stored.add_batch_of_office(session, instance_id, hand.person, sha256, now)
        bodies.keep(session, hand.survey, number, gzip.compress(body), "json+gzip", now)
        choice = Choice(instance_id, number, 0, version, "correction", mending.reason)
    else:
        choice = _same_content(session, instance_id, version, mending.reason)
    stored.choose(session, choice, hand.person, now)
    stored.add_act(
        session, [instance_id], "fixed", hand.person, mending.reason, now,
        form_version=version, unit=unit,
    )  # fmt: skip
    stored.ask_for(session, [instance_id], now)


def _same_content(session: Session, instance_id: uuid.UUID, version: int, reason: str) -> Choice:
    """What tells it now, read by a version."""
    place, kind = place_now(session, instance_id), stored.kind_now(session, instance_id)
    return Choice(instance_id, place.batch, place.position, version, kind, reason)


def _without_what_stays(
    session: Session, hand: Hand, instance_id: uuid.UUID, mending: Mending
) -> Mending:
    """A page sends the answers back as it showed them, with the line ends of browsers."""
    text = text_of(session, hand, instance_id) if mending.content is not None else None
    if text is None or mending.content is None:
        return mending
    plain, before = (_plain_lines(one) for one in (mending.content, shown(text)))
    return replace(mending, content=None if plain == before else plain)


def _plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def set_aside(session: Session, hand: Hand, about: About, reason: str, now: datetime) -> None:
    """Kept for ever, and out of the list of what is to be done. Raises NotFound or
    DecidedMeanwhile."""
    row = _lying(session, hand, about)
    audit.note(_entry("quarantine_set_aside", hand, row, {}))
    stored.add_act(session, [about.instance_id], "set_aside", hand.person, reason, now)


def take_back(session: Session, hand: Hand, about: About, reason: str, now: datetime) -> None:
    """What was set aside is to be done again. Raises NotFound or DecidedMeanwhile."""
    row = _lying(session, hand, about)
    audit.note(_entry("quarantine_taken_back", hand, row, {}))
    stored.add_act(session, [about.instance_id], "taken_back", hand.person, reason, now)


def _lying(session: Session, hand: Hand, about: About) -> Lying:
    """Raises NotFound, DecidedMeanwhile or SurveyRetired."""
    row = stored.one_lying(session, hand.survey, hand.areas, about.instance_id)
    if row is None:
        raise problems.NotFound()
    require_as_seen(session, about)
    bodies.require_open(session, hand.survey)
    return row


def _entry(action: str, hand: Hand, row: Lying, told: Data) -> Entry:
    about = f"submission:{row.instance_id}"
    data: Data = {"code": row.code, **told}
    return Entry(action, hand.code, hand.person, object=about, data=data)


def _require_version(session: Session, hand: Hand, version: int) -> None:
    if version not in {one.id for one in stored.forms_to_read_by(session, hand.survey)}:
        raise problems.ValidationFailed(errors=[{"pointer": "/form_version_id", "code": "unknown"}])


def _unit(session: Session, hand: Hand, code: str | None) -> int | None:
    if code is None:
        return None
    found = stored.place_of_unit(session, hand.survey, hand.areas, code)
    if found is None:
        raise problems.ValidationFailed(errors=[{"pointer": "/unit", "code": "unknown"}])
    return found[0]


def _version(session: Session, hand: Hand, row: Lying, wanted: int | None) -> int:
    """That by which it is read from now on."""
    if wanted is not None:
        _require_version(session, hand, wanted)
        return wanted
    claimed = Claims(row.form_id or "", row.form_version or "", "")
    found = row.form_version_id or version_claimed(session, hand.survey, claimed)
    if found is None:
        raise problems.VersionStillUnknown()
    return found


def _corrected(
    submission: Received, row: Lying, content: str, unit: str | None
) -> tuple[bytes, Batch]:
    """A batch of one with the same claims, held to the same bounds as any upload.

    Raises the problem of a bound, or ValidationFailed.
    """
    exact = content.strip().encode()
    is_xml = exact[:1] == b"<"
    claims = {
        "instance_id": str(submission.instance_id),
        "interview_id": str(submission.interview_id),
        "revision": submission.revision,
        "replaces": str(submission.replaces) if submission.replaces else None,
        "form_id": row.form_id or "",
        "form_version": row.form_version or "",
        "unit": unit or row.unit or row.claimed_unit,
        "sha256": hashlib.sha256(exact).hexdigest(),
    }
    told = msgspec.json.encode(claims)[:-1]
    answers = b'"xml":' + msgspec.json.encode(exact.decode()) if is_xml else b'"answers":' + exact
    batch_id = msgspec.json.encode(str(uuid.uuid4()))
    body = b'{"batch_id":' + batch_id + b',"submissions":[' + told + b"," + answers + b"}]}"
    batch = batch_of(body, Bounds())
    if len(batch.items) != 1 or not isinstance(batch.items[0], Item):
        raise problems.ValidationFailed(errors=[{"pointer": "/content", "code": "invalid"}])
    return body, batch
