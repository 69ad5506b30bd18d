"""Rules: what they are, changing one centrally, and running them again over what is there."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from survey_server.commands import (
    database_session,
    fail,
    json_option,
    settings_of_environment,
    show,
)
from survey_server.domain.rules.changes import ACTIONS
from survey_server.problems import SurveyRetired
from survey_server.services import audit, rules as services
from survey_server.services.audit import Entry
from survey_server.services.rules import Progress
from survey_server.store.base import engine
from survey_server.store.frame import is_retired, survey_by_code

survey_option = click.option("--survey", required=True, help="Code of the survey.")


@click.group()
def rules() -> None:
    """What interviews are judged by."""


@rules.command("list")
@survey_option
@json_option
def list_rules(survey: str, as_json: bool) -> None:
    """The checks of the survey's forms as they stand."""
    with database_session() as session:
        found, _ = services.rules_now(session, id_of(session, survey))
    lines = [
        f"{one.form_id:28} {one.check.id:12} {one.severity or 'off':8}"
        f"{' changed' if one.changed else ''}  {one.check.messages.get('en', '')}"
        for one in found
    ]
    rows = [
        {"form_id": one.form_id, "rule": one.check.id, "severity": one.severity} for one in found
    ]
    show({"rules": rows}, as_json, "\n".join(lines) or "No form of this survey has checks.")


@rules.command()
@click.argument("rule")
@click.argument("action", type=click.Choice(ACTIONS))
@survey_option
@click.option("--form", "form_id", default="", help="One form only.")
@click.option("--question", "path", default="", help="One question only: person/age.")
@click.option(
    "--check",
    "sheet",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A sheet of checks (CSV); the row of this rule is put in place of what the form has.",
)
@click.option("--reason", required=True, help="Why; kept with the change.")
@json_option
def change(
    rule: str,
    action: str,
    survey: str,
    form_id: str,
    path: str,
    sheet: Path | None,
    reason: str,
    as_json: bool,
) -> None:
    """Switches RULE off, makes it an error or a warning, or takes that back (as_written)."""
    row = _row_of(sheet, rule) if sheet else None
    asked = services.Asked(form_id, rule, action, path, row, reason)
    with database_session() as session:
        made = services.change_rule(session, id_of(session, survey), asked, datetime.now(UTC))
    show({"id": made}, as_json, f"{rule}: {action}, for what comes in from now on.")


def _row_of(sheet: Path, rule: str) -> dict[str, str]:
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("id") == rule]
    if not rows:
        fail(f"{sheet.name} has no check {rule}.")
    return {name: cell.strip() for name, cell in rows[0].items() if name and cell}


@click.command()
@survey_option
@json_option
def revalidate(survey: str, as_json: bool) -> None:
    """Runs the rules as they stand over all interviews; goes on where it was cut off."""
    with database_session() as session:
        number = id_of(session, survey)
        if is_retired(session, number):
            fail(SurveyRetired.title_en)
    owner = engine(settings_of_environment().owner_database_url, pool_size=1)
    audit.note(Entry("revalidated", survey))
    progress = Progress(0, 0, finished=False)
    while not progress.finished:
        with Session(owner) as session, session.begin():
            progress = services.revalidate_some(session, number, datetime.now(UTC))
        click.echo(f"{progress.done} of {progress.total} interviews", err=True)
    owner.dispose()
    show({"interviews": progress.done}, as_json, f"{progress.done} interviews judged again.")


def id_of(session: Session, survey: str) -> int:
    found = survey_by_code(session, survey)
    return found.id if found else fail(f"There is no survey {survey}.")


COMMANDS = (rules, revalidate)
