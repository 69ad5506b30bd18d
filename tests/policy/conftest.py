"""Two surveys side by side, one of them with an area whose code is the beginning of another's."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server import settings
from survey_server.domain.forms import CompiledForm
from survey_server.store.base import WEB_OPTIONS, engine
from tests.http import drain, upload
from tests.world import EAS, World, body_of, make_world


@pytest.fixture(scope="module")
def here(database: Engine, workers: Engine, long_form: CompiledForm, app: object) -> World:
    """Every EA has an interview."""
    made = make_world(database, long_form)
    client: FlaskClient = app.test_client()  # type: ignore[attr-defined]
    for name, ea in (("lan", EAS[0]), ("mai", EAS[2]), ("tung", EAS[3])):
        # Of a household of one person who was born twice: findings there shall be.
        told = [made.submission(made.unit(ea, number)) for number in (1, 2)]
        told[1]["answers"]["household_size"] = "77"
        upload(client, made.secrets[name], body_of(*told))
    drain(workers)
    return made


@pytest.fixture(scope="module")
def elsewhere(database: Engine, long_form: CompiledForm) -> World:
    return make_world(database, long_form)


@pytest.fixture(scope="session")
def web(chosen: settings.Settings) -> Iterator[Engine]:
    """PostgreSQL as the web role, one connection that is used again and again."""
    made = engine(chosen.database_url, pool_size=1, options=WEB_OPTIONS)
    yield made
    made.dispose()
