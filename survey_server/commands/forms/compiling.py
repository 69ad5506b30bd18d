"""From a file or folder to a compiled form; or to a list of everything that is wrong with it."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from survey_server.commands import fail
from survey_server.domain.forms import CompiledForm, FormInvalid, compile_file, compile_folder
from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.sheets import MAX_FILE_BYTES

Command = TypeVar("Command", bound=Callable[..., Any])

ROW = {"vi": "dòng", "en": "row"}
COLUMN = {"vi": "cột", "en": "column"}
WARNING = {"vi": "cảnh báo", "en": "warning"}

form_argument = click.argument("form", type=click.Path(exists=True, path_type=Path))
language_option = click.option(
    "--language", type=click.Choice(["vi", "en"]), default="en", help="Of problems; default: en."
)


def files_options(command: Command) -> Command:
    """What a form in one file has beside it; a folder holds everything."""
    media = click.option(
        "--media",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder with the files that the form reads, where FORM is a file.",
    )
    checks = click.option(
        "--checks",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="The sheet `checks` as CSV, where FORM is a file.",
    )
    return media(checks(command))


def compiled(form: Path, media: Path | None, checks: Path | None) -> CompiledForm:
    """Raises FormInvalid."""
    if form.is_dir():
        if media or checks:
            fail("--media and --checks are for a form in one file; a folder holds everything.")
        return compile_folder(form)
    files = [] if media is None else [one for one in sorted(media.iterdir()) if one.is_file()]
    return compile_file(
        form.name,
        _content(form),
        {one.name: _content(one) for one in files if not one.name.startswith((".", "~"))},
        None if checks is None else _content(checks),
    )


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            fail(f"{file}: is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB.")
        return file.read_bytes()
    except OSError as failure:
        fail(f"{file}: {failure.strerror}.")


def compiled_or_fail(
    form: Path,
    media: Path | None = None,
    checks: Path | None = None,
    language: str = "en",
    as_json: bool = False,
) -> CompiledForm:
    try:
        return compiled(form, media, checks)
    except FormInvalid as invalid:
        refuse(form, invalid.problems, language, as_json)


def refuse(form: Path, problems: Sequence[FormProblem], language: str, as_json: bool) -> NoReturn:
    """Every problem, on a line of its own."""
    if as_json:
        click.echo(json.dumps({"problems": problems_as_json(problems)}, ensure_ascii=False))
    else:
        click.echo(f"{form.name}:", err=True)
        for problem in problems:
            click.echo(line_of(problem, language), err=True)
    sys.exit(1)


def line_of(problem: FormProblem, language: str) -> str:
    """survey, row 12, column relevant (age): the sentence"""
    parts = [
        problem.sheet,
        f"{ROW[language]} {problem.row}" if problem.row else None,
        f"{COLUMN[language]} {problem.column}" if problem.column else None,
    ]
    place = ", ".join(part for part in parts if part)
    place += f" ({problem.question})" if problem.question else ""
    grave = f"{WARNING[language]}: " if problem.severity == "warning" else ""
    sentence = problem.messages.get(language) or problem.messages.get("en") or problem.code
    return f"{grave}{place.strip()}: {sentence}" if place else f"{grave}{sentence}"


def problems_as_json(problems: Sequence[FormProblem]) -> list[dict[str, Any]]:
    return [
        {
            "severity": one.severity,
            "code": one.code,
            "sheet": one.sheet,
            "row": one.row,
            "column": one.column,
            "question": one.question,
            "message": dict(one.messages),
        }
        for one in problems
    ]
