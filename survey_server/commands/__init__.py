"""Operators' commands, a module per subject; survey_server.cli assembles them.

A command opens one transaction, calls a service, and commits. What it prints for a person it
prints as JSON with --json.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey_server import settings
from survey_server.local import running
from survey_server.problems import Problem
from survey_server.services.audit import Trail, keep_in
from survey_server.store.base import engine


def settings_of_environment(bodies: bool = True) -> settings.Settings:
    """Those of a run on this machine, if there is one; ends with a sentence if one is wrong.

    Without `bodies`, what tablets sent cannot be opened, and the command starts in half the time.
    """
    environment = running.environment()
    if not environment.get("SURVEY_DATABASE_URL"):
        folder = Path(environment.get("SURVEY_DATA") or "var").absolute()
        fail(
            f"Nothing runs in {folder}. Start scripts/run first, and name its data folder in "
            "SURVEY_DATA; or name a database in SURVEY_DATABASE_URL."
        )
    try:
        chosen = settings.from_env(environment)
        if bodies:
            _open_bodies(chosen)
    except settings.BadSetting as bad:
        fail(str(bad))
    keep_in(Trail(chosen.owner_database_url))
    return chosen


def _open_bodies(chosen: settings.Settings) -> None:
    """Raises BadSetting."""
    from survey_server.services import attachments, keyring

    attachments.use(attachments.place_of(chosen))
    keyring.use(keyring.keyring_of(chosen))


@contextmanager
def database_session(bodies: bool = True) -> Iterator[Session]:
    """One transaction as the owner of the tables: committed where the block ends well."""
    owner = engine(settings_of_environment(bodies).owner_database_url, pool_size=1)
    try:
        with Session(owner) as session, session.begin():
            yield session
    except Problem as problem:
        for fault in problem.errors:
            click.echo(json.dumps(fault, ensure_ascii=False), err=True)
        fail(f"{type(problem).title_en}")
    except OperationalError as failure:
        fail(database_sentence(failure))
    finally:
        owner.dispose()


def database_sentence(failure: OperationalError) -> str:
    """Only the first line: what follows may quote a row."""
    return f"The database could not do it: {str(failure.orig).splitlines()[0]}"


def show(data: dict[str, Any], as_json: bool, sentence: str) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else sentence)


def fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
