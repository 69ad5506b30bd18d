"""Giving tablets out: a code to type or to scan, or a ready enrolment for ODK Collect.

A code enrols one tablet, once, for one person of one survey. ODK Collect knows no codes, so its
picture is the enrolment itself: whoever has the picture has the tablet's secret.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.devices import CollectProject, as_shown, digest_of, new_code
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.store import devices
from survey_server.store.devices import Carrier

LONGEST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Wishes:
    """`days` a code may wait; `keep_older`: the person's open codes stay as they are."""

    days: int = 7
    keep_older: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """Shown once; the server keeps only a digest of the code."""

    id: int
    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedCollect:
    """An enrolment made for ODK Collect. `project` holds its secret, and nothing else does."""

    device: int
    device_id: str
    project: CollectProject = field(repr=False)


def carrier_of(
    session: Session, survey: str, person: int, areas: Sequence[int], now: datetime
) -> Carrier:
    """Somebody in the field within the areas. Raises NotFound, the same for whoever else."""
    found = devices.carriers_in(session, survey, areas, now, person)
    if not found:
        raise problems.NotFound()
    return found[0]


def issue_code(
    session: Session, carrier: Carrier, by: int | None, wishes: Wishes, now: datetime
) -> Issued:
    """Ends the person's open codes, or a lost slip of paper would enrol somebody else's tablet."""
    ended = 0
    if not wishes.keep_older:
        ended = devices.end_open_codes(session, carrier.survey_id, carrier.person_id, now)
    code = new_code(secrets.choice)
    expires = now + timedelta(days=wishes.days)
    row = devices.keep_code(
        session,
        devices.CodeToKeep(carrier.survey_id, carrier.person_id, digest_of(code), by, expires),
        now,
    )
    audit.note(
        Entry(
            "device_code_issued",
            carrier.survey_code,
            by,
            object=f"person:{carrier.person_id}",
            data={"code": row, "days": wishes.days, "codes_ended": ended},
        )
    )
    return Issued(row, as_shown(code), expires)


def issue_for_collect(
    session: Session, carrier: Carrier, by: int | None, server_url: str, now: datetime
) -> IssuedCollect:
    """A new device each time: Collect sends its own id beside the user name."""
    device_id = f"collect-{secrets.token_hex(5)}"
    secret = secrets.token_urlsafe(32)
    row = devices.enrol_one(
        session,
        carrier.survey_id,
        devices.Enrolment(
            device_id,
            carrier.person_id,
            hashlib.sha256(secret.encode()).digest(),
            secret[: devices.PREFIX_LETTERS],
            app="ODK Collect",
        ),
        now,
    )
    audit.note(
        Entry(
            "device_enrolled",
            carrier.survey_code,
            by,
            row,
            f"device:{row}",
            {"for_person": carrier.person_id, "client": "odk_collect"},
        )
    )
    name = carrier.survey_name.get("vi") or carrier.survey_code
    return IssuedCollect(row, device_id, CollectProject(server_url, device_id, secret, name))
