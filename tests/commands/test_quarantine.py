"""The commands of quarantine: what an operator types and reads."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.cli import main
from tests.http import drain
from tests.jobs.told import send
from tests.world import EAS, World

Run = Callable[..., Result]


@pytest.fixture
def run(world: World, environment: dict[str, str]) -> Run:
    def run(what: str, *words: str) -> Result:
        line = ["quarantine", what, "--survey", world.code, *words]
        return CliRunner().invoke(main, line, env=environment)

    return run


def test_what_lies_there_is_listed_tried_again_and_set_aside(
    run: Run, world: World, client: FlaskClient, workers: Engine
) -> None:
    assert "Nothing lies there." in run("list").output
    told = world.submission(world.unit(EAS[0], 1), answers={"identification": "no group"})
    send(client, world, told)
    drain(workers)
    listed = json.loads(run("list", "--json").stdout)["quarantine"]
    assert [(one["instance_id"], one["code"]) for one in listed] == [
        (told["instance_id"], "not_a_tree")
    ]
    who = ("--as", f"an@{world.code}")
    assert run("replay", *who).exit_code == 1
    assert run("replay", "--code", "not_a_tree", "--as", "nobody").exit_code == 1
    assert "1 are tried again" in run("replay", "--code", "not_a_tree", *who).output
    assert run("set-aside", told["instance_id"], *who, "--reason", "x").exit_code == 0
    assert "Nothing lies there." in run("list").output
    assert told["instance_id"] in run("list", "--state", "set_aside").output
