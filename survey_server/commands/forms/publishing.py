"""Putting up a form: published, or as a draft to be tried out."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from survey_server.commands import database_session, fail, json_option, show
from survey_server.commands.forms.compiling import (
    compiled_or_fail,
    files_options,
    form_argument,
    language_option,
    refuse,
)
from survey_server.domain.forms import CompiledForm, FormInvalid
from survey_server.services import forms as services
from survey_server.services.forms import PutUp
from survey_server.store.frame import survey_by_code

Act = Callable[[Session, str, CompiledForm, datetime], PutUp]

survey_option = click.option("--survey", required=True, help="Code of the survey.")


@click.command()
@form_argument
@survey_option
@files_options
@language_option
@json_option
def publish(form: Path, survey: str, **options: Any) -> None:
    """Publishes FORM, a folder of sheets or a file (.xlsx, .csv, .md, .xml).

    Its version is named by its content, unless the form names one, and never changes.
    """
    compiled = _compiled(form, options)
    done = _put_up(form, survey, compiled, services.publish, options)
    what = "published" if done.new else "was published before"
    _tell(done, options, f"{done.form_id} {done.version} {what}.")


@click.command()
@form_argument
@survey_option
@files_options
@language_option
@json_option
def draft(form: Path, survey: str, **options: Any) -> None:
    """Puts FORM up as a draft: what is told in it is received, shown as trials, never counted.

    An earlier draft of the form is withdrawn.
    """
    compiled = _compiled(form, options)
    done = _put_up(form, survey, compiled, services.draft, options)
    what = "is a draft now" if done.new else "was a draft before"
    if done.state == "published":
        what = "is published already, so it is no draft"
    _tell(done, options, f"{done.form_id} {done.version} {what}.")


def _compiled(form: Path, options: dict[str, Any]) -> CompiledForm:
    return compiled_or_fail(
        form, options["media"], options["checks"], options["language"], options["as_json"]
    )


def _put_up(
    form: Path, survey: str, compiled: CompiledForm, act: Act, options: dict[str, Any]
) -> PutUp:
    try:
        with database_session() as session:
            require_survey(session, survey)
            done = act(session, survey, compiled, datetime.now(UTC))
    except FormInvalid as invalid:
        refuse(form, invalid.problems, options["language"], options["as_json"])
    return done


def require_survey(session: Session, survey: str) -> None:
    if survey_by_code(session, survey) is None:
        fail(f"There is no survey {survey}. Add it first: survey-server surveys add FILE")


def _tell(done: PutUp, options: dict[str, Any], sentence: str) -> None:
    told = {"form_id": done.form_id, "version": done.version, "new": done.new, "state": done.state}
    show(told, options["as_json"], sentence)
