"""Importing what was rescued from a tablet, along the way that its own uploads go.

Batches get their ids from the tablet and from what is in them, so that the same file again, or a
part of it, stores nothing twice. Everything of a file comes in, in one transaction; what cannot is
told, and holds up nothing else.
"""

import gzip
import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.intake.bounds import Bounds
from survey_server.domain.intake.items import Item
from survey_server.domain.intake.outcomes import Outcome
from survey_server.domain.openrosa import SentFile, SentForm, item_of, read_instance
from survey_server.domain.rescue import Folder, Parcel, Rescued, Unread, parcels_of
from survey_server.problems import Problem
from survey_server.services import attachments, audit, intake, quarantine
from survey_server.services.audit import Entry
from survey_server.services.openrosa.batches import XML_GZIP
from survey_server.services.openrosa.submitting import submit
from survey_server.services.quarantine import Copy
from survey_server.store import rescue as stored
from survey_server.store.intake import Sender
from survey_server.store.rescue import Brought, Enrolled, Line

__all__ = ["Bringer", "Brought", "Enrolled", "Line", "bring_in", "brought", "restore", "sender_of"]

_IDS = uuid.UUID("6f1c2d1a-5a0e-4b7e-9d56-0c3f5b8a7e21")
LARGEST_FILE = 64 * 1024 * 1024
LARGEST_XML = 1024 * 1024
# What says about an import that it is not ours to take.
STOPS = (problems.KeyUnavailable, problems.SurveyRetired, problems.StorageFull)


@dataclass(frozen=True, slots=True)
class Bringer:
    """Who brings something in, in the name of which enrolment, and why."""

    person: int
    survey: str
    device: Enrolled
    reason: str


def sender_of(session: Session, survey: str, chosen: Enrolled, rescued: Rescued) -> Enrolled:
    """The enrolment that a store is of: the chosen one, or another of the same tablet that its
    secret belongs to. Raises RescueOfAnotherTablet."""
    named = chosen.device_id
    if rescued.secret is not None:
        found = stored.enrolled_by_secret(session, survey, digest_of(rescued.secret))
        if found is not None and found.device_id == named:
            return found
        named = found.device_id if found is not None else named
    if chosen.device_id not in (named, rescued.device_id) or rescued.device_id not in (None, named):
        raise problems.RescueOfAnotherTablet()
    return chosen


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def restore(
    session: Session, bringer: Bringer, rescued: Rescued, bounds: Bounds, now: datetime
) -> frozenset[str]:
    """Gives submissions that are on file, and damaged, the bytes that are brought in; which. The
    caller commits. Raises KeyUnavailable or SurveyRetired."""
    found: set[uuid.UUID] = set()
    survey = bringer.device.survey_id
    if quarantine.anything_damaged(session, survey):
        for copy in _copies(bringer, rescued, bounds):
            found |= quarantine.restore(session, survey, copy, now)
    return frozenset(str(one) for one in found)


def _copies(bringer: Bringer, rescued: Rescued, bounds: Bounds) -> Iterator[Copy]:
    who = bringer.person, bringer.reason
    for parcel in parcels_of(rescued.pieces, bounds):
        if isinstance(parcel, Parcel):
            items = [one for one in parcel.batch.items if isinstance(one, Item)]
            yield Copy(bringer.survey, parcel.body, "json+gzip", items, *who)
    for folder in rescued.folders:
        with suppress(Problem):
            item = item_of(read_instance(folder.xml, LARGEST_XML), None, None)
            yield Copy(bringer.survey, folder.xml, XML_GZIP, [item], *who)


