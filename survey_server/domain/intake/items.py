"""A batch and its submissions, read one by one.

A batch that breaks the bounds is refused whole, pointing at the submissions at fault, so that a
tablet can send the others. A submission that is wrong in itself (no UUID, a sum that does not
match) is rejected alone.
"""

import hashlib
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from survey_server import problems
from survey_server.domain.intake import halves
from survey_server.domain.intake.bounds import Bounds, check_encoding, parsed

LARGEST_REVISION = 2**31 - 1
LONGEST_NAME = 200
MOST_ATTACHMENTS = 100
FIELDS = frozenset(
    "instance_id form_id form_version interview_id revision replaces unit started_at finished_at "
    "answers xml sha256 attachments".split()
)

_UUID = re.compile(r"(?:uuid:)?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Item:
    """A submission that can be kept. `digest` covers its content and all that it claims."""

    position: int
    instance_id: uuid.UUID
    form_id: str
    form_version: str
    interview_id: uuid.UUID
    revision: int
    replaces: uuid.UUID | None
    unit: str | None
    sha256: str
    digest: bytes
    # When the tablet says that the interview ended; None where it does not say it in words of ours.
    finished_at: datetime | None = None
    # Names and SHA-256 sums of its files, as the tablet says them.
    attachments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A submission that cannot be kept as it is; the tablet keeps it. `retry`: send it again."""

    position: int
    instance_id: str | None
    code: str
    retry: bool
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """`head` is everything but the submissions; `request_sha256` is over their exact bytes."""

    head: dict[str, Any]
    items: tuple[Item | Rejection, ...]
    request_sha256: bytes
    unknown_fields: int


_ListReader = Callable[[bytes], list[msgspec.Raw]]


class _Envelope(msgspec.Struct):
    submissions: msgspec.Raw


class _Content(msgspec.Struct):
    answers: msgspec.Raw = msgspec.Raw()
    xml: Any = None


_read_envelope = msgspec.json.Decoder(_Envelope).decode
_read_all = msgspec.json.Decoder(list[msgspec.Raw]).decode
_read_content = msgspec.json.Decoder(_Content).decode


def batch_of(body: bytes, bounds: Bounds) -> Batch:
    """Raises the problem of the first fault, with a pointer for every submission at fault."""
    check_encoding(body)
    submissions, texts = _submissions_of(body, _reader_of_first(bounds.submissions + 1))
    if len(texts) > bounds.submissions:
        raise problems.TooManyItems(limit=bounds.submissions)
    head = parsed(body.replace(submissions, b"[]"), bounds)
    items, unknown_fields = _items(texts, bounds)
    return Batch(head, items, hashlib.sha256(submissions).digest(), unknown_fields)


def contents_of(body: bytes) -> list[bytes]:
    """The exact bytes of each submission of a body that was accepted before, in order."""
    return [bytes(text) for text in _submissions_of(body, _read_all)[1]]


def _submissions_of(body: bytes, read: _ListReader) -> tuple[bytes, list[msgspec.Raw]]:
    """As they are written, half surrogate pairs included: whoever parses them finds those."""
    try:
        return _taken_apart(body, read)
    except msgspec.DecodeError:
        # The only well-formed JSON that is refused here spells half a surrogate pair.
        if not _SURROGATE.search(body):
            raise problems.JsonInvalid() from None
    try:
        hidden, pieces = _taken_apart(halves.masked(body), read)
    except msgspec.DecodeError:
        raise problems.JsonInvalid() from None
    submissions = halves.as_written(body, [hidden])[0]
    written = halves.as_written(submissions, [bytes(one) for one in pieces])
    return submissions, [msgspec.Raw(one) for one in written]


def _taken_apart(body: bytes, read: _ListReader) -> tuple[bytes, list[msgspec.Raw]]:
    try:
        submissions = bytes(_read_envelope(body).submissions)
        return submissions, read(submissions)
    except RecursionError:
        raise problems.TooDeep() from None
    except msgspec.ValidationError:
        # Valid JSON, but no object with a list of submissions.
        if body.lstrip()[:1] != b"{":
            raise problems.JsonInvalid() from None
        raise problems.ValidationFailed(
            errors=[{"pointer": "/submissions", "code": "list_required"}]
        ) from None


@cache
def _reader_of_first(most: int) -> _ListReader:
    """Reads so many entries of a list and passes over the rest.

    Eight million zeros fit into an upload of 16 kB, and would take half a gigabyte as a list.
    """
    fields = [(f"entry_{place}", msgspec.Raw, None) for place in range(most)]
    entries = msgspec.defstruct("Entries", fields, array_like=True)
    read = msgspec.json.Decoder(entries).decode
    return lambda text: [one for one in msgspec.structs.astuple(read(text)) if one is not None]


def _items(texts: list[msgspec.Raw], bounds: Bounds) -> tuple[tuple[Item | Rejection, ...], int]:
    """With how many unknown fields they had. Only one tree at a time is in memory."""
    items: list[Item | Rejection] = []
    unknown_fields = 0
    faults: list[tuple[int, problems.Problem]] = []
    for place, text in enumerate(texts):
        try:
            value = parsed(bytes(text), bounds)
        except problems.Problem as problem:
            faults.append((place, problem))
            continue
        items.append(_item(place, text, value))
        unknown_fields += len(value.keys() - FIELDS) if isinstance(value, dict) else 0
    if faults:
        raise _refusal_of(faults)
    return tuple(items), unknown_fields


def _refusal_of(faults: list[tuple[int, problems.Problem]]) -> problems.Problem:
    first = faults[0][1]
    errors = [
        {"pointer": f"/submissions/{place}", "code": problem.code()} for place, problem in faults
    ]
    return type(first)(errors=errors, **first.data)


class _Unfit(Exception):
    """Why a submission is rejected; carries the code."""


def _item(place: int, text: msgspec.Raw, value: Any) -> Item | Rejection:
    if not isinstance(value, dict):
        return Rejection(place, None, "object_required", False, None)
    named = value.get("instance_id")
    claimed = value.get("sha256")
    try:
        return _fit_item(place, bytes(text), value)
    except _Unfit as unfit:
        code = str(unfit)
        return Rejection(
            place,
            named[:LONGEST_NAME] if isinstance(named, str) else None,
            code,
            code == "sha_mismatch",
            claimed[:64] if isinstance(claimed, str) else None,
        )


def _fit_item(place: int, text: bytes, value: Mapping[str, Any]) -> Item:
    instance_id = _uuid(value.get("instance_id"))
    interview_id = _uuid(value.get("interview_id"))
    replaces = None if value.get("replaces") is None else _uuid(value["replaces"])
    revision = _revision(value.get("revision"))
    form_id, form_version = _name(value.get("form_id")), _name(value.get("form_version"))
    unit = None if value.get("unit") is None else _name(value["unit"])
    attachments = _attachments(value.get("attachments"))
    content = hashlib.sha256(content_of(text)).hexdigest()
    if not isinstance(value.get("sha256"), str):
        raise _Unfit("field_invalid")
    if value["sha256"].lower() != content:
        raise _Unfit("sha_mismatch")
    claims = [form_id, form_version, str(interview_id), revision, str(replaces), unit, attachments]
    digest = hashlib.sha256(content.encode() + msgspec.json.encode(claims)).digest()
    return Item(
        place, instance_id, form_id, form_version, interview_id, revision, replaces, unit,
        content, digest, _moment(value.get("finished_at")),
        tuple((name, sha256) for name, sha256 in attachments),
    )  # fmt: skip


def _moment(value: Any) -> datetime | None:
    """A tablet's clock is only a claim, so what is no moment is no reason to reject."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def content_of(text: bytes) -> bytes:
    """The exact bytes that a submission's sha256 is over: the value of `answers`, or the XML.

    A text that is no object is the XML itself, as ODK clients send it.
    """
    if text[:1] != b"{":
        return text
    content = _read_content(text)
    answers = bytes(content.answers)
    if answers and content.xml is None:
        return answers
    if isinstance(content.xml, str) and not answers:
        return content.xml.encode()
    raise _Unfit("field_invalid")


def _uuid(value: Any) -> uuid.UUID:
    """Spelled as RFC 9562 does, in either case; Python's own reader would take much more."""
    if isinstance(value, str) and _UUID.fullmatch(value):
        made = uuid.UUID(value[-36:])
        if made.int:
            return made
    raise _Unfit("id_invalid")


def _revision(value: Any) -> int:
    if type(value) is int and 1 <= value <= LARGEST_REVISION:
        return value
    raise _Unfit("rev_invalid")


def _name(value: Any) -> str:
    if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and "\x00" not in value:
        return value
    raise _Unfit("field_invalid")


def _attachments(value: Any) -> list[list[str]]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST_ATTACHMENTS:
        raise _Unfit("field_invalid")
    return sorted(_attachment(one) for one in value)


def _attachment(value: Any) -> list[str]:
    if not isinstance(value, dict):
        raise _Unfit("field_invalid")
    return [_name(value.get("name")), _name(value.get("sha256"))]
