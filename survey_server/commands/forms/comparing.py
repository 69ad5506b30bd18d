"""What a new version of a form changes, before it is published."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from survey_server.commands import database_session, fail, json_option
from survey_server.commands.forms.compiling import compiled_or_fail, language_option
from survey_server.commands.forms.publishing import require_survey
from survey_server.domain.forms import FormDescription
from survey_server.domain.forms.comparing import differences, summary_of
from survey_server.store import forms
from survey_server.store.frame import survey_by_code


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--survey", help="Code of the survey that FORM@VERSION is in.")
@language_option
@json_option
def diff(old: str, new: str, survey: str | None, language: str, as_json: bool) -> None:
    """Says what NEW changes in OLD: what breaks answers first, then rules, then wording.

    Each is a folder of sheets, a file, or a version on the server, as FORM@VERSION.
    """
    before, after = (_description(one, survey, language) for one in (old, new))
    found = differences(before, after)
    if as_json:
        rows = [{**asdict(one), "message": _sentences(one.sentence)} for one in found]
        click.echo(json.dumps({"differences": rows}, ensure_ascii=False))
        return
    for one in found:
        click.echo(one.sentence(language))
    click.echo(summary_of(found, language))


def _sentences(sentence: Callable[[str], str]) -> dict[str, str]:
    return {language: sentence(language) for language in ("vi", "en")}


def _description(place: str, survey: str | None, language: str) -> FormDescription:
    path = Path(place)
    if path.exists():
        return compiled_or_fail(path, language=language).description
    form_id, at, version = place.partition("@")
    if not at:
        fail(f"There is no file or folder {place}, and it is no FORM@VERSION.")
    if survey is None:
        fail(f"Say which survey {place} is in: --survey CODE")
    return _on_server(survey, form_id, version)


def _on_server(survey: str, form_id: str, version: str) -> FormDescription:
    with database_session() as session:
        require_survey(session, survey)
        found = survey_by_code(session, survey)
        names = {(form_id, version)}
        ids = forms.version_ids(session, found.id, names) if found else {}
        if not ids:
            fail(f"{survey} has no {form_id} {version}. See: survey-server forms list")
        return forms.description_of_version(session, ids[form_id, version].id)
