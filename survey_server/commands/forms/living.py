"""What becomes of a form that is up: the list, closing and opening again, withdrawing drafts."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from survey_server.commands import database_session, fail, json_option, show
from survey_server.commands.forms.publishing import require_survey, survey_option
from survey_server.services import forms as services
from survey_server.store import forms
from survey_server.store.frame import survey_by_code

form_id_argument = click.argument("form_id", metavar="FORM")


@click.command("list")
@survey_option
@json_option
def list_forms(survey: str, as_json: bool) -> None:
    """The versions of a survey's forms, drafts too, the newest of each form first."""
    with database_session() as session:
        require_survey(session, survey)
        found = forms.versions(session, forms.Seen([survey], [survey]))
    if as_json:
        rows = [asdict(one) for one in found]
        click.echo(json.dumps({"forms": rows}, ensure_ascii=False, default=str))
        return
    for one in found:
        mark = "latest" if one.latest else ""
        day = one.published_at.strftime("%Y-%m-%d %H:%M")
        click.echo(f"{one.form_id:32} {one.version:14} {one.state:8} {day} {mark}".rstrip())


@click.command()
@form_id_argument
@survey_option
@json_option
def close(form_id: str, survey: str, as_json: bool) -> None:
    """Gives out no new work in FORM. What comes in is received and counted for ever."""
    with database_session() as session:
        _require_form(session, survey, form_id)
        changed = services.close(session, survey, form_id, datetime.now(UTC))
    sentence = f"{form_id} {'is closed' if changed else 'was closed before'}."
    show({"form_id": form_id, "state": "closed", "changed": changed}, as_json, sentence)


@click.command()
@form_id_argument
@survey_option
@json_option
def reopen(form_id: str, survey: str, as_json: bool) -> None:
    """Gives out work in FORM again."""
    with database_session() as session:
        _require_form(session, survey, form_id)
        changed = services.reopen(session, survey, form_id, datetime.now(UTC))
    sentence = f"{form_id} {'is open again' if changed else 'was open'}."
    show({"form_id": form_id, "state": "open", "changed": changed}, as_json, sentence)


@click.command("discard-draft")
@form_id_argument
@survey_option
@json_option
def discard_draft(form_id: str, survey: str, as_json: bool) -> None:
    """Withdraws the draft of FORM. The trials that were told in it are kept."""
    with database_session() as session:
        _require_form(session, survey, form_id)
        gone = services.discard_drafts(session, survey, form_id, datetime.now(UTC))
    sentence = f"{form_id} {gone[0]} is withdrawn." if gone else f"{form_id} has no draft."
    show({"form_id": form_id, "withdrawn": gone}, as_json, sentence)


@click.command("count-trials")
@form_id_argument
@click.argument("version")
@survey_option
@click.option("--reason", required=True, help="Why; it goes into the trail, so name nobody.")
@json_option
def count_trials(form_id: str, version: str, survey: str, reason: str, as_json: bool) -> None:
    """Counts what was told in VERSION of FORM while it was a draft: real interviews, by mistake.

    Publish the version first. This cannot be taken back."""
    with database_session() as session:
        _require_form(session, survey, form_id)
        published = [
            one.version
            for one in forms.versions(session, forms.Seen([survey]))
            if one.form_id == form_id
        ]
        if version not in published:
            fail(f"{form_id} {version} is not published. See: survey-server forms publish --help")
        counted = services.count_trials(
            session, survey, form_id, version, reason, datetime.now(UTC)
        )
    sentence = f"{counted} interviews are counted as soon as workers have read them."
    show({"form_id": form_id, "version": version, "counted": counted}, as_json, sentence)


def _require_form(session: Session, survey: str, form_id: str) -> None:
    require_survey(session, survey)
    found = survey_by_code(session, survey)
    if found is None or forms.form_by_id(session, found.id, form_id) is None:
        fail(f"There is no form {form_id} in {survey}. See: survey-server forms list --survey CODE")
