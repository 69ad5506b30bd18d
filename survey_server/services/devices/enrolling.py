"""A tablet shows its code and gets its secret. Nobody is signed in here, so guesses are counted.

A wrong code counts against the tablet and its network address together, and, more patiently,
against the address: a training hall of a hundred tablets has one address and many thumbs. What is
counted is kept by whoever commits, also where the code is refused.

A device id is no secret, so naming one ends nobody's work. A code ends what its own enumerator had
under that id. Somebody else's enrolment ends where the tablet proves that it is the same one, by
the secret that it had; otherwise it goes on, and the lists show two until a supervisor ends one.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.devices import as_typed, digest_of
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.services.people.limits import Bound, block_of, subject_of
from survey_server.store import devices, frame, people
from survey_server.store.devices import Earlier
from survey_server.store.frame import Survey

MOST_WRONG = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tablet says of itself; `address` is the network's word, not the tablet's, from which
    `most_of_address` wrong codes are taken within the window. `secret` is the one that it had."""

    code: str = field(repr=False)
    device_id: str
    model: str | None
    app: str | None
    address: str
    most_of_address: int = 50
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The secret is told once. `earlier`: other enrolments under the same device id."""

    secret: str = field(repr=False)
    device: int
    device_id: str
    person_name: str
    survey: Survey
    earlier: Earlier


def enrol(session: Session, asked: Asked, now: datetime) -> Enrolled | problems.Problem:
    """A refusal is returned, not raised: the caller commits, so that it is counted, then raises
    it. Raises RateLimited where that was done too often.
    """
    bounds = _bounds(asked)
    bounds[0].take_turns(session)
    for bound in bounds:
        bound.require_room(session, now)
    code = as_typed(asked.code)
    digest = digest_of(code) if code else None
    used = devices.use_code(session, digest, now) if digest else None
    if used is None:
        for bound in bounds:
            bound.note(session, now)
        return _why(session, digest)
    proof = hashlib.sha256(asked.secret.encode()).digest() if asked.secret else None
    earlier = devices.end_earlier(session, used.survey, asked.device_id, used.person, proof, now)
    secret = secrets.token_urlsafe(32)
    row = devices.enrol_one(
        session,
        used.survey,
        devices.Enrolment(
            asked.device_id,
            used.person,
            hashlib.sha256(secret.encode()).digest(),
            secret[: devices.PREFIX_LETTERS],
            asked.model,
            asked.app,
        ),
        now,
    )
    devices.note_device(session, used.id, row)
    bounds[0].forget(session)
    return _enrolled(session, used, asked, secret, row, earlier)


def _enrolled(
    session: Session,
    used: devices.CodeOnFile,
    asked: Asked,
    secret: str,
    row: int,
    earlier: Earlier,
) -> Enrolled:
    survey = session.get_one(Survey, used.survey)
    account = people.account_of(session, used.person)
    audit.note(
        Entry(
            "device_enrolled",
            frame.code_of_survey(session, used.survey),
            None,
            row,
            f"device:{row}",
            {
                "for_person": used.person,
                "code": used.id,
                "ended": ",".join(map(str, earlier.ended))[:200],
                "left": ",".join(map(str, earlier.left))[:200],
            },
        )
    )
    name = account.name if account else ""
    return Enrolled(secret, row, asked.device_id, name, survey, earlier)


def _bounds(asked: Asked) -> tuple[Bound, Bound]:
    """Of the tablet at its address, and of the address."""
    block = block_of(asked.address)
    return (
        Bound(subject_of("enrolling tablet", f"{block} {asked.device_id}"), MOST_WRONG),
        Bound(subject_of("enrolling address", block), asked.most_of_address),
    )


def _why(session: Session, digest: bytes | None) -> problems.Problem:
    """Whoever knows a code may know what became of it."""
    known = devices.code_on_file(session, digest) if digest else None
    if known is None:
        return problems.EnrolmentCodeWrong()
    return problems.EnrolmentCodeUsed() if known.used else problems.EnrolmentCodeExpired()
