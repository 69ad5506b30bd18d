"""The frame by command: surveys, areas, units, people, devices, assignments come in by the file.

A file with mistakes is refused whole; every mistake is listed with its row and column.
"""

import csv
import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, BinaryIO, TypeVar

import click
from sqlalchemy.orm import Session

from survey_server.commands import database_session, fail, json_option, show
from survey_server.domain.frame import (
    MOST_BYTES,
    NOTICES,
    Table,
    read_areas,
    read_assignments,
    read_devices,
    read_people,
    read_survey,
    read_units,
)
from survey_server.domain.frame.cells import Columns
from survey_server.domain.frame.reading import (
    AREA_COLUMNS,
    ASSIGNMENT_COLUMNS,
    DEVICE_COLUMNS,
    PERSON_COLUMNS,
    UNIT_COLUMNS,
)
from survey_server.problems import ImportInvalid
from survey_server.services import audit, frame as services
from survey_server.services.audit import Entry
from survey_server.services.frame import DeviceSecret
from survey_server.store.frame import Survey, survey_by_code
from survey_server.store.incoming import Counts

Row = TypeVar("Row")

survey_option = click.option("--survey", "survey_code", required=True, help="The survey's code.")
file_argument = click.argument("file", type=click.File("rb"))


def _import_command(
    group: click.Group, what: str, columns: Columns
) -> Callable[[Callable[..., None]], click.Command]:
    """`… import FILE --survey CODE [--json]`, the same for every kind of file."""

    def command(function: Callable[..., None]) -> click.Command:
        decorated = json_option(survey_option(file_argument(function)))
        told = f"Brings {what} in from a CSV file.\n\nColumns: {', '.join(columns.required)}"
        if columns.optional:
            told += f"; where wanted: {', '.join(columns.optional)}"
        return group.command("import", help=f"{told}.")(decorated)

    return command


@click.group()
def surveys() -> None:
    """Surveys and their definitions."""


@click.group()
def areas() -> None:
    """The area tree, enumeration areas included."""


@click.group()
def units() -> None:
    """Households, or other units, that are to be interviewed."""


@click.group()
def people() -> None:
    """Enumerators, team leaders, supervisors."""


@click.group()
def devices() -> None:
    """Tablets, many at once."""


@click.group()
def device() -> None:
    """One tablet."""


@click.group()
def assignments() -> None:
    """Who is to do which enumeration area, by when."""


# What the trail says of each kind of file.
BROUGHT_IN = {
    "read_areas": "areas_imported",
    "read_units": "units_imported",
    "read_people": "accounts_imported",
    "read_devices": "devices_imported",
    "read_assignments": "assignments_imported",
}

GROUPS = (surveys, areas, units, people, devices, device, assignments)


@surveys.command("add")
@file_argument
@json_option
def add_survey(file: BinaryIO, as_json: bool) -> None:
    """Adds a survey from its definition, a JSON file, or changes it.

    survey_server/frames/census_2024.json is an example.
    """
    with database_session() as session, _refusals(as_json):
        definition, mistakes = read_survey(file.read(MOST_BYTES))
        services.refuse(mistakes)
        if definition is None:
            fail("The definition could not be read.")
        survey = services.add_survey(session, definition)
        told = {"id": survey.id, "code": survey.code, "levels": survey.levels}
        audit.note(Entry("survey_made", survey.code))
    show(told, as_json, f"Survey {told['code']}: {' > '.join(definition.levels)}")


@_import_command(areas, "areas", AREA_COLUMNS)
def import_areas(file: BinaryIO, survey_code: str, as_json: bool) -> None:
    with _importing(file, read_areas, survey_code, as_json) as (session, survey, table):
        counts = services.import_areas(session, survey, table, _progress)
    _show_counts(counts, table, as_json)


@_import_command(units, "units", UNIT_COLUMNS)
def import_units(file: BinaryIO, survey_code: str, as_json: bool) -> None:
    with _importing(file, read_units, survey_code, as_json) as (session, survey, table):
        counts = services.import_units(session, survey, table, _progress)
    _show_counts(counts, table, as_json)


@_import_command(people, "people and their roles", PERSON_COLUMNS)
def import_people(file: BinaryIO, survey_code: str, as_json: bool) -> None:
    with _importing(file, read_people, survey_code, as_json) as (
        session,
        survey,
        table,
    ):
        counts = services.import_people(session, survey, table, datetime.now(UTC))
    _show_counts(counts, table, as_json)


