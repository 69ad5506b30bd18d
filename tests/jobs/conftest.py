import pytest
from sqlalchemy import Engine

from survey_server.domain.forms import CompiledForm
from tests.world import World, make_world


@pytest.fixture
def another_world(database: Engine, long_form: CompiledForm) -> World:
    """A second survey of the same moment."""
    return make_world(database, long_form)
