"""The tables are what the code thinks, and each role may do what it must and no more."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from survey_server import settings
from survey_server.store.base import Base, engine


def test_the_migrations_make_the_tables_of_the_code(database: Engine) -> None:
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("web", "SELECT body FROM batch_bodies"),
        ("web", "UPDATE submissions SET state = 'derived'"),
        ("web", "DELETE FROM batches"),
        ("web", "UPDATE interviews SET counts = true"),
        ("web", "UPDATE people SET username = 'x'"),
        ("web", "DELETE FROM people"),
        ("web", "DELETE FROM memberships"),
        ("web", "UPDATE memberships SET role = 'administrator'"),
        ("web", "UPDATE api_tokens SET expires_at = 'infinity'"),
        ("web", "DELETE FROM password_resets"),
        ("web", "UPDATE form_versions SET xform = ''"),
        ("web", "DELETE FROM form_versions"),
        ("web", "UPDATE form_events SET what = 'closed'"),
        ("web", "DELETE FROM trials"),
        ("web", "UPDATE devices SET secret_sha256 = ''"),
        ("web", "UPDATE devices SET person_id = 1"),
        ("web", "DELETE FROM devices"),
        ("web", "UPDATE enrolment_codes SET expires_at = 'infinity'"),
        ("web", "DELETE FROM enrolment_codes"),
        ("web", "UPDATE assignments SET person_id = 1"),
        ("web", "DELETE FROM assignments"),
        ("worker", "SELECT token_sha256 FROM sessions"),
        ("worker", "SELECT password_hash FROM people"),
        ("worker", "SELECT sealed FROM second_factors"),
        ("worker", "SELECT token_sha256 FROM api_tokens"),
        ("worker", "DELETE FROM submissions"),
        ("worker", "UPDATE batch_bodies SET body = ''"),
        ("worker", "INSERT INTO people (username, name, created_at) VALUES ('x', 'x', now())"),
    ],
)
def test_a_role_may_not(
    database: Engine, chosen: settings.Settings, role: str, statement: str
) -> None:
    url = chosen.database_url if role == "web" else chosen.worker_database_url
    made = engine(url, pool_size=1)
    with made.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(statement))
    made.dispose()
