"""A record: one finished interview, or one edit of it, as the tablet made it.

A record keeps the exact bytes of its answers, because the digest that travels with them is over
those bytes; they are written once and never spelt again. Once offered to a server it is immutable:
an edit is a new record with a higher revision that says which record it replaces.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

import msgspec


@dataclass(frozen=True, slots=True)
class Attachment:
    """A photo or another file, as its record names it."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Record:
    instance_id: str
    form_id: str
    form_version: str
    interview_id: str
    unit: str
    started_at: str
    finished_at: str
    answers: bytes
    sha256: str
    revision: int = 1
    replaces: str | None = None
    attachments: tuple[Attachment, ...] = ()


def spelt(answers: Mapping[str, object]) -> bytes:
    """The tree of answers as the UTF-8 JSON that is digested, kept and sent."""
    return msgspec.json.encode(answers)


def digest(answers: bytes) -> str:
    return sha256(answers).hexdigest()


def edit_of(
    record: Record, instance_id: str, answers: Mapping[str, object], finished_at: str
) -> Record:
    """The next revision of the same interview, under a new id."""
    written = spelt(answers)
    return replace(
        record,
        instance_id=instance_id,
        answers=written,
        sha256=digest(written),
        finished_at=finished_at,
        revision=record.revision + 1,
        replaces=record.instance_id,
    )


def as_submission(record: Record) -> bytes:
    """One element of `submissions`, with the answers' bytes put in verbatim."""
    about = msgspec.json.encode(
        {
            "instance_id": record.instance_id,
            "form_id": record.form_id,
            "form_version": record.form_version,
            "interview_id": record.interview_id,
            "revision": record.revision,
            "replaces": record.replaces,
            "unit": record.unit,
            "started_at": record.started_at,
            "finished_at": record.finished_at,
            "sha256": record.sha256,
            "attachments": record.attachments,
        }
    )
    return about[:-1] + b',"answers":' + record.answers + b"}"
