"""Quarantine, for operators: what lies there, trying it again, setting it aside."""

import uuid
from dataclasses import asdict
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from survey_server.commands import database_session, fail, json_option, show
from survey_server.domain.quarantine import CODES
from survey_server.services import quarantine as services
from survey_server.services.quarantine import MOST_REPLAYED, About, Hand
from survey_server.store import frame, people, quarantine as stored
from survey_server.store.quarantine import Lying, Wanted

MOST = 1000
in_survey = click.option("--survey", required=True, help="Code of the survey.")
by_whom = click.option("--as", "username", required=True, help="Who decides it.")


@click.group()
def quarantine() -> None:
    """Submissions that were received and could not be understood."""


@quarantine.command("list")
@in_survey
@click.option("--code", type=click.Choice(CODES), default=None)
@click.option("--state", type=click.Choice(["waiting", "set_aside"]), default="waiting")
@json_option
def list_quarantine(survey: str, code: str | None, state: str, as_json: bool) -> None:
    """The newest 1,000, with why; no answers and no names."""
    with database_session(bodies=False) as session:
        by = _hand(session, survey)
        wanted = Wanted(by.survey, by.areas, state, code or "", most=MOST)
        found = stored.lying(session, wanted)
    rows = [asdict(one) | {"person": None} for one in found]
    told = "\n".join(_told(one) for one in found) or "Nothing lies there."
    show({"quarantine": rows}, as_json, told)


@quarantine.command("replay")
@in_survey
@click.argument("instances", nargs=-1, type=click.UUID)
@click.option("--code", type=click.Choice(CODES), help="All of a code, the oldest 5,000.")
@by_whom
@json_option
def replay(
    survey: str,
    instances: tuple[uuid.UUID, ...],
    code: str | None,
    username: str,
    as_json: bool,
) -> None:
    """Has submissions tried again; workers do it within seconds."""
    if bool(instances) == bool(code):
        fail("Name submissions, or a code with --code.")
    now = datetime.now(UTC)
    with database_session() as session:
        by = _hand(session, survey, username)
        for one in instances:
            services.replay(session, by, About(one), None, now)
        asked = len(instances)
        if code:
            wanted = Wanted(by.survey, by.areas, code=code, most=MOST_REPLAYED)
            asked = services.replay_all(session, by, wanted, now)
    show({"asked": asked}, as_json, f"{asked} are tried again.")


@quarantine.command("set-aside")
@in_survey
@click.argument("instance", type=click.UUID)
@by_whom
@click.option("--reason", required=True, help="Why, for whoever reads this later.")
@json_option
def set_aside(survey: str, instance: uuid.UUID, username: str, reason: str, as_json: bool) -> None:
    """Nobody tries it again until somebody takes it back; it is kept."""
    with database_session() as session:
        by = _hand(session, survey, username)
        services.set_aside(session, by, About(instance), reason[:300], datetime.now(UTC))
    show({"instance_id": str(instance), "state": "set_aside"}, as_json, "It was set aside.")


def _hand(session: Session, code: str, username: str | None = None) -> Hand:
    """An operator reaches everything of a survey, and sees no answers."""
    survey = frame.survey_by_code(session, code)
    if survey is None:
        fail(f"There is no survey {code}.")
    person = 0
    if username is not None:
        name = username.strip().lower()
        person = people.ids_of(session, [name]).get(name) or fail(
            f"There is no account {username}."
        )
    return Hand(survey.id, code, sorted(frame.top_ids(session, survey.id)), [], person)


def _told(one: Lying) -> str:
    place = one.unit or one.claimed_unit or "unknown unit"
    form = f"{one.form_id} {one.form_version}"
    return f"{one.instance_id}  {one.since:%Y-%m-%d %H:%M}  {one.code}  {place}  {form}"


COMMANDS = (quarantine,)
