"""A survey of its own for hostile requests, and everybody who may send them."""

import os
from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.domain.forms import CompiledForm
from tests.http import signed_in
from tests.world import World, make_world

# A few in every run of the tests; FUZZ_EXAMPLES=200 scripts/test tests/fuzz takes minutes.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "15"))
PEOPLE = {
    "data manager": "binh",
    "administrator": "an",
    "supervisor": "hoa",
}

Headers = Mapping[str, str]


@pytest.fixture(scope="session")
def fuzzed(database: Engine, long_form: CompiledForm) -> World:
    return make_world(database, long_form)


@pytest.fixture
def callers(client: FlaskClient, fuzzed: World) -> dict[str, Headers]:
    """Signed in anew for each test, because some requests end sessions."""
    tablet = {"Authorization": f"Bearer {fuzzed.secrets['lan']}"}
    people = {role: signed_in(client, fuzzed, name) for role, name in PEOPLE.items()}
    return {"nobody": {}, "device": tablet, **people}
