"""An app that is too old still brings its interviews, and is told to be updated for all else."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.http import upload
from tests.world import EAS, World, body_of


@pytest.fixture
def demanding(app: APIFlask) -> Iterator[None]:
    """The server asks for survey-tablet/1.10 or newer."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, oldest_app="survey-tablet/1.10")
    yield
    app.extensions["settings"] = before


def asked(client: FlaskClient, world: World, agent: str) -> Any:
    who = {"Authorization": f"Bearer {world.secrets['lan']}", "User-Agent": agent}
    return client.get("/api/v1/sync/state", headers=who)


@pytest.mark.parametrize(
    "agent",
    ["survey-tablet/1", "survey-tablet/1.9 (Android)", "survey-tablet/1.9.9", "survey-tablet"],
)
def test_an_app_that_is_too_old_is_told_to_be_updated(
    client: FlaskClient, world: World, demanding: None, agent: str
) -> None:
    answer = asked(client, world, agent)
    assert (answer.status_code, answer.get_json()["code"]) == (426, "upgrade_required")
    assert answer.get_json()["retry"] is False
    assert answer.get_json()["oldest"] == "survey-tablet/1.10"


@pytest.mark.parametrize(
    "agent", ["survey-tablet/1.10", "survey-tablet/1.10.0", "survey-tablet/2", "curl/7", ""]
)
def test_newer_apps_and_other_programs_are_served(
    client: FlaskClient, world: World, demanding: None, agent: str
) -> None:
    assert asked(client, world, agent).status_code == 200


def test_an_app_that_is_too_old_may_still_upload(
    client: FlaskClient, world: World, demanding: None
) -> None:
    client.environ_base["HTTP_USER_AGENT"] = "survey-tablet/1"
    receipt = upload(client, world.secrets["lan"], body_of(world.submission(world.unit(EAS[0], 1))))
    assert [one["outcome"] for one in receipt["results"]] == ["stored"]


def test_any_app_is_served_where_nothing_is_asked(client: FlaskClient, world: World) -> None:
    assert asked(client, world, "survey-tablet/0").status_code == 200
