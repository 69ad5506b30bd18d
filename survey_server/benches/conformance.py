"""The command line of the conformance run: a file of cases in, differences and the rate out."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from survey_server.domain.logic.conformance import Result, run_case

LEAST_RATE = 0.99


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The result of every case, as JSON.")
def main(file: Path, as_json: bool) -> None:
    """Runs the expressions of FILE, a JSON file of reference cases.

    Ends with 1 if fewer than 99 % of the cases that expect a value agree.
    """
    try:
        told = json.loads(file.read_bytes())
        cases, documents = told["cases"], told.get("documents", {})
    except (ValueError, KeyError, TypeError):
        raise click.ClickException(f"{file} is no file of cases.") from None
    now = datetime.now(UTC)
    results = [run_case(case, documents, now) for case in cases]
    judged = [result for result in results if result.agrees is not None]
    agreeing = sum(result.agrees is True for result in judged)
    if as_json:
        told = {"cases": len(results), "judged": len(judged), "agreeing": agreeing}
        results_told = [result.as_json() for result in results]
        click.echo(json.dumps({**told, "results": results_told}, ensure_ascii=False))
    else:
        _print(results, judged, agreeing)
    sys.exit(0 if agreeing >= LEAST_RATE * len(judged) else 1)


def _print(results: list[Result], judged: list[Result], agreeing: int) -> None:
    for result in judged:
        if not result.agrees:
            found = f"error: {result.error}" if result.error else _shown(result.value)
            click.echo(f"{result.id}  {result.expression}")
            click.echo(f"    expected {_shown(result.expected)}, found {found}")
    rate = f" ({agreeing / len(judged):.2%})" if judged else ""
    click.echo(f"{agreeing} of {len(judged)} cases agree{rate}; {len(results)} were run.")


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
