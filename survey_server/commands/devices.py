"""Tablets by command: a code to enrol one with, who has which, and what a lost one takes along.

For operators, who see the whole survey; supervisors do the same on their pages.
"""

import csv
import sys
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path

import click
import segno
from sqlalchemy.orm import Session

from survey_server import receipts
from survey_server.commands import (
    database_session,
    fail,
    json_option,
    settings_of_environment,
    show,
)
from survey_server.commands.frame.importing import device
from survey_server.domain.csv_cells import csv_cell
from survey_server.domain.devices import Server, collect_settings, invitation
from survey_server.services import devices as services
from survey_server.store import frame, people
from survey_server.store.devices import (
    Carrier,
    DeviceRow,
    Ending,
    Wanted,
    devices_in,
)
from survey_server.store.frame import Survey

PAGE = 1000

survey_option = click.option("--survey", "survey_code", required=True, help="The survey's code.")


@device.command("code")
@survey_option
@click.option("--username", required=True, help="Who will carry the tablet.")
@click.option("--days", type=click.IntRange(1, services.LONGEST_DAYS), default=7, show_default=True)
@click.option("--keep-older", is_flag=True, help="Leave the person's other open codes as they are.")
@click.option("--odk-collect", is_flag=True, help="Enrol a device for ODK Collect instead.")
@click.option("--server", help="Where tablets reach the server; default: SURVEY_PUBLIC_URL.")
@click.option(
    "--qr", type=click.Path(dir_okay=False, path_type=Path), help="Draw the picture (.svg, .png)."
)
@json_option
def code(
    survey_code: str,
    username: str,
    days: int,
    keep_older: bool,
    odk_collect: bool,
    server: str | None,
    qr: Path | None,
    as_json: bool,
) -> None:
    """Issues a one-time code that enrols a tablet, and prints it.

    With --odk-collect there is no code: what is printed or drawn is the enrolment itself.
    """
    reached = _server(server, needed=qr is not None or odk_collect)
    now = datetime.now(UTC)
    with database_session() as session:
        carrier = _carrier(session, _survey(session, survey_code), username, now)
        if odk_collect:
            made = services.issue_for_collect(
                session, carrier, None, f"{reached.address}/openrosa", now
            )
            payload = collect_settings(made.project)
            told = {"device_id": made.device_id, "payload": payload}
            sentence = payload
        else:
            issued = services.issue_code(
                session, carrier, None, services.Wishes(days, keep_older), now
            )
            payload = invitation(reached, issued.code)
            told = {"code": issued.code, "expires_at": str(issued.expires_at), "payload": payload}
            sentence = issued.code
    if qr is not None:
        segno.make(payload, error="m", micro=False).save(str(qr), scale=6)
        qr.chmod(0o600)
    show(told, as_json, sentence)


@device.command("list")
@survey_option
@click.option("--area", help="Only within this area.")
@click.option("--state", type=click.Choice(["active", "expired", "revoked", "lost"]))
@json_option
def list_devices(survey_code: str, area: str | None, state: str | None, as_json: bool) -> None:
    """Prints the tablets of a survey: whose they are, and when they were last heard of."""
    with database_session() as session:
        survey = _survey(session, survey_code)
        found = _devices(session, survey, _areas(session, survey, area), state)
    if as_json:
        show({"devices": [asdict(row) for row in found]}, True, "")
        return
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(field.name for field in fields(DeviceRow))
    for row in found:
        out.writerow(" ".join(v) if isinstance(v, list) else v for v in asdict(row).values())


@device.command("lost")
@survey_option
@click.option("--device-id", required=True, help="What the tablet is called.")
@json_option
def lost(survey_code: str, device_id: str, as_json: bool) -> None:
    """Revokes a lost tablet and prints the households that have to be visited again."""
    ending = Ending("lost", datetime.now(UTC))
    with database_session() as session:
        survey = _survey(session, survey_code)
        areas = _areas(session, survey, None)
        rows = _devices(session, survey, areas, None)
        known = [row.id for row in rows if row.device_id == device_id]
        if not known:
            fail(f"There is no tablet {device_id} in {survey_code}.")
        found = services.report_lost(session, survey_code, known[-1], areas, ending)
    if as_json:
        show(asdict(found), True, "")
        return
    click.echo(
        f"{device_id} is revoked. It held {'?' if found.held is None else found.held} interviews"
        f" when it was last heard of ({found.device.seen_at or 'never'}).",
        err=True,
    )
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("unit", "ea", "ea_name", "address", "why"))
    out.writerows(
        (one.unit, one.ea, one.ea_name, csv_cell(one.address), one.why) for one in found.households
    )


def _survey(session: Session, code: str) -> Survey:
    return frame.survey_by_code(session, code) or fail(f"There is no survey {code}.")


def _areas(session: Session, survey: Survey, code: str | None) -> list[int]:
    if code is None:
        return [area.id for area in frame.tops(session, survey.id)]
    area = frame.area_by_code(session, survey.id, code)
    return [area.id] if area else fail(f"The survey has no area {code}.")


def _carrier(session: Session, survey: Survey, username: str, now: datetime) -> Carrier:
    person = people.ids_of(session, [username.strip().lower()]).get(username.strip().lower())
    if person is None:
        fail(f"There is no account {username}.")
    areas = _areas(session, survey, None)
    return services.carrier_of(session, survey.code, person, areas, now)


def _devices(
    session: Session, survey: Survey, areas: list[int], state: str | None
) -> list[DeviceRow]:
    found: list[DeviceRow] = []
    while True:
        after = found[-1].id if found else 0
        wanted = Wanted(survey.code, areas, state=state, after=after, most=PAGE)
        page = devices_in(session, wanted, datetime.now(UTC))
        found += page
        if len(page) < PAGE:
            return found


def _server(address: str | None, needed: bool) -> Server:
    chosen = settings_of_environment()
    reached = (address or chosen.public_url).rstrip("/")
    if needed and not reached:
        fail("Say where tablets reach the server: --server https://… or SURVEY_PUBLIC_URL.")
    return Server(reached, receipts.key_of(chosen.receipt_key_file).public_key)


# The frame has the group; here is what it has most of.
COMMANDS = (device,)
