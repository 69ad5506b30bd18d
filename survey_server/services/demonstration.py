"""Bringing the demonstration in along the paths that real work takes.

What is sent again is recognised, so a load that was cut off can simply be repeated.
"""

import gzip
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby

from sqlalchemy.orm import Session

from survey_server.domain.frame import (
    AreaRow,
    AssignmentRow,
    DeviceRow,
    PersonRow,
    SurveyDefinition,
    UnitRow,
    table_of,
)
from survey_server.domain.intake.bounds import Bounds
from survey_server.domain.intake.items import batch_of, content_of
from survey_server.services import bodies, frame as frames
from survey_server.services.frame import DeviceSecret
from survey_server.services.intake import Receipt, Upload, receive_batch
from survey_server.services.interviews.reading import contents_in
from survey_server.services.people import add_person
from survey_server.store import demonstration, devices, frame, intake, people
from survey_server.store.frame import Survey
from survey_server.store.intake import Sender


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything that is on file before anybody sets out."""

    areas: Sequence[AreaRow]
    units: Sequence[UnitRow]
    people: Sequence[PersonRow]
    devices: Sequence[DeviceRow]
    assignments: Sequence[AssignmentRow]


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    name: str
    password: str
    role: str
    area: str


def move_survey(session: Session, survey: Survey, starts_on: date, ends_on: date) -> Survey:
    """The same survey on other days."""
    definition = SurveyDefinition(
        code=survey.code,
        name=survey.name,
        levels=survey.levels,
        level_names=survey.level_names,
        match_level=survey.match_level,
        timezone=survey.timezone,
        starts_on=starts_on,
        ends_on=ends_on,
        training=survey.training,
    )
    return frames.add_survey(session, definition)


def bring_in(session: Session, survey: Survey, made: Frame, when: datetime) -> list[DeviceSecret]:
    """Everything is on file, enrolled and assigned as of `when`; the secrets of the tablets."""
    frames.import_areas(session, survey, table_of(made.areas))
    frames.import_units(session, survey, table_of(made.units))
    frames.import_people(session, survey, table_of(made.people), when)
    _, secrets = frames.import_devices(session, survey, table_of(made.devices), when)
    frames.import_assignments(session, survey, table_of(made.assignments), when)
    return secrets


def senders_of(session: Session, survey: Survey) -> dict[str, Sender]:
    """Who uploads with which tablet, by the tablet's id."""
    return {
        device_id: Sender(device, person, survey.id)
        for device_id, (device, person) in devices.enrolments_of(session, survey.id).items()
    }


def note_contacts(
    session: Session, senders: Mapping[str, Sender], contacts: Sequence[tuple[str, datetime]]
) -> None:
    for device_id, when in contacts:
        intake.note_contact(session, senders[device_id].device, when)


def receive(session: Session, sender: Sender, batch_id: str, body: bytes, now: datetime) -> Receipt:
    """A tablet's upload as the web process would have received it at `now`."""
    batch = batch_of(body, Bounds())
    upload = Upload(
        batch_id=uuid.UUID(batch_id),
        held=batch.head["held"],
        batch=batch,
        body=gzip.compress(body, compresslevel=1, mtime=0),
        body_format="json+gzip",
    )
    return receive_batch(session, sender, upload, now)


def open_account(session: Session, survey: Survey, account: Account, now: datetime) -> None:
    """A new password, also for an account that had one."""
    area = frame.area_by_code(session, survey.id, account.area)
    if area is None:
        raise LookupError(account.area)
    person = add_person(session, account.username, account.name, account.password, now)
    people.add_membership(session, person, survey.id, area.id, account.role)


def contents_stored(session: Session, survey: Survey, tablets: list[str]) -> list[tuple[str, str]]:
    """The id and the SHA-256 of the content of each submission of these tablets, read again from
    the bodies as they came."""
    rows = list(demonstration.stored_by(session, survey.id, tablets))
    found: list[tuple[str, str]] = []
    for batch, of_batch in groupby(rows, lambda row: row.batch):
        contents = _contents(session, survey, batch)
        found += [
            (str(row.instance_id), sha256(content_of(contents[row.position])).hexdigest())
            for row in of_batch
        ]
    return found


def _contents(session: Session, survey: Survey, batch: int) -> list[bytes]:
    body = intake.bodies_of(session, [batch])[batch]
    return contents_in(bodies.open_one(session, survey.id, batch, body), body.body_format)
