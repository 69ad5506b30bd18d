"""Tablets that meet misfortunes, and the books that must balance afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.settings import Settings
from survey_server.store.base import engine
from tests.ways.books import Books
from tests.ways.tablets import Drawer
from tests.world import World


@pytest.fixture(scope="session")
def web(database: Engine, chosen: Settings) -> Iterator[Engine]:
    """PostgreSQL as the web role."""
    made = engine(chosen.database_url, pool_size=2)
    yield made
    made.dispose()


@pytest.fixture
def drawer(client: FlaskClient, world: World, tmp_path: Path) -> Iterator[Drawer]:
    made = Drawer(client, world, tmp_path)
    yield made
    made.put_back()


@pytest.fixture
def books(world: World, workers: Engine, web: Engine) -> Books:
    return Books(world, workers, web)