def bring_in(
    session: Session,
    bringer: Bringer,
    rescued: Rescued,
    bounds: Bounds,
    now: datetime,
    restored: frozenset[str] = frozenset(),
) -> int:
    """The number of the import; the caller commits and rings. What was `restored` before is told
    as kept. Raises KeyUnavailable, SurveyRetired or StorageFull, and then nothing was brought
    in."""
    device = bringer.device
    sender = Sender(device.id, device.person_id, device.survey_id, bringer.person)
    lines = [_unread(one) for one in rescued.unread]
    for one in parcels_of(rescued.pieces, bounds):
        lines += [_unread(one)] if isinstance(one, Unread) else _receive(session, sender, one, now)
    for folder in rescued.folders:
        lines += _submit(session, sender, folder, now)
    lines = [_kept_now(one) if one.instance_id in restored else one for one in lines]
    files, refused = _keep(session, device.survey_id, rescued.files(), now)
    lines += refused
    number = stored.add_import(session, device, bringer.person, bringer.reason, files, lines, now)
    counts = Counter(line.outcome for line in lines)
    audit.note(
        Entry(
            "rescue_imported",
            bringer.survey,
            bringer.person,
            device.id,
            f"device:{device.id}",
            {"import": number, "files": files, **counts},
        )
    )
    return number


def _kept_now(line: Line) -> Line:
    """It was here, but for its bytes."""
    return replace(line, outcome=Outcome.STORED.value) if line.outcome == "duplicate" else line


def brought(session: Session, survey: str, device: int, number: int) -> Brought:
    """Raises NotFound."""
    found = stored.import_of(session, survey, device, number)
    if found is None:
        raise problems.NotFound()
    return found


def _receive(session: Session, sender: Sender, parcel: Parcel, now: datetime) -> list[Line]:
    told = parcel.batch.request_sha256.hex()
    upload = intake.Upload(
        batch_id=uuid.uuid5(_IDS, f"{sender.device} {told}"),
        held=None,
        batch=parcel.batch,
        body=gzip.compress(parcel.body, compresslevel=1, mtime=0),
        body_format="json+gzip",
    )
    receipt = intake.receive_batch(session, sender, upload, now)
    return [
        Line(name, one.instance_id, _outcome(receipt, one), one.code)
        for name, one in zip(parcel.names, receipt.results, strict=True)
    ]


def _outcome(receipt: intake.Receipt, one: intake.Result) -> str:
    """Of what was brought in before, nothing is new."""
    again = receipt.replayed and one.outcome is not Outcome.REJECTED
    return (Outcome.DUPLICATE if again else one.outcome).value


def _submit(session: Session, sender: Sender, folder: Folder, now: datetime) -> list[Line]:
    try:
        instance = read_instance(folder.xml, LARGEST_XML)
    except Problem as problem:
        return [Line(folder.name, None, "unreadable", problem.code())]
    files, refused = _files_beside(folder)
    submitted = submit(session, sender, SentForm(folder.xml, files, False), instance, now)
    if submitted.refused is not None:
        if isinstance(submitted.refused, STOPS):
            raise submitted.refused
        refused.append(Line(folder.name, None, "file_refused", submitted.refused.code()))
    again = submitted.outcome is Outcome.STORED and not submitted.new
    outcome = Outcome.DUPLICATE if again else submitted.outcome
    return [Line(folder.name, str(instance.instance_id), outcome.value, None), *refused]


def _files_beside(folder: Folder) -> tuple[tuple[SentFile, ...], list[Line]]:
    files, refused = [], []
    for entry in folder.beside:
        try:
            files.append(SentFile(entry.short, entry.read(LARGEST_FILE)))
        except problems.RescueTooLarge as problem:
            refused.append(Line(entry.name, None, "file_refused", problem.code()))
    return tuple(files), refused


def _keep(
    session: Session, survey: int, contents: Iterable[bytes], now: datetime
) -> tuple[int, list[Line]]:
    """Files that submissions name by their sum. How many are here now, and which were refused."""
    kept, refused = 0, []
    for content in contents:
        sha256 = hashlib.sha256(content)
        try:
            attachments.keep_named(session, survey, sha256.digest(), content, now)
            kept += 1
        except STOPS:
            raise
        except Problem as problem:
            name = f"file-{sha256.hexdigest()}"
            refused.append(Line(name, None, "file_refused", problem.code()))
    return kept, refused


def _unread(one: Unread) -> Line:
    return Line(one.name, None, "unreadable", one.code)


def counts_of(lines: Sequence[Line]) -> dict[str, int]:
    return dict(Counter(line.outcome for line in lines))
