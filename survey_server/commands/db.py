"""The database: migrations."""

import click
import flask_migrate

from survey_server.app import create_app
from survey_server.commands import settings_of_environment


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Brings the tables to what this version of the code expects."""
    with create_app(settings_of_environment()).app_context():
        flask_migrate.upgrade()


COMMANDS = (db,)
