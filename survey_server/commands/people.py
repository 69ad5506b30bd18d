"""Accounts and programs' tokens by command: an operator is over everybody.

What a command shows of a secret it shows once. `people import` is with the frame's other files.
"""

from dataclasses import asdict
from datetime import UTC, date, datetime

import click
from sqlalchemy.orm import Session

from survey_server.commands import database_session, fail, json_option, show
from survey_server.commands.frame.importing import people
from survey_server.domain.audit.entries import LONGEST_VALUE
from survey_server.domain.people import ROLES
from survey_server.services import people as services
from survey_server.services.people import operating
from survey_server.store import frame, people as stored

day_option = click.DateTime(["%Y-%m-%d"])


@people.command("add")
@click.argument("username")
@click.option("--name", required=True)
@click.option("--survey", required=True, help="Code of the survey.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--area", required=True, help="Code of the area; everything below it is included.")
@click.option("--from", "valid_from", type=day_option, help="First day of the role.")
@click.option("--to", "valid_to", type=day_option, help="Last day of the role.")
@json_option
def add(
    username: str,
    name: str,
    survey: str,
    role: str,
    area: str,
    valid_from: datetime | None,
    valid_to: datetime | None,
    as_json: bool,
) -> None:
    """Opens an account and prints the token of a one-time link to its first password.

    For a user name that is known, it gives the role and prints no token.
    """
    days = stored.Days(_day(valid_from), _day(valid_to))
    new = services.NewAccount(username, name, services.Appointment(role, area, days))
    with database_session() as session:
        found = frame.survey_by_code(session, survey) or fail(f"There is no survey {survey}.")
        if frame.area_by_code(session, found.id, area) is None:
            fail(f"{survey} has no area {area}.")
        link = operating.open_account(session, found, new, datetime.now(UTC))
    told = {"username": username, "reset": asdict(link) if link else None}
    show(told, as_json, link.token if link else f"{username} has the role {role} now.")


@people.command("disable")
@click.argument("username")
@json_option
def disable(username: str, as_json: bool) -> None:
    """Ends somebody's sessions, tokens and tablets at once; tablets keep their data."""
    with database_session() as session:
        changed = operating.disable(session, _person(session, username), datetime.now(UTC))
    show({"username": username, "changed": changed}, as_json, f"{username} is disabled.")


@people.command("enable")
@click.argument("username")
@json_option
def enable(username: str, as_json: bool) -> None:
    """Lets somebody in again; their tablets sync again."""
    with database_session() as session:
        changed = operating.enable(session, _person(session, username))
    show({"username": username, "changed": changed}, as_json, f"{username} is enabled.")


@people.command("reset-link")
@click.argument("username")
@click.option("--second-factor", is_flag=True, help="The phone is lost too: it is set up anew.")
@json_option
def reset_link(username: str, second_factor: bool, as_json: bool) -> None:
    """Prints the token of a one-time link to a new password, good for 24 hours."""
    with database_session() as session:
        person = _person(session, username)
        link = services.make_reset(session, person, None, second_factor, datetime.now(UTC))
    show({"username": username, **asdict(link)}, as_json, link.token)


@people.command("reset-second-factors")
@click.option("--reason", required=True, help="For the audit trail: what happened to the key.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def reset_second_factors(reason: str, yes: bool, as_json: bool) -> None:
    """Removes everybody's second factor, where the file of their key is lost or known to others.

    Put another key in its place first, or move the file away so that the next start makes one, and
    start the server anew. Everybody is signed out, and sets a new one up at the next sign-in; until
    then a password alone opens that step, so tell people to sign in at once.
    """
    if not yes:
        click.confirm("Remove the second factor of everybody, and sign them out?", abort=True)
    with database_session() as session:
        count = operating.reset_second_factors(session, " ".join(reason.split())[:LONGEST_VALUE])
    show({"people": count}, as_json, f"{count} people set their second factor up anew.")


@click.group()
def tokens() -> None:
    """Tokens that programs act with in people's names."""


@tokens.command("list")
@json_option
def list_tokens(as_json: bool) -> None:
    """Everybody's, the newest first; of a token itself only the beginning is known."""
    with database_session() as session:
        found = stored.all_tokens(session)
    lines = [
        f"{one.id}  {one.prefix}…  {one.username}  {one.name}  {' '.join(one.scopes)}  "
        + (f"revoked {one.revoked_at:%F}" if one.revoked_at else f"until {one.expires_at:%F}")
        for one in found
    ]
    show({"tokens": [asdict(one) for one in found]}, as_json, "\n".join(lines) or "None.")


@tokens.command("revoke")
@click.argument("token_id", type=click.IntRange(1, 2**31 - 1))
@json_option
def revoke(token_id: int, as_json: bool) -> None:
    """Ends a token at once; its number is in `tokens list`."""
    with database_session() as session:
        if not operating.revoke_token(session, token_id, datetime.now(UTC)):
            fail(f"There is no token {token_id} that could be revoked.")
    show({"id": token_id}, as_json, f"Token {token_id} is revoked.")


def _person(session: Session, username: str) -> int:
    known = stored.ids_of(session, [username.strip().lower()])
    return next(iter(known.values()), None) or fail(f"There is no account {username}.")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


COMMANDS = (people, tokens)
