"""Files of interviews: sweep what nobody names, and see whether every one is there and whole."""

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click
from sqlalchemy.orm import Session

from survey_server.commands import (
    database_session,
    fail,
    json_option,
    settings_of_environment,
    show,
)
from survey_server.domain.bodies import BodyDamaged
from survey_server.jobs.attachments import sweep_files
from survey_server.problems import FileUnavailable, Problem
from survey_server.services import attachments as services
from survey_server.services.attachments.sweeping import UNNAMED
from survey_server.store import attachments as stored
from survey_server.store.attachments import Kept
from survey_server.store.base import engine
from survey_server.store.devices import IDLE_DAYS
from survey_server.store.frame import survey_by_code

AT_ONCE = 200


@click.group()
def attachments() -> None:
    """Photos and other files of interviews."""


@attachments.command()
@click.option(
    "--days",
    type=click.IntRange(min=IDLE_DAYS + 1),
    default=UNNAMED.days,
    show_default=True,
    help="For so long no submission has named it; tablets may be silent for less.",
)
@json_option
def sweep(days: int, as_json: bool) -> None:
    """Deletes files that no interview names, and what crashes have left; each night by itself."""
    owner = engine(settings_of_environment().owner_database_url, pool_size=1)
    try:
        swept = sweep_files(owner, datetime.now(UTC), timedelta(days=days))
    except Problem as problem:
        fail(type(problem).title_en)
    finally:
        owner.dispose()
    show(
        asdict(swept),
        as_json,
        f"Deleted: {swept.unnamed} that no interview names, {swept.left_over} left over,"
        f" {swept.in_part} that came only in part.",
    )


@attachments.command()
@click.option("--survey", required=True, help="Code of the survey.")
@json_option
def check(survey: str, as_json: bool) -> None:
    """Opens every file of a survey; fails where one is gone or damaged, and names those."""
    opened, broken, last = 0, list[str](), None
    while True:
        with database_session() as session:
            found = survey_by_code(session, survey) or fail(f"There is no survey {survey}.")
            some = stored.after(session, found.id, last, AT_ONCE)
            broken += [str(one.id) for one in some if not _is_whole(session, one)]
        if not some:
            break
        opened, last = opened + len(some), some[-1].id
    sentence = f"{opened} files were opened, {len(broken)} are gone or damaged."
    show({"files": opened, "broken": broken}, as_json, sentence)
    if broken:
        fail(f"Gone or damaged: {', '.join(broken)}. Bring them back from a backup.")


def _is_whole(session: Session, file: Kept) -> bool:
    try:
        content = services.content_of(session, file)
    except (FileUnavailable, BodyDamaged):
        return False
    return hashlib.sha256(content).digest() == file.sha256


COMMANDS = (attachments,)
