"""Enrolling: the code on a supervisor's card becomes this tablet's secret.

A code works once. Where its answer is lost on the way, the tablet has no secret and the code is
used: ask for another code and enrol again, which ends the enrolment that nobody got to know.

Connect with the secret that the tablet has, if it has one: so the server knows it for the same
tablet, and ends the enrolment of whoever had it before.

The card's picture also names the key that receipts are signed with, by its SHA-256. A tablet that
enrols by the picture knows its server from the first byte on, whatever network it is in.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

import msgspec

from survey_server.tablet.connection import HttpConnection
from survey_server.tablet.protocol import Problem, ReceiptKey, problem_from
from survey_server.tablet.store import Store

PATH = "api/v1/devices"


class Invitation(msgspec.Struct, frozen=True):
    """What the QR picture of a card holds; without the picture, server and code are typed."""

    server: str
    code: str
    receipt_key_sha256: str | None = None
    survey_server: int = 1


class EnrolledDevice(msgspec.Struct, frozen=True):
    id: int
    device_id: str


class EnrolledPerson(msgspec.Struct, frozen=True):
    name: str


class EnrolledSurvey(msgspec.Struct, frozen=True):
    code: str
    name: dict[str, str] = {}


class Enrolment(msgspec.Struct, frozen=True):
    secret: str
    device: EnrolledDevice
    person: EnrolledPerson
    survey: EnrolledSurvey
    server: str
    receipt_key: ReceiptKey


@dataclass(frozen=True, slots=True)
class Tablet:
    """`device_id` stays the same for the life of the tablet: letters, digits and . _ : - , from 3
    to 64 of them. Draw it at random; a serial number can be read by anybody who holds the tablet.
    """

    device_id: str
    model: str = ""
    app: str = field(default="survey-tablet/1")


class NotEnrolled(Exception):
    """The tablet has no secret, and keeps all that it had. `problem` is the server's refusal,
    where there was one."""

    def __init__(self, why: str, problem: Problem | None = None) -> None:
        super().__init__(why)
        self.problem = problem


def invitation_from(scanned: str) -> Invitation:
    """Raises NotEnrolled for a picture that is none of a card."""
    try:
        return msgspec.json.decode(scanned, type=Invitation)
    except (msgspec.DecodeError, UnicodeError):
        raise NotEnrolled("this picture is no invitation") from None


def enrol(invitation: Invitation, tablet: Tablet, connection: HttpConnection) -> Enrolment:
    """Shows the code, once. Raises NotEnrolled, or NoAnswer where the exchange broke."""
    asked = {
        "enrolment_code": invitation.code,
        "device_id": tablet.device_id,
        "model": tablet.model,
        "app": tablet.app,
    }
    answer = connection.post(PATH, msgspec.json.encode(asked))
    if answer.status != 201:
        problem = problem_from(answer)
        raise NotEnrolled(problem.code if problem else f"status {answer.status}", problem)
    try:
        enrolment = msgspec.json.decode(answer.body, type=Enrolment)
    except (msgspec.DecodeError, UnicodeError):
        raise NotEnrolled("no enrolment in the answer") from None
    expected = invitation.receipt_key_sha256
    if expected is not None and fingerprint_of(enrolment.receipt_key) != expected:
        raise NotEnrolled("the server is not the one of the card")
    return enrolment


def fingerprint_of(key: ReceiptKey) -> str:
    try:
        return hashlib.sha256(base64.b64decode(key.public_key, validate=True)).hexdigest()
    except (binascii.Error, ValueError):
        return ""


def take_over(store: Store, enrolment: Enrolment) -> None:
    """The store goes on with the new secret; interviews in it stay, whoever made them, and are
    sent in the name of whoever has the tablet now. Raises NotEnrolled where the store belongs to
    another server."""
    pinned = store.receipt_key()
    if pinned is not None and pinned != enrolment.receipt_key:
        raise NotEnrolled("the store belongs to another server")
    store.note("receipt_key", msgspec.json.encode(enrolment.receipt_key).decode())
    store.note("secret", enrolment.secret)
    store.note("server", enrolment.server)
    # So that whoever imports the store knows whose it is.
    store.note("device_id", enrolment.device.device_id)
    # Whoever has the tablet now has other work, and has brought nothing yet.
    for name in ("cursor", "etag", "paging", "held_by_server"):
        store.note(name, None)
    store.note("brought", "0")
