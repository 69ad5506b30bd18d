"""Everybody who may send hostile requests to a survey."""

from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient

from survey_server.domain.people import PROGRAM_SCOPES
from tests.http import signed_in
from tests.world import World

PEOPLE = {"data_manager": "binh", "administrator": "an", "supervisor": "hoa"}

Headers = Mapping[str, str]


@pytest.fixture
def callers(client: FlaskClient, world: World) -> dict[str, Headers]:
    """By the policy's names; and nobody."""
    tablet = {"Authorization": f"Bearer {world.secrets['lan']}"}
    people = {role: signed_in(client, world, name) for role, name in PEOPLE.items()}
    program = program_of(client, people["data_manager"])
    return {"nobody": {}, "device": tablet, "program": program, **people}


def program_of(client: FlaskClient, maker: Headers) -> Headers:
    wanted = {"name": "dashboard", "scopes": list(PROGRAM_SCOPES), "days": 1}
    answer = client.post("/api/v1/api-tokens", json=wanted, headers=dict(maker))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return {"Authorization": f"Bearer {answer.get_json()['token']}"}
