"""A trail of a test's own, on an empty database of its own."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import create_engine, text

from survey_server import settings
from survey_server.app import create_app
from survey_server.local.throwaway import ThrowawayServers
from survey_server.store.base import db
from tests.services.trails import OwnTrail, _named, database_beside, own_trail

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def empty_database(servers: ThrowawayServers, chosen: settings.Settings) -> Iterator[str]:
    """Migrated, and nobody is connected to it."""
    with database_beside(servers, "audit_empty", "template0"):
        own = settings.from_env(
            {
                "SURVEY_DATABASE_URL": _named(chosen.database_url, "audit_empty"),
                "SURVEY_OWNER_DATABASE_URL": _named(chosen.owner_database_url, "audit_empty"),
                "SURVEY_REDIS_URL": chosen.redis_url,
                "SURVEY_DATA": str(chosen.data_folder),
            }
        )
        _allow_owner(servers)
        app = create_app(own)
        with app.app_context():
            flask_migrate.upgrade()
            db.engine.dispose()
        app.extensions["audit"].engine.dispose()
        yield "audit_empty"


def _allow_owner(servers: ThrowawayServers) -> None:
    url = servers.postgres.url("postgres").replace("postgresql:", "postgresql+psycopg:", 1)
    root = create_engine(_named(url, "audit_empty"), isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        connection.execute(text("ALTER DATABASE audit_empty OWNER TO survey_owner"))
        connection.execute(text("GRANT ALL ON SCHEMA public TO survey_owner"))
    root.dispose()


@pytest.fixture
def own(
    servers: ThrowawayServers, chosen: settings.Settings, empty_database: str, tmp_path: Path
) -> Iterator[OwnTrail]:
    name = f"audit_{next(_numbers)}"
    with (
        database_beside(servers, name, empty_database),
        own_trail(servers, chosen, name, tmp_path) as made,
    ):
        yield made
