"""Retention: the end of a survey's data, by two persons."""

from dataclasses import dataclass
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
from survey_server.problems import Problem, SecondFactorNeeded
from survey_server.services import people, retention as services
from survey_server.services.keyring import NoSuchKey
from survey_server.services.people import Attempt, Door, SignedIn, seal_of
from survey_server.store import frame, people as stored_people, retention as stored
from survey_server.store.frame import Survey

_SENTENCES = {
    "open": "Withdrawn. Nothing was destroyed.",
    "asked": "Asked. Nothing was destroyed: another administrator has to confirm within 7 days.",
    "done": "Destroyed. Figures stay. The bytes of deleted rows go for good with VACUUM FULL"
    " person_identities, persons, unit_identities, findings, interviews, batch_bodies, when nobody"
    " works. Backups of the database still hold names and addresses, and backups of the keys open"
    " bodies: destroy both.",
}
_WHAT = {
    "uploads": "uploads can never be read again",
    "submissions": "submissions were in them",
    "not_worked_through": "uploads among them were not worked through, and never will be",
    "in_quarantine": "submissions in quarantine, which nobody can look into afterwards",
    "files": "photos and other files of interviews are deleted",
    "names_of_persons": "members of households are deleted",
    "addresses_of_units": "addresses of households are deleted",
    "tablets": "tablets are shut out; they keep what they have not sent yet",
    "keys": "keys are destroyed",
    "datasets": "files of datasets on this server are deleted",
}


@click.command()
@click.argument("survey")
@click.option(
    "--as", "username", help="An administrator of the whole survey; the password is asked."
)
@click.option("--reason", help="Why; kept for ever.")
@click.option("--confirm", is_flag=True, help="As somebody else than who asked, within 7 days.")
@click.option("--withdraw", is_flag=True, help="Takes back what was asked and not confirmed.")
@json_option
def retire(
    survey: str,
    username: str | None,
    reason: str | None,
    confirm: bool,
    withdraw: bool,
    as_json: bool,
) -> None:
    """Destroys the keys, names and addresses of SURVEY for ever; figures stay.

    One administrator asks, with --as and --reason; another one confirms. A confirmed end that was
    cut off goes on when this is run again.
    """
    with database_session() as session:
        state = services.standing(session, _survey(session, survey).id, _now()).state
    if state in ("open", "asked"):
        person = _signed_in(survey, username or fail("Say who you are: --as USER."))
        if withdraw:
            _withdraw(survey, person)
        elif confirm:
            _confirm(survey, person)
        else:
            _ask(survey, person, reason or fail("Say why: --reason TEXT."))
    with database_session() as session:
        state = services.standing(session, _survey(session, survey).id, _now()).state
    if state == "begun":
        _destroy(survey)
        state = "done"
    show({"state": state}, as_json, _SENTENCES[state])


def _ask(survey: str, person: int, reason: str) -> None:
    _warn(survey)
    with database_session() as session:
        services.ask(session, _survey(session, survey), person, reason, _now())


def _withdraw(survey: str, person: int) -> None:
    with database_session() as session:
        services.withdraw(session, _survey(session, survey), person, _now())


def _confirm(survey: str, person: int) -> None:
    """Whoever asked is told so before they type anything."""
    with database_session() as session:
        services.require_confirmable(session, _survey(session, survey).id, person, _now())
    _warn(survey)
    with database_session() as session:
        services.confirm(session, _survey(session, survey), person, _now())


def _warn(survey: str) -> None:
    with database_session() as session:
        counts = stored.counts_of(session, _survey(session, survey).id)
    click.echo(f"This is the end of {survey}. It cannot be taken back, by nobody:", err=True)
    for name, words in _WHAT.items():
        click.echo(f"{counts[name]:12,} {words}", err=True)
    if click.prompt("Type the survey's code to go on", err=True) != survey:
        fail("That is another code. Nothing was done.")


def _destroy(survey: str) -> None:
    """Each step is a transaction of its own."""
    try:
        with database_session() as session:
            services.destroy_keys(session, _survey(session, survey))
    except NoSuchKey:
        fail("A key could not be destroyed. See why, and run the command again.")
    after: int | None = None
    while True:
        with database_session() as session:
            after = services.forget_people(session, _survey(session, survey), after)
        if after is None:
            break
    with database_session() as session:
        services.forget_words(session, _survey(session, survey))
    more = True
    while more:
        with database_session() as session:
            more = services.destroy_attachments(session, _survey(session, survey))
    data = settings_of_environment().data_folder
    with database_session() as session:
        services.destroy_files(session, _survey(session, survey), data)
    with database_session() as session:
        services.finish(session, _survey(session, survey), _now())


@dataclass(frozen=True, slots=True)
class _Credentials:
    username: str
    password: str
    code: str = ""


def _signed_in(survey: str, username: str) -> int:
    """The id of an administrator of the whole survey. Ends with a sentence for anybody else."""
    password = click.prompt("Password", hide_input=True, err=True)
    found = _tried(survey, _Credentials(username, password))
    if isinstance(found, SecondFactorNeeded):
        code = click.prompt("Code of the authenticator app", err=True)
        found = _tried(survey, _Credentials(username, password, code))
    return fail(type(found).title_en) if isinstance(found, Problem) else found


def _tried(survey: str, given: _Credentials) -> int | Problem:
    """A failed attempt counts like one at the door of the pages."""
    settings = settings_of_environment()
    seal = seal_of(settings.second_factor_key_file)
    door = Door(seal, settings.second_factor == "required", settings.address_failures)
    with database_session() as session:
        attempt = Attempt(given.username, given.password, given.code, client="survey-server retire")
        found = people.sign_in(session, door, attempt, _now())
        if not isinstance(found, SignedIn):
            return found
        viewer = stored_people.viewer_of(session, found.token, _now())
        people.sign_out(session, found.token)
        known = _survey(session, survey)
        tops = {area.id for area in frame.tops(session, known.id)}
        own = set(viewer.areas_in(survey, ("administrator",))) if viewer else set()
        if not tops or not tops <= own:
            fail(f"{given.username} is no administrator of the whole survey {survey}.")
        return found.person


def _survey(session: Session, code: str) -> Survey:
    return frame.survey_by_code(session, code) or fail(f"There is no survey {code}.")


def _now() -> datetime:
    return datetime.now(UTC)


COMMANDS = (retire,)
