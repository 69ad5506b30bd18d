"""Releases: write a dataset into a folder."""

from datetime import UTC, datetime
from pathlib import Path

import click

from survey_server.commands import database_session, fail, json_option, show
from survey_server.services.releases import make_dataset
from survey_server.store import frame


@click.command()
@click.option("--survey", required=True, help="Code of the survey.")
@click.option("--area", help="Code of an area; without it, the whole survey.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new folder.")
@json_option
def export(survey: str, area: str | None, out: Path, as_json: bool) -> None:
    """Writes every interview that counts, once, as CSV tables with a codebook."""
    if out.exists() and any(out.iterdir()):
        fail(f"{out} is not empty. Name a new folder.")
    if out.exists():
        out.rmdir()
    with database_session() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        known = frame.survey_by_code(session, survey)
        if known is None:
            fail(f"There is no survey {survey}.")
        top = (
            frame.area_by_code(session, known.id, area)
            if area
            else frame.tops(session, known.id)[0]
        )
        if top is None:
            fail(f"There is no area {area} in {survey}.")
        counts = make_dataset(session, known.id, top.id, known.levels, out, datetime.now(UTC))
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    show({"out": str(out), "tables": counts}, as_json, f"{out}: {told}")


COMMANDS = (export,)
