"""Simulated tablets, for demonstrations, tests and load: they speak HTTP and nothing else."""

import csv
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import TypeVar

import click

from survey_server.commands import fail, json_option, settings_of_environment, show
from survey_server.commands.demo.killing import running
from survey_server.commands.demo.rehearsing import SURVEY, prepared
from survey_server.simulator.campaign import Campaign, Summary, Wishes
from survey_server.simulator.fleet import Device
from survey_server.simulator.network import BAD, CALM
from survey_server.simulator.planning import Shares
from survey_server.simulator.truth import Ledger
from survey_server.store.base import engine

Command = TypeVar("Command", bound=Callable[..., object])
SHARE = click.FloatRange(0, 1)
TABLETS_MADE = 20
HOUSEHOLDS_MADE = 600
# Enough for any rehearsal on one machine; every listing holds so many households at least.
MOST_EAS = 5000
MOST_IN_AN_EA = 60


def share_option(name: str, default: float, of: str) -> Callable[[Command], Command]:
    return click.option(name, type=SHARE, default=default, show_default=True, help=of)


@click.command()
@click.option(
    "--url", envvar="SURVEY_URL", help="Of the server; that of the run here, if not told."
)
@click.option(
    "--devices",
    "devices_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="SURVEY_DEVICES",
    help="CSV with device_id and secret, as the import of devices prints it. Without it, a"
    " training survey gets a commune for the occasion, with so many tablets and households.",
)
@click.option(
    "--tablets",
    type=click.IntRange(1),
    help="So many of the devices; all of them, or 20 where they are made, if not told.",
)
@click.option(
    "--households", type=click.IntRange(0), help="How many to visit; all on the lists, if not told."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--live", is_flag=True, help="A trickle that goes on until it is stopped.")
@click.option("--rate", default=30.0, show_default=True, help="Live: visits a minute, over all.")
@share_option("--errors", 0.05, "Share of interviews with planted mistakes.")
@share_option("--duplicates", 0.01, "Share of households told under a second unit.")
@share_option("--doubles", 0.005, "Share of units interviewed twice.")
@share_option("--edits", 0.03, "Share of interviews sent again, changed.")
@share_option("--not-interviewed", 0.06, "Share of visits with another result.")
@click.option("--bad-network", is_flag=True, help="Lose and repeat requests and answers.")
@click.option("--days", default=1.0, show_default=True, help="The visits were made over so long.")
@click.option("--threads", type=click.IntRange(1, 1000), default=32, show_default=True)
@click.option("--most-seconds", default=3600.0, show_default=True, help="Give up after so long.")
@click.option("--truth", type=click.Path(dir_okay=False, path_type=Path), help="Ledger to write.")
@click.option(
    "--stores",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder in which tablets remember their work; in memory, if not told.",
)
@json_option
def simulate(
    url: str | None, devices_file: Path | None, tablets: int | None, households: int | None,
    seed: int, live: bool, rate: float, errors: float, duplicates: float, doubles: float,
    edits: float, not_interviewed: float, bad_network: bool, days: float, threads: int,
    most_seconds: float, truth: Path | None, stores: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Simulates tablets that interview households and sync over HTTP."""
    devices = (
        _devices(devices_file, tablets)
        if devices_file
        else _made(tablets or TABLETS_MADE, households or HOUSEHOLDS_MADE)
    )
    wishes = Wishes(
        url=url or _address(),
        households=households,
        seed=seed,
        shares=Shares(errors, duplicates, doubles, edits, not_interviewed),
        weather=BAD if bad_network else CALM,
        days=days,
        threads=threads,
        most_seconds=most_seconds,
        stores=stores,
    )
    opened = truth.open("a", encoding="utf-8") if truth else nullcontext(None)
    with opened as ledger:
        campaign = Campaign(devices, wishes, Ledger(ledger), _say)
        if live:
            _live(campaign, rate)
            return
        summary = campaign.burst()
        campaign.close()
    show(summary.as_json(), as_json, _sentences(summary))
    if summary.pending or summary.set_aside or summary.stopped:
        sys.exit(1)


def _live(campaign: Campaign, rate: float) -> None:
    try:
        campaign.live(rate)
    except KeyboardInterrupt:
        _say("Stopped.")
    finally:
        campaign.close()


def _devices(file: Path, most: int | None) -> list[Device]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        if not {"device_id", "secret"} <= set(rows.fieldnames or ()):
            fail(f"{file} has no columns device_id and secret.")
        devices = [Device(row["device_id"], row["secret"]) for row in rows if row["secret"]]
    if not devices:
        fail(f"{file} has no device with a secret.")
    if most is not None and most > len(devices):
        fail(f"{file} has {len(devices)} devices, not {most}.")
    return devices[:most]


def _made(tablets: int, households: int) -> list[Device]:
    """Tablets of a training survey, whose lists hold all the households that are wanted."""
    eas = max(tablets, ceil(households / MOST_IN_AN_EA))
    if eas > MOST_EAS:
        fail(f"At most {MOST_EAS} tablets and {MOST_EAS * MOST_IN_AN_EA:,} households at once.")
    owner = engine(settings_of_environment().owner_database_url, pool_size=1)
    each = max(1, ceil(households / eas))
    devices = prepared(owner, datetime.now(UTC), eas, tablets, each)[2]
    owner.dispose()
    _say(f"{tablets} tablets were enrolled in the training survey {SURVEY}.")
    return devices


def _address() -> str:
    found = running(settings_of_environment().data_folder)
    return found.address if found else "http://127.0.0.1:8080"


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


def _sentences(summary: Summary) -> str:
    planted = ", ".join(f"{count:,} {name}" for name, count in summary.planted.items() if count)
    outcomes = ", ".join(f"{count:,} {name}" for name, count in sorted(summary.outcomes.items()))
    answers = ", ".join(f"{name}: {count:,}" for name, count in sorted(summary.answers.items()))
    cost = 1000 * summary.cpu_seconds.get("sending", 0.0) / max(1, summary.acknowledged)
    return "\n".join(
        (
            f"{summary.tablets:,} tablets, {summary.interviews:,} interviews,"
            f" {summary.records:,} records ({planted}).",
            f"Acknowledged {summary.acknowledged:,} ({outcomes}), pending {summary.pending:,},"
            f" set aside {summary.set_aside:,}, tablets stopped {summary.stopped or 'none'}.",
            f"{summary.batches:,} uploads in {summary.seconds.get('sending', 0)} s,"
            f" {summary.acknowledged_per_second:,} acknowledged a second;"
            f" upload seconds {summary.upload_seconds}; answers {answers}.",
            f"Own CPU while sending: {cost:.3f} s per 1,000.",
        )
    )


COMMANDS = (simulate,)
