"""The command line of trials."""

import json
import secrets
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from survey_server.faults import proving
from survey_server.faults.country import Country
from survey_server.faults.mutants import MUTANTS
from survey_server.faults.place import place
from survey_server.faults.staff import CannotTry
from survey_server.faults.trial import Report, Wishes, carry_out
from survey_server.local.refusals import CannotStart

SHOWN = 5
# A little more than anybody writes; who has visited all of them goes on with edits.
HOUSEHOLDS_A_SECOND = 0.8


@click.command()
@click.option("--tablets", type=click.IntRange(2, 2000), default=60, show_default=True)
@click.option("--seconds", type=click.FloatRange(1), default=20.0, show_default=True)
@click.option("--kills", type=click.IntRange(0), default=0, help="Go on until there were so many.")
@click.option("--seed", type=click.IntRange(0), help="To try again what another trial drew.")
@click.option("--mutants", is_flag=True, help="Try every planted fault instead: each is found.")
@click.option(
    "--mutant",
    "names",
    type=click.Choice(list(MUTANTS)),
    multiple=True,
    help="Try this planted fault instead; may be repeated.",
)
@click.option("--times", type=click.IntRange(1), default=1, help="How often each planted fault.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/faults"),
    show_default=True,
    help="Where history, stores and logs of a broken trial are left.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def main(
    tablets: int,
    seconds: float,
    kills: int,
    seed: int | None,
    mutants: bool,
    names: tuple[str, ...],
    times: int,
    keep: Path,
    as_json: bool,
) -> None:
    """Tries the server under faults; ends with 1 if a promise was broken, or a mutant not found."""
    signal.signal(signal.SIGTERM, _leave)
    drawn = secrets.randbelow(1_000_000) if seed is None else seed
    say(f"seed {drawn}")
    try:
        if mutants or names:
            sys.exit(_prove(drawn, (names or tuple(MUTANTS)) * times, as_json))
        households = min(999, max(20, round(seconds * HOUSEHOLDS_A_SECOND)))
        with place(Country(tablets, households)) as servers:
            report = carry_out(servers, Wishes(drawn, seconds, kills=kills, keep=keep), say)
    except (CannotTry, CannotStart) as refusal:
        say(str(refusal))
        sys.exit(2)
    _show(report, as_json)
    sys.exit(0 if report.held else 1)


def _prove(seed: int, names: tuple[str, ...], as_json: bool) -> int:
    proofs = proving.prove_all(seed, names, say)
    at_once = sum(one.good and one.trials == 1 for one in proofs)
    say(f"{at_once} of {len(proofs)} in the first trial (seed {seed})")
    if as_json:
        click.echo(json.dumps([one.as_json() for one in proofs]))
    return 0 if all(one.good for one in proofs) else 1


def _show(report: Report, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    click.echo(f"made {report.made:,}, stored {report.stored:,}, variants {report.variants:,}")
    for name in ("events", "kills", "errands", "network"):
        told = ", ".join(f"{what} {count:,}" for what, count in getattr(report, name).items())
        click.echo(f"{name}: {told}")
    for name, cases in report.violations.items():
        click.echo(f"BROKEN {name}: {len(cases)}")
        for case in cases[:SHOWN]:
            click.echo(f"  {case}")
    if report.held:
        click.echo(f"Every promise holds (seed {report.seed}).")
    else:
        click.echo(f"A promise is BROKEN (seed {report.seed}): see {report.kept_in}")


def say(sentence: str) -> None:
    click.echo(sentence, err=True)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """So that what was started is stopped, and the folder goes."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