@_import_command(devices, "tablets (and prints the secrets of new ones, once)", DEVICE_COLUMNS)
def import_devices(file: BinaryIO, survey_code: str, as_json: bool) -> None:
    with _importing(file, read_devices, survey_code, as_json) as (
        session,
        survey,
        table,
    ):
        counts, told = services.import_devices(session, survey, table, datetime.now(UTC))
    if as_json:
        _show_counts(counts, table, True, devices=[asdict(each) for each in told])
        return
    _print_secrets(told)
    click.echo(f"{counts.added:,} new, {counts.unchanged:,} on file already.", err=True)


@_import_command(assignments, "assignments", ASSIGNMENT_COLUMNS)
def import_assignments(file: BinaryIO, survey_code: str, as_json: bool) -> None:
    with _importing(file, read_assignments, survey_code, as_json) as (
        session,
        survey,
        table,
    ):
        counts = services.import_assignments(session, survey, table)
    _show_counts(counts, table, as_json)


@device.command("add")
@survey_option
@click.option("--username", required=True, help="Who will carry the tablet.")
@click.option(
    "--device-id",
    default="tablet",
    show_default=True,
    help="What the tablet is called.",
)
@json_option
def add_device(survey_code: str, username: str, device_id: str, as_json: bool) -> None:
    """Enrols a tablet and prints its secret, once.

    For a tablet that is enrolled already it is one more secret; the older ones work until
    `device revoke`.
    """
    with database_session() as session, _refusals(as_json):
        survey = _survey(session, survey_code)
        told = services.add_device(session, survey, username, device_id, datetime.now(UTC))
        audit.note(Entry("device_enrolled", survey.code, object="device:by_command"))
    show(asdict(told), as_json, told.secret)


@contextmanager
def _importing(
    file: BinaryIO, read: Callable[[bytes], Table[Row]], survey_code: str, as_json: bool
) -> Iterator[tuple[Session, Survey, Table[Row]]]:
    """The transaction of an import, with the file already read."""
    with database_session() as session, _refusals(as_json):
        survey = _survey(session, survey_code)
        content = file.read(MOST_BYTES + 1)
        yield session, survey, read(content)
        told = {"file_sha256": hashlib.sha256(content).hexdigest()}
        audit.note(Entry(BROUGHT_IN[read.__name__], survey.code, data=told))


@contextmanager
def _refusals(as_json: bool) -> Iterator[None]:
    """A refusal ends the command with exit code 1, and so rolls its transaction back."""
    try:
        yield
    except ImportInvalid as refused:
        if as_json:
            show({"type": refused.type(), "errors": refused.errors}, True, "")
            sys.exit(1)
        for error in refused.errors:
            click.echo(_mistake_line(error), err=True)
        fail(f"{refused.title_vi} {refused.title_en}")


def _mistake_line(error: dict[str, Any]) -> str:
    row, column = error["row"], error["column"]
    place = ", ".join(
        part for part in (row and f"row {row}", column and f"column {column}") if part
    )
    return f"{place or 'file'}: {error['message_vi']} / {error['message_en']}"


def _survey(session: Session, code: str) -> Survey:
    return survey_by_code(session, code) or fail(
        "Không có cuộc điều tra này. There is no survey of this code."
    )


def _progress(rows: int) -> None:
    click.echo(f"  {rows:,} rows", err=True)


def _show_counts(counts: Counts, table: Table[Row], as_json: bool, **more: object) -> None:
    sentence = (
        f"Nothing changed: all {counts.unchanged:,} are on file already."
        if counts.added == counts.changed == 0
        else f"Added {counts.added:,}, changed {counts.changed:,}, unchanged {counts.unchanged:,}."
    )
    notices = [NOTICES[notice] for notice in table.notices]
    if not as_json:
        sentence = "\n".join([*(f"{vi} {en}" for vi, en in notices), sentence])
    show({**asdict(counts), "notices": table.notices, **more}, as_json, sentence)


def _print_secrets(told: list[DeviceSecret]) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("device_id", "username", "secret"))
    out.writerows((each.device_id, each.username, each.secret) for each in told)
