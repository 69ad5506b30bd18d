"""Keys: which there are, a new one, whether every body can be opened."""

from dataclasses import asdict
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from survey_server.commands import (
    database_session,
    fail,
    json_option,
    show,
)
from survey_server.services import audit, keys as services
from survey_server.services.audit import Entry
from survey_server.services.keys import CheckedKey
from survey_server.store import keys as stored
from survey_server.store.frame import survey_by_code

survey_option = click.option("--survey", required=True, help="Code of the survey.")


@click.group()
def keys() -> None:
    """What the bodies of uploads are encrypted with. Back the keys up, apart from the database:
    without them nothing that tablets sent can ever be read again."""


@keys.command("list")
@survey_option
@json_option
def list_keys(survey: str, as_json: bool) -> None:
    """The survey's keys, how many bodies each has, and whether it is at hand."""
    with database_session() as session:
        found = services.checked(session, _id_of(session, survey))
    _show(found, {}, as_json)


@keys.command()
@survey_option
@json_option
def rotate(survey: str, as_json: bool) -> None:
    """Makes a new key for what comes in from now on; the others still open what they sealed."""
    with database_session() as session:
        made = services.rotate(session, _id_of(session, survey), datetime.now(UTC))
        audit.note(Entry("key_rotated", survey, object=f"key:{made}"))
    show({"key_id": made}, as_json, f"New uploads are encrypted with {made}.")


@keys.command()
@survey_option
@click.option("--bodies", is_flag=True, help="Opens every body as well.")
@json_option
def check(survey: str, bodies: bool, as_json: bool) -> None:
    """Fails where a key is missing or wrong; names what waits for it."""
    with database_session() as session:
        number = _id_of(session, survey)
        found = services.checked(session, number)
        waiting = stored.batches_waiting(session, number)
    _show(found, waiting, as_json)
    if not all(one.sound for one in found):
        fail("Not every body can be opened by a key. Bring the missing keys back.")
    if bodies:
        _open_all(number)


def _open_all(survey: int) -> None:
    opened, after, damaged = 0, 0, list[int]()
    while True:
        with database_session() as session:
            some, after, broken = services.open_some(session, survey, after)
        if not some:
            break
        opened, damaged = opened + some, damaged + broken
    click.echo(f"{opened} bodies were opened.", err=True)
    if damaged:
        fail(f"Damaged, by the number of their batch: {', '.join(map(str, damaged))}")


@keys.command()
@survey_option
@json_option
def seal(survey: str, as_json: bool) -> None:
    """Encrypts what came in before this server had keys; goes on where it was cut off."""
    done = sum(iter(lambda: _sealed(survey), 0))
    show({"sealed": done}, as_json, f"{done} bodies were encrypted.")


def _sealed(survey: str) -> int:
    """Some of them, in a transaction of its own."""
    with database_session() as session:
        return services.seal_some(session, _id_of(session, survey), datetime.now(UTC))


def _show(found: list[CheckedKey], waiting: dict[str, int], as_json: bool) -> None:
    rows = [asdict(one) for one in found]
    lines = [
        f"{one.key_id or '-':24} {one.state or '-':10} {one.bodies:9} bodies {one.files:9} files"
        f"  {one.found}"
        for one in found
    ]
    lines += [f"{count} batches wait: {why}" for why, count in sorted(waiting.items())]
    empty = "No key yet: the first upload brings one."
    show({"keys": rows, "waiting": waiting}, as_json, "\n".join(lines) or empty)


def _id_of(session: Session, survey: str) -> int:
    found = survey_by_code(session, survey)
    return found.id if found else fail(f"There is no survey {survey}.")


COMMANDS = (keys,)
