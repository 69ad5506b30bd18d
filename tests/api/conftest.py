"""A survey that a whole module may share, because its tests leave nothing behind in it."""

import pytest
from sqlalchemy import Engine

from survey_server.domain.forms import CompiledForm
from tests.world import World, make_world


@pytest.fixture(scope="module")
def still(database: Engine, long_form: CompiledForm) -> World:
    return make_world(database, long_form)
