"""The database: migrations, and what follows a restored backup."""

import click
import flask_migrate
from sqlalchemy.exc import OperationalError

from survey_server.app import create_app
from survey_server.commands import (
    database_sentence,
    database_session,
    fail,
    json_option,
    settings_of_environment,
    show,
)
from survey_server.services.sync.epochs import begin_epoch


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Brings the tables to what this version of the code expects."""
    with create_app(settings_of_environment()).app_context():
        try:
            flask_migrate.upgrade()
        except OperationalError as failure:
            fail(database_sentence(failure))


@db.command()
@json_option
def restored(as_json: bool) -> None:
    """Begins a new epoch after a backup was restored: tablets offer again what they still hold.

    Run it before the web processes start. Where the worker's role may ask the database for its
    system identifier and timeline, the sweep does it within seconds by itself.
    """
    with database_session() as session:
        epoch = begin_epoch(session)
    show({"epoch": epoch}, as_json, f"A new epoch has begun: {epoch}.")


COMMANDS = (db,)
