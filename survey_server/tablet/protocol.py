"""The words of the sync protocol: building a batch, and telling a receipt from everything else.

A tablet deletes its only copy of an interview because of an answer it got over somebody else's
network. So an answer is a receipt only if all of this holds: status 200; a JSON document of the
agreed shape for the batch that was sent; one result per submission, in order, each naming the
submission and, where it releases the tablet's copy, the digest that was sent; and a signature by
the server's pinned Ed25519 key over the exact bytes. A captive portal's friendly 200 is none.
"""

import base64
import binascii
import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Outcome = Literal["stored", "duplicate", "superseded", "conflict", "quarantined", "rejected"]

ENVELOPE_BYTES = 512  # Room for everything in a batch's body that is not a submission.


class Limits(msgspec.Struct, frozen=True):
    """What the server takes in one batch, as `/sync/state` tells it."""

    packed_bytes: int = 2 * 1024 * 1024
    unpacked_bytes: int = 16 * 1024 * 1024
    submissions: int = 500
    submission_bytes: int = 1024 * 1024
    depth: int = 32
    keys: int = 10_000
    string_bytes: int = 65_536
    have: int = 500  # Ids in one question of what the server holds.
    attachment_bytes: int = 5 * 1024 * 1024


class ReceiptKey(msgspec.Struct, frozen=True):
    id: str
    public_key: str


class FormToHold(msgspec.Struct, frozen=True):
    form_id: str
    version: str
    hash: str
    url: str


class Assignment(msgspec.Struct, frozen=True):
    """Without `form_id`, any form that is held may be asked there."""

    ea: str
    name: str
    form_id: str | None = None
    due: str | None = None


class Unit(msgspec.Struct, frozen=True):
    code: str
    ea: str
    address: str | None = None
    head_name: str | None = None
    listed_persons: int | None = None


class Removed(msgspec.Struct, frozen=True):
    """What is no more this enumerator's work: whole EAs, and single units."""

    eas: list[str] = []
    units: list[str] = []


class Numbers(msgspec.Struct, frozen=True):
    """Codes for households of an EA that are in no list."""

    ea: str
    units: list[str]


class Comment(msgspec.Struct, frozen=True):
    path: str
    text: str


class Review(msgspec.Struct, frozen=True):
    """A returned interview: what `instance_id` told is to be looked at again."""

    id: int
    interview_id: str
    instance_id: str
    unit: str | None
    ea: str | None
    at: str
    comment: str
    comments: list[Comment] = []


class Message(msgspec.Struct, frozen=True):
    id: int
    text: str
    sender: str
    at: str


class State(msgspec.Struct, frozen=True):
    """The document behind `GET /sync/state`. A list that is None has not changed."""

    epoch: str | int
    server_time: str
    whole: bool = True
    more: bool = False
    cursor: str | int | None = None
    held_by_server: int | None = None
    limits: Limits | None = None
    receipt_key: ReceiptKey | None = None
    survey: dict[str, object] | None = None
    forms: list[FormToHold] | None = None
    assignments: list[Assignment] | None = None
    units: list[Unit] = []
    removed: Removed = Removed()
    reserved_numbers: list[Numbers] | None = None
    reviews: list[Review] | None = None
    messages: list[Message] | None = None


class Verdict(msgspec.Struct, frozen=True):
    instance_id: str
    verdict: Literal["held", "missing", "differs"]


class Verdicts(msgspec.Struct, frozen=True):
    """The answer of `POST /sync/have`, in the order of the question."""

    epoch: str | int
    held_by_server: int
    results: list[Verdict]


class Result(msgspec.Struct, frozen=True):
    instance_id: str | None
    outcome: Outcome
    code: str | None = None
    retry: bool = False
    sha256: str | None = None


class Receipt(msgspec.Struct, frozen=True):
    batch_id: str
    replayed: bool
    epoch: str | int
    server_time: str
    results: list[Result]
    held_by_server: int | None = None


class PointedError(msgspec.Struct, frozen=True):
    pointer: str = ""
    code: str = ""


class Problem(msgspec.Struct, frozen=True):
    """A refusal in the server's own words (RFC 9457)."""

    code: str
    status: int
    retry: bool = False
    errors: list[PointedError] = []


@dataclass(frozen=True, slots=True)
class Batch:
    """One upload, ready to be sent and to be sent again byte for byte."""

    batch_id: str
    packed: bytes
    sent: tuple[tuple[str, str], ...]  # (instance_id, sha256) in the order of the body


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP, unpacked; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class NoReceipt(Exception):
    """The answer promises nothing; the tablet keeps everything. Its text says why."""


