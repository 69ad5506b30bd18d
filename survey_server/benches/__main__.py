"""The command line of the benches."""

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from survey_server.benches import (
    bars,
    intake as intake_bench,
    journey as journey_bench,
    logic as logic_bench,
    singles as singles_bench,
    storm as storm_bench,
    thin as thin_bench,
)
from survey_server.benches.installation import BenchFailed
from survey_server.local.refusals import CannotStart

FORMS = Path(__file__).parents[2] / "forms"


@click.group()
def main() -> None:
    """Measures the server, on servers of its own that are gone afterwards."""
    signal.signal(signal.SIGTERM, _leave)


@main.command()
@click.option("--batch", "batches", type=click.IntRange(1, 500), multiple=True, default=(10, 50))
@click.option("--submissions", default=8000, show_default=True, help="In each burst.")
@click.option("--rate", default=300.0, show_default=True, help="Steady load, submissions a second.")
@click.option("--seconds", default=30.0, show_default=True, help="Of steady load; 0 for none.")
@click.option(
    "--stored",
    type=click.IntRange(0),
    multiple=True,
    default=(10_000, 1_000_000),
    help="Measure again with so many stored, least first. [default: 10000 and 1000000]",
)
@click.option("--tablets", type=click.IntRange(1, 5000), default=200, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def intake(as_json: bool, **wishes: Any) -> None:
    """Receiving and counting: rates, waiting, processor seconds, memory, growth."""
    report = _carried_out(lambda: intake_bench.carry_out(intake_bench.Wishes(**wishes), _say))
    judged = list(bars.bars(report))
    if as_json:
        _show({**report.as_json(), "bars": [asdict(bar) for bar in judged]})
        return
    peaks = "  ".join(f"{kind} {most:g}" for kind, most in report.megabytes.items())
    click.echo(f"peak MB of one process: {peaks}")
    for bar in judged:
        click.echo(bars.told(bar))


@main.command()
@click.option("--interviews", type=click.IntRange(1), default=40_000, show_default=True)
@click.option("--tablets", type=click.IntRange(1, 5000), default=200, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--bad-network", is_flag=True, help="Lose and repeat requests and answers.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def journey(as_json: bool, **wishes: Any) -> None:
    """Interviews from tablets to dataset, counted again by SQL and from the raw bytes.

    Ends with 1 if a promise is broken.
    """
    report = _carried_out(lambda: journey_bench.carry_out(journey_bench.Wishes(**wishes), _say))
    if as_json:
        _show(report.as_json())
    else:
        click.echo(f"seconds {report.seconds}\nCPU seconds {report.cpu}")
        click.echo("Every promise holds." if report.held else "A promise is BROKEN.")
    sys.exit(0 if report.held else 1)


@main.command()
@click.option("--submissions", type=click.IntRange(10), default=4000, show_default=True)
@click.option(
    "--stored",
    type=click.IntRange(0),
    multiple=True,
    default=(0, 1_000_000),
    help="Measure with so many stored, least first. [default: 0 and 1000000]",
)
@click.option(
    "--rounds", type=click.IntRange(1), default=3, show_default=True, help="The middle is judged."
)
@click.option("--connections", type=click.IntRange(1, 64), default=8, show_default=True)
@click.option("--tablets", type=click.IntRange(1, 5000), default=20, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def openrosa(as_json: bool, **wishes: Any) -> None:
    """Interviews one by one, as ODK Collect sends them; the same again; lists of forms."""
    report = _carried_out(lambda: singles_bench.carry_out(singles_bench.Wishes(**wishes), _say))
    judged = list(singles_bench.bars(report))
    if as_json:
        _show({**report.as_json(), "bars": [asdict(bar) for bar in judged]})
        return
    for bar in judged:
        click.echo(bars.told(bar))


@main.command()
@click.option(
    "--form",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=FORMS / "census_2024_long",
    help="Folder of a census form. [default: the long one]",
)
@click.option("--persons", type=click.IntRange(1, 12), default=4, show_default=True)
@click.option("--households", type=click.IntRange(1, 10_000), default=200, show_default=True)
@click.option("--seconds", type=click.FloatRange(0.1), default=5.0, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def logic(as_json: bool, **wishes: Any) -> None:
    """Running all rules and checks of a form again, on one core; and a profile of it."""
    report = _carried_out(lambda: logic_bench.carry_out(logic_bench.Wishes(**wishes), _say))
    judged = list(logic_bench.bars(report))
    if as_json:
        _show({**report.as_json(), "bars": [asdict(bar) for bar in judged]})
        return
    for name, value in report.as_json().items():
        if name != "profile":
            click.echo(f"{name.replace('_', ' '):28} {value}")
    click.echo("\n".join(report.profile))
    for bar in judged:
        click.echo(bars.told(bar))


@main.command()
@click.option("--devices", type=click.IntRange(1, 50_000), default=10_000, show_default=True)
@click.option("--interviews", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--ramp", type=click.FloatRange(0), default=20.0, show_default=True, help="Seconds.")
@click.option("--nginx", is_flag=True, help="Behind nginx as in deploy/nginx.conf.")
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def storm(as_json: bool, **wishes: Any) -> None:
    """Thousands of tablets at once, each with its batch. Ends with 1 if a bar is missed."""
    report = _carried_out(lambda: storm_bench.carry_out(storm_bench.Wishes(**wishes), _say))
    _end(report.as_json(), list(storm_bench.bars(report)), as_json)


@main.command()
@click.option("--kbit", type=click.IntRange(8), default=512, show_default=True, help="A second.")
@click.option("--loss", type=click.IntRange(0, 90), default=30, show_default=True, help="Percent.")
@click.option(
    "--worse", type=click.IntRange(0), default=1, show_default=True, help="kbit/s; 0: no."
)
@click.option("--interviews", type=click.IntRange(3, 2000), default=200, show_default=True)
@click.option("--photos", type=click.IntRange(1, 50), default=4, show_default=True)
@click.option(
    "--photo",
    type=click.IntRange(5000, 5_000_000),
    default=300_000,
    show_default=True,
    help="Bytes.",
)
@click.option("--black-hole", type=float, default=70.0, show_default=True, help="Seconds.")
@click.option("--timeout", type=float, default=20.0, show_default=True, help="Seconds of silence.")
@click.option("--longest", type=float, default=1200.0, show_default=True, help="Seconds in all.")
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def thin(as_json: bool, **wishes: Any) -> None:
    """A tablet behind a line that is good, bad, thin, silent. Ends with 1 if a bar is missed."""
    report = _carried_out(lambda: thin_bench.carry_out(thin_bench.Wishes(**wishes), _say))
    _end(report.as_json(), list(thin_bench.bars(report)), as_json)


def _end(report: dict[str, object], judged: list[bars.Bar], as_json: bool) -> NoReturn:
    if as_json:
        _show({**report, "bars": [asdict(bar) for bar in judged]})
    else:
        for name, value in report.items():
            click.echo(f"{name.replace('_', ' '):24} {value}")
        for bar in judged:
            click.echo(bars.told(bar))
    sys.exit(0 if all(bar.met for bar in judged) else 1)


def _carried_out(bench: Callable[[], Any]) -> Any:
    try:
        return bench()
    except (BenchFailed, CannotStart) as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)


def _show(data: dict[str, object]) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, default=str))


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """So that what was started is stopped, and the folder goes."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
