"""Real PostgreSQL and real Valkey, migrated, for every test that needs them.

`session` is rolled back after each test. Where real commits are the subject, tests take `database`
and a survey of their own (`world`), so that they do not see each other.
"""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings as hypothesis_settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server import settings
from survey_server.app import create_app
from survey_server.domain.forms import CompiledForm, compile_folder
from survey_server.local.throwaway import ThrowawayServers, throwaway_servers
from survey_server.services import attachments, audit, keyring
from survey_server.store.base import db, engine
from tests.times import drawn_anew
from tests.world import LONG, World, make_world

# No test is decided by a clock: a busy machine makes examples slowly, and that is no fault. Nor by
# chance: every run has the same examples, but a long one.
hypothesis_settings.register_profile(
    "any machine",
    deadline=None,
    derandomize=not drawn_anew(),
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("any machine")


# What starts whole servers, again and again. Begun last, it would end long after all the others.
LONGEST = (
    "tests/faults/test_mutants.py",
    "tests/faults/test_accidents.py",
    "tests/faults/test_trials.py",
    "tests/benches/",
    "tests/commands/test_demo",
    "tests/jobs/test_crashes.py",
    "tests/journey/",
    "tests/local/",
    "tests/faults_rows/",
    "tests/simulator/test_campaign.py",
    "tests/ways/",
    "tests/sync_machine/",
    "tests/policy/",
    "tests/fuzz/",
    "tests/javarosa/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next(_places_in_line(item.nodeid), len(LONGEST)))


def _places_in_line(test: str) -> Iterator[int]:
    return (place for place, file in enumerate(LONGEST) if test.startswith(file))


def pytest_collection_finish() -> None:
    """What was imported and collected stays: no search for garbage need look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def servers() -> Iterator[ThrowawayServers]:
    with throwaway_servers() as started:
        yield started


@pytest.fixture(scope="session")
def environment(
    servers: ThrowawayServers, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """A demonstration, all of whose people call from one address."""
    return {
        **servers.env,
        "SURVEY_DATA": str(tmp_path_factory.mktemp("data")),
        "SURVEY_DEMONSTRATION": "1",
        "SURVEY_SECOND_FACTOR": "demonstration",
        "SURVEY_ADDRESS_FAILURES": "1000000",
    }


@pytest.fixture(scope="session")
def chosen(environment: dict[str, str]) -> settings.Settings:
    return settings.from_env(environment)


# The application of this run, once it is made.
_made: list[APIFlask] = []


@pytest.fixture(scope="module", autouse=True)
def own_trail_and_keys() -> None:
    """A process has one trail and one keyring: another application, which the module before may
    have made, must not leave its own behind."""
    for made in _made:
        _take(made)


def _take(made: APIFlask) -> None:
    audit.keep_in(made.extensions["audit"])
    keyring.use(keyring.keyring_of(made.extensions["settings"]))
    attachments.use(attachments.place_of(made.extensions["settings"]))


@pytest.fixture(scope="session")
def app(chosen: settings.Settings) -> Iterator[APIFlask]:
    made = create_app(chosen)
    _made.append(made)
    with made.app_context():
        flask_migrate.upgrade()
    yield made
    _made.clear()
    with made.app_context():
        for one in db.engines.values():
            one.dispose()
    made.extensions["audit"].engine.dispose()


@pytest.fixture(scope="session")
def database(app: APIFlask, chosen: settings.Settings) -> Iterator[Engine]:
    """As the owner of the tables, migrated."""
    owner = engine(chosen.owner_database_url, pool_size=10)
    yield owner
    owner.dispose()


@pytest.fixture
def trail(app: APIFlask) -> None:
    """Also within a module that has made another application."""
    _take(app)


@pytest.fixture
def session(database: Engine, trail: None) -> Iterator[Session]:
    with database.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as inside:
            yield inside
        outer.rollback()


@pytest.fixture
def client(app: APIFlask, trail: None) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def project() -> Path:
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def process_environment(environment: dict[str, str]) -> dict[str, str]:
    """For processes that a test starts."""
    return {**os.environ, **environment}


@pytest.fixture(scope="session")
def long_form(project: Path) -> CompiledForm:
    return compile_folder(project / "forms" / LONG)


@pytest.fixture
def world(database: Engine, trail: None, long_form: CompiledForm) -> World:
    """A survey of the test's own, committed."""
    return make_world(database, long_form)


@pytest.fixture(scope="session")
def workers(database: Engine, chosen: settings.Settings) -> Iterator[Engine]:
    """PostgreSQL as the worker role."""
    made = engine(chosen.worker_database_url, pool_size=4)
    yield made
    made.dispose()