def body_of(batch_id: str, device_time: str, held: int, submissions: Sequence[bytes]) -> bytes:
    about = {"batch_id": batch_id, "device_time": device_time, "held": held}
    return msgspec.json.encode(about)[:-1] + b',"submissions":[' + b",".join(submissions) + b"]}"


def pack(body: bytes, level: int = 6) -> bytes:
    # Without a time in its header the same body packs to the same bytes.
    return gzip.compress(body, compresslevel=level, mtime=0)


def how_many_fit(sizes: Sequence[int], wanted: int, limits: Limits) -> int:
    """How many of the submissions, from the first, fit one batch before packing."""
    room = limits.unpacked_bytes - ENVELOPE_BYTES
    count = 0
    for size in sizes[: min(wanted, limits.submissions)]:
        room -= size + 1
        if room < 0 or size > limits.submission_bytes:
            break
        count += 1
    return count


def state_from(answer: Answer) -> State:
    if answer.status != 200:
        raise NoReceipt(f"status {answer.status}")
    try:
        return msgspec.json.decode(answer.body, type=State)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoReceipt("no sync state in the answer") from error


def question_of(offered: Sequence[tuple[str, str]]) -> bytes:
    """Ids and digests, in order."""
    instances = [{"instance_id": one, "sha256": sha256} for one, sha256 in offered]
    return msgspec.json.encode({"instances": instances})


def verdicts_from(answer: Answer, asked: Sequence[str], key: ReceiptKey) -> Verdicts:
    """What the server holds of what was asked; signed like a receipt, because it stands for many.
    Raises NoReceipt."""
    if answer.status != 200:
        raise NoReceipt(f"status {answer.status}")
    check_signature(answer, key)
    try:
        verdicts = msgspec.json.decode(answer.body, type=Verdicts)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoReceipt("no verdicts in the answer") from error
    if [one.instance_id for one in verdicts.results] != list(asked):
        raise NoReceipt("verdicts about others")
    return verdicts


def receipt_from(answer: Answer, batch: Batch, key: ReceiptKey) -> Receipt:
    """The server's promise about this batch; raises NoReceipt for anything less."""
    if answer.status != 200:
        raise NoReceipt(f"status {answer.status}")
    check_signature(answer, key)
    try:
        receipt = msgspec.json.decode(answer.body, type=Receipt)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoReceipt("not a receipt") from error
    if receipt.batch_id != batch.batch_id:
        raise NoReceipt("receipt of another batch")
    _check_results(receipt.results, batch)
    return receipt


def check_signature(answer: Answer, key: ReceiptKey) -> None:
    key_id, separator, signature = answer.headers.get("receipt-signature", "").rpartition(":")
    if not separator:
        raise NoReceipt("not signed")
    if key_id != key.id:
        raise NoReceipt("signed by an unknown key")
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public_key))
        public.verify(base64.b64decode(signature, validate=True), answer.body)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise NoReceipt("the signature does not fit") from error


def _check_results(results: Sequence[Result], batch: Batch) -> None:
    if len(results) != len(batch.sent):
        raise NoReceipt("not one result per submission")
    for result, (instance_id, sha256) in zip(results, batch.sent, strict=True):
        if result.instance_id != instance_id:
            raise NoReceipt("results out of order")
        if result.outcome != "rejected" and result.sha256 != sha256:
            raise NoReceipt("digest differs")


def problem_from(answer: Answer) -> Problem | None:
    """The server's refusal, or None where the answer is somebody else's page."""
    try:
        problem = msgspec.json.decode(answer.body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return problem if problem.status == answer.status else None


def submissions_at_fault(problem: Problem, count: int) -> tuple[int, ...]:
    """The places in the batch that the problem's pointers name."""
    found = (re.match(r"/submissions/(\d{1,9})(?:/|$)", error.pointer) for error in problem.errors)
    return tuple(sorted({int(match[1]) for match in found if match and int(match[1]) < count}))


def points_elsewhere(problem: Problem) -> bool:
    """Whether the server found fault with the envelope itself and with no submission."""
    pointers = [error.pointer for error in problem.errors if error.pointer]
    return bool(pointers) and not any(
        pointer == "/submissions" or pointer.startswith("/submissions/") for pointer in pointers
    )
