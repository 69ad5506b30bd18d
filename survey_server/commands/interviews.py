"""Interviews: derive everything again."""

from dataclasses import asdict
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from survey_server.commands import (
    database_session,
    fail,
    json_option,
    settings_of_environment,
    show,
)
from survey_server.domain.interviews import UNKNOWN_SCOPE, unknown_ea
from survey_server.problems import SurveyRetired
from survey_server.services.interviews.rebuilding import Difference, rebuild as rebuild_area
from survey_server.store import frame
from survey_server.store.base import engine


@click.command()
@click.option("--survey", help="Code of the survey; all of them, if not told.")
@json_option
def rebuild(survey: str | None, as_json: bool) -> None:
    """Derives interviews, findings, matches and coverage again, and reports what differs."""
    places = _places(survey)
    owner = engine(settings_of_environment().owner_database_url, pool_size=1)
    found: list[Difference] = []
    for number, (code, scope) in enumerate(places, 1):
        click.echo(f"Rebuilding area {number} of {len(places)}", err=True)
        with Session(owner) as session, session.begin():
            found += _rebuilt(session, code, scope)
    owner.dispose()
    sentence = "No differences." if not found else "\n".join(_told(one) for one in found)
    show({"differences": [asdict(one) for one in found]}, as_json, sentence)


def _places(survey: str | None) -> list[tuple[str, int]]:
    """Survey and area of comparison, of everything that is to be rebuilt."""
    with database_session() as session:
        surveys = [one for one in frame.surveys(session) if survey in (None, one.code)]
        if survey and not surveys:
            fail(f"There is no survey {survey}.")
        if survey and surveys[0].state == "retired":
            fail(SurveyRetired.title_en)
        surveys = [one for one in surveys if one.state != "retired"]
        return [
            (one.code, scope)
            for one in surveys
            for scope in (UNKNOWN_SCOPE, *frame.all_scopes(session, one.id))
        ]


def _rebuilt(session: Session, survey: str, scope: int) -> list[Difference]:
    known = frame.survey_by_code(session, survey)
    if known is None:
        return []
    eas = frame.eas_in(session, known.id, scope) if scope else [unknown_ea(known.id)]
    return rebuild_area(session, known.id, eas, scope, datetime.now(UTC))


def _told(one: Difference) -> str:
    return f"{one.table}: {one.added} rows are new, {one.gone} are gone."


COMMANDS = (rebuild,)
