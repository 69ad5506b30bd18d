"""Loading the demonstration: the frame in one transaction, then every upload in one of its own.

The accounts come last. Where they are on file, everything is.
"""

import shutil
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.commands import fail
from survey_server.commands.demo.files import (
    devices_file,
    personas_file,
    tablets_folder,
    write_devices,
    write_personas,
)
from survey_server.commands.demo.personas import ADMINISTRATOR, BA_DINH, personas_of
from survey_server.jobs.intake import drain_once
from survey_server.services import demonstration as services
from survey_server.services.demonstration import Account, Frame
from survey_server.simulator.demonstration import (
    DISTRICTS,
    FIELD_DAYS,
    FULL_DAYS_BEFORE,
    SEED,
    History,
    Scene,
    Sync,
    history_of,
    scene_of,
)
from survey_server.simulator.fleet import Device
from survey_server.simulator.frame import Commune
from survey_server.simulator.staff import assignment_rows
from survey_server.store import forms, frame, people
from survey_server.store.frame import Survey
from survey_server.store.intake import Sender
from survey_server.tablet.protocol import body_of
from survey_server.tablet.records import as_submission

SURVEY = "census_2024"
# Everything is assigned this long before anybody sets out.
ASSIGNED_BEFORE = timedelta(days=5)
PROGRESS_EVERY = 200


def load(owner: Engine, data: Path, now: datetime) -> dict[str, int]:
    """What was loaded; nothing, where it was there."""
    with Session(owner) as session, session.begin():
        survey = _survey(session)
        scene = _scene(session, survey)
        complete = _complete(session, survey)
        if complete and personas_file(data).exists():
            return {}
        if frame.area_by_code(session, survey.id, scene.cast.empty_ea) is None:
            survey = _begin(session, survey, scene, data, now)
        zone, starts_on = ZoneInfo(survey.timezone), survey.starts_on
        history = history_of(scene, _versions(session), starts_on, zone, now)
        senders = services.senders_of(session, survey)
        services.note_contacts(session, senders, history.contacts)
    if not complete:
        _receive(owner, senders, history.syncs)
        _drain(owner)
    _open_accounts(owner, scene, history, data, now)
    return {
        "enumeration_areas": len(scene.eas),
        "households": sum(unit.expected for unit in scene.unit_rows()),
        "tablets": len(senders),
        "uploads": len(history.syncs),
        "submissions": sum(len(sync.made) for sync in history.syncs),
    }


def _survey(session: Session) -> Survey:
    return frame.survey_by_code(session, SURVEY) or fail(
        f"There is no survey {SURVEY}: run `survey-server setup` first."
    )


def _complete(session: Session, survey: Survey) -> bool:
    return ADMINISTRATOR in people.members_of(session, survey.id)


def _scene(session: Session, survey: Survey) -> Scene:
    communes: dict[str, list[Commune]] = {}
    for district in DISTRICTS:
        area = frame.area_by_code(session, survey.id, district.code) or fail(
            f"The survey has no area {district.code}: run `survey-server setup` first."
        )
        places = frame.lowest_places(session, survey, [area.id])
        communes[district.code] = [Commune(*place) for place in places]
    return scene_of(communes)


def _begin(session: Session, survey: Survey, scene: Scene, data: Path, now: datetime) -> Survey:
    """The file of secrets is written before the transaction ends: they are told once."""
    zone = ZoneInfo(survey.timezone)
    starts_on = now.astimezone(zone).date() - timedelta(days=FULL_DAYS_BEFORE)
    ends_on = starts_on + timedelta(days=FIELD_DAYS - 1)
    survey = services.move_survey(session, survey, starts_on, ends_on)
    assignments = assignment_rows(scene.staff, starts_on, ends_on, SEED)
    made = Frame(
        areas=scene.area_rows(),
        units=scene.unit_rows(),
        people=list(scene.staff.person_rows()),
        devices=list(scene.staff.device_rows()),
        assignments=list(assignments),
    )
    secrets = services.bring_in(session, survey, made, _assigned_at(starts_on, zone))
    live = set(scene.live_devices())
    # Tablets of an earlier database would go on with what they remember of it.
    shutil.rmtree(tablets_folder(data), ignore_errors=True)
    write_devices(
        devices_file(data),
        (Device(one.device_id, one.secret) for one in secrets if one.device_id in live),
    )
    return survey


def _assigned_at(starts_on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(starts_on, time(9), zone) - ASSIGNED_BEFORE


def _versions(session: Session) -> dict[str, str]:
    latest = [one for one in forms.versions(session, forms.Seen([SURVEY])) if one.latest]
    return {one.form_id: one.version for one in latest}


def _receive(owner: Engine, senders: dict[str, Sender], syncs: Sequence[Sync]) -> None:
    for number, sync in enumerate(syncs, 1):
        submissions = [as_submission(made.record) for made in sync.made]
        moment = sync.when.isoformat(timespec="seconds")
        body = body_of(sync.batch_id, moment, sync.held, submissions)
        with Session(owner) as session, session.begin():
            services.receive(session, senders[sync.device_id], sync.batch_id, body, sync.when)
        if number % PROGRESS_EVERY == 0 or number == len(syncs):
            day = sync.when.date()
            click.echo(f"  {number:,} of {len(syncs):,} uploads, up to {day:%d/%m}", err=True)


def _drain(owner: Engine) -> None:
    done = 0
    while drained := drain_once(owner):
        if not drained.batches:
            break
        before, done = done, done + drained.submissions
        if done // PROGRESS_EVERY > before // PROGRESS_EVERY:
            click.echo(f"  {done:,} interviews worked through", err=True)


def _open_accounts(
    owner: Engine, scene: Scene, history: History, data: Path, now: datetime
) -> None:
    with Session(owner) as session, session.begin():
        survey = _survey(session)
        top = frame.tops(session, survey.id)[0].code
        personas = personas_of(scene, top, history.duplicate_pairs(BA_DINH))
        for one in personas:
            account = Account(one.username, one.name, one.password, one.role, one.area)
            services.open_account(session, survey, account, now)
        write_personas(data, personas)
