"""The database: migrations."""

import click
import flask_migrate
from sqlalchemy.exc import OperationalError

from survey_server.app import create_app
from survey_server.commands import database_sentence, fail, settings_of_environment


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


COMMANDS = (db,)
