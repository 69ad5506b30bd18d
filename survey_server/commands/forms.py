"""Forms: publish a questionnaire."""

from datetime import UTC, datetime
from pathlib import Path

import click

from survey_server.commands import database_session, fail, json_option, show
from survey_server.domain.forms import CompiledForm, FormInvalid, compile_folder
from survey_server.services.forms import publish as publish_form
from survey_server.store.frame import survey_by_code


@click.group()
def forms() -> None:
    """Questionnaires."""


@forms.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--survey", required=True, help="Code of the survey.")
@json_option
def publish(folder: Path, survey: str, as_json: bool) -> None:
    """Compiles the sheets in FOLDER and publishes them as a version named by their content."""
    compiled = compiled_or_fail(folder)
    with database_session() as session:
        if survey_by_code(session, survey) is None:
            fail(f"There is no survey {survey}. Add it first: survey-server surveys add FILE")
        done = publish_form(session, survey, compiled, datetime.now(UTC))
    what = "published" if done.new else "was published before"
    show(
        {"form_id": done.form_id, "version": done.version, "new": done.new},
        as_json,
        f"{done.form_id} {done.version} {what}.",
    )


def compiled_or_fail(folder: Path) -> CompiledForm:
    try:
        return compile_folder(folder)
    except FormInvalid as invalid:
        fail(f"{folder.name}: {invalid}")


COMMANDS = (forms,)
