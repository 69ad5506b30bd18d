"""Checking a form without a server: everything that is wrong with it, nothing stored."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from survey_server.commands import json_option
from survey_server.commands.forms.compiling import (
    compiled,
    files_options,
    form_argument,
    language_option,
    line_of,
    problems_as_json,
)
from survey_server.domain.forms import CompiledForm, FormInvalid
from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.spelled import count_of_questions


@click.command()
@form_argument
@files_options
@language_option
@json_option
def check(
    form: Path, media: Path | None, checks: Path | None, language: str, as_json: bool
) -> None:
    """Compiles FORM and lists what is wrong with it; ends with 1 if it cannot be published.

    Needs no database and stores nothing.
    """
    began = time.monotonic()
    found: Sequence[FormProblem]
    made: CompiledForm | None = None
    try:
        made = compiled(form, media, checks)
        found = made.problems
    except FormInvalid as invalid:
        found = invalid.problems
    told = _told(made, found, time.monotonic() - began)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(told, found, language)
    sys.exit(1 if made is None else 0)


def _told(
    made: CompiledForm | None, found: Sequence[FormProblem], seconds: float
) -> dict[str, Any]:
    told: dict[str, Any] = {"problems": problems_as_json(found), "seconds": round(seconds, 3)}
    if made is not None:
        questions = count_of_questions(made.description)
        told |= {"form_id": made.form_id, "version": made.version, "questions": questions}
    return told


def _print(told: dict[str, Any], found: Sequence[FormProblem], language: str) -> None:
    for problem in found:
        click.echo(line_of(problem, language))
    errors = sum(one.severity == "error" for one in found)
    counted = f"{errors} errors, {len(found) - errors} warnings." if found else "No problems."
    of = f" {told['questions']} questions," if "questions" in told else ""
    click.echo(f"{counted}{of} {told['seconds']:.1f} s.")
