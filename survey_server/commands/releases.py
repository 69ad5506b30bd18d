"""Releases: write a dataset into a folder."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from survey_server.commands import database_session, fail, json_option, show
from survey_server.problems import AuditUnavailable
from survey_server.services import audit
from survey_server.services.audit import Data, Entry
from survey_server.services.audit.fingerprints import fingerprint_of
from survey_server.services.releases import make_dataset
from survey_server.store import frame
from survey_server.store.frame import Area, Survey
from survey_server.store.releases import Wish


@click.command()
@click.option("--survey", required=True, help="Code of the survey.")
@click.option("--area", help="Code of an area; without it, the whole survey.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new folder."
)
@click.option(
    "--identified",
    is_flag=True,
    help="With names, addresses, telephones, places and numbers of households.",
)
@json_option
def export(survey: str, area: str | None, out: Path, identified: bool, as_json: bool) -> None:
    """Writes every interview that counts, once, as CSV tables with a codebook.

    What tells who somebody is or where they live is left out, by the roles of the forms.
    """
    if out.exists() and any(out.iterdir()):
        fail(f"{out} is not empty. Name a new folder.")
    if out.exists():
        out.rmdir()
    with database_session() as session, _writing(out):
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        known = frame.survey_by_code(session, survey) or fail(f"There is no survey {survey}.")
        top = _top(session, known, area)
        wish = Wish(known.id, top.id, identified)
        counts = make_dataset(session, wish, known.levels, out, datetime.now(UTC))
        entry: Data = {"identified": int(identified), "rows": sum(counts.values())}
        _note(known.code, top.code, entry, out)
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    show({"out": str(out), "tables": counts}, as_json, f"{out}: {told}")


def _note(survey: str, area: str, told: Data, out: Path) -> None:
    """No dataset leaves that is not on the trail."""
    told = {**told, "files_sha256": fingerprint_of(out)}
    try:
        audit.note(Entry("exported", survey, object=f"area:{area}", data=told))
    except AuditUnavailable:
        shutil.rmtree(out)
        raise


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        fail(f"{out} could not be written: {failure.strerror}.")


def _top(session: Session, survey: Survey, code: str | None) -> Area:
    if code:
        area = frame.area_by_code(session, survey.id, code)
        return area or fail(f"There is no area {code} in {survey.code}.")
    tops = frame.tops(session, survey.id)
    return tops[0] if tops else fail(f"{survey.code} has no areas yet. Import them first.")


COMMANDS = (export,)
