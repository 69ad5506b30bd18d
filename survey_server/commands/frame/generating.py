"""Made-up frames of any size, as the files that the imports take."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from survey_server.commands import database_session, fail, json_option, show
from survey_server.domain.frame import (
    MOST_ROWS,
    AreaRow,
    AssignmentRow,
    DeviceRow,
    PersonRow,
    UnitRow,
    csv_cells,
    csv_header,
)
from survey_server.simulator.frame import Commune, area_rows, draw_eas, unit_rows
from survey_server.simulator.staff import assignment_rows, hire
from survey_server.store.frame import Survey, area_by_code, lowest_places, survey_by_code, tops


@click.group()
def frame() -> None:
    """Frames for rehearsals and load tests."""


@frame.command()
@click.option("--survey", "survey_code", required=True, help="Its areas must be on file.")
@click.option(
    "--area", "--province", "--district", "codes", multiple=True,
    help="Only below this area; may be given several times.",
)  # fmt: skip
@click.option("--eas", type=click.IntRange(1, 300_000), required=True, help="How many EAs.")
@click.option("--seed", type=int, required=True, help="The same seed makes the same frame.")
@click.option("--long-share", type=click.FloatRange(0, 1), default=0.3, show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@json_option
def generate(
    survey_code: str,
    codes: tuple[str, ...],
    eas: int,
    seed: int,
    long_share: float,
    out: Path,
    as_json: bool,
) -> None:
    """Makes enumeration areas, households, staff, tablets and assignments up, as CSV files."""
    with database_session() as session:
        survey = survey_by_code(session, survey_code) or fail("There is no survey of this code.")
        communes = _communes(session, survey, codes)
        level, starts_on, ends_on = survey.levels[-1], survey.starts_on, survey.ends_on
    try:
        drawn = draw_eas(communes, eas, seed, long_share)
    except ValueError as impossible:
        fail(f"Not made: {impossible}.")
    staff = hire(drawn, seed)
    out.mkdir(parents=True, exist_ok=True)
    written = {
        "areas": _write(out, "areas", AreaRow, area_rows(drawn, level)),
        "units": _write(out, "units", UnitRow, unit_rows(drawn, seed)),
        "people": _write(out, "people", PersonRow, staff.person_rows()),
        "devices": _write(out, "devices", DeviceRow, staff.device_rows()),
        "assignments": _write(
            out, "assignments", AssignmentRow, assignment_rows(staff, starts_on, ends_on, seed)
        ),
    }
    told = ", ".join(f"{rows:,} {name}" for name, rows in written.items())
    show(written, as_json, f"Written to {out}: {told}")


def _communes(session: Session, survey: Survey, codes: tuple[str, ...]) -> list[Commune]:
    """Without codes, those of the whole tree."""
    within = [top.id for top in tops(session, survey.id)] if not codes else []
    for code in codes:
        area = area_by_code(session, survey.id, code)
        within.append(area.id if area else fail(f"The survey has no area {code}."))
    return [Commune(*place) for place in lowest_places(session, survey, within)]


def _write(out: Path, name: str, row_type: type[Any], rows: Iterable[Any]) -> int:
    """In parts of as many rows as an import takes: units.csv, units_2.csv, …"""
    remaining, part, total = iter(rows), 1, 0
    while written := _write_part(out, name, part, row_type, islice(remaining, MOST_ROWS)):
        total, part = total + written, part + 1
    return total


def _write_part(out: Path, name: str, part: int, row_type: type[Any], rows: Iterator[Any]) -> int:
    first = next(rows, None)
    if first is None:
        return 0
    path = out / (f"{name}.csv" if part == 1 else f"{name}_{part}.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(csv_header(row_type))
        written = 0
        for row in chain((first,), rows):
            lines.writerow(csv_cells(row))
            written += 1
    return written
