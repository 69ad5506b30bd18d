"""The commands of keys: what an operator types, reads and gets as an exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from survey_server.cli import main
from tests.jobs.told import send
from tests.opened import packed_bodies
from tests.world import EAS, World

Run = Callable[..., Result]


@pytest.fixture
def run(world: World, environment: dict[str, str]) -> Run:
    def run(what: str, *words: str) -> Result:
        line = ["keys", what, "--survey", world.code, *words]
        return CliRunner().invoke(main, line, env=environment)

    return run


def test_keys_are_listed_changed_and_checked(run: Run, world: World, client: FlaskClient) -> None:
    assert "No key yet" in run("list").output
    assert run("check").exit_code == 0
    send(client, world, world.submission(world.unit(EAS[0], 1)))
    made = json.loads(run("rotate", "--json").stdout)["key_id"]
    send(client, world, world.submission(world.unit(EAS[0], 2)))
    listed = json.loads(run("list", "--json").stdout)["keys"]
    assert [(one["state"], one["bodies"], one["found"]) for one in listed] == [
        ("retired", 1, "at_hand"),
        ("active", 1, "at_hand"),
    ]
    assert listed[1]["key_id"] == made
    checked = run("check", "--bodies")
    assert (checked.exit_code, "2 bodies were opened" in checked.output) == (0, True)


def test_a_key_that_is_away_fails_the_check(
    run: Run, world: World, client: FlaskClient, environment: dict[str, str]
) -> None:
    send(client, world, world.submission(world.unit(EAS[0], 1)))
    folder = Path(environment["SURVEY_DATA"]) / "keys" / "surveys" / world.code
    next(folder.iterdir()).unlink()
    checked = run("check")
    assert checked.exit_code == 1
    assert "key_missing" in checked.output


def test_a_damaged_body_is_named(run: Run, world: World, client: FlaskClient) -> None:
    send(client, world, world.submission(world.unit(EAS[0], 1)))
    world.change(
        "UPDATE batch_bodies SET body = set_byte(body, 40, 255 - get_byte(body, 40))"
        " WHERE batch IN (SELECT batch FROM submissions WHERE survey_id = :survey)"
    )
    (row,) = world.sql("SELECT batch FROM submissions WHERE survey_id = :survey")
    assert run("check").exit_code == 0
    checked = run("check", "--bodies")
    assert (checked.exit_code, str(row.batch) in checked.output) == (1, True)


def test_what_was_never_sealed_fails_the_check_until_it_is(
    run: Run, world: World, client: FlaskClient
) -> None:
    send(client, world, world.submission(world.unit(EAS[0], 1)))
    (plain,) = packed_bodies(world)
    world.change(
        "UPDATE batch_bodies SET body = :plain, key_id = NULL"
        " WHERE batch IN (SELECT batch FROM submissions WHERE survey_id = :survey)",
        plain=plain,
    )
    assert "not_sealed" in run("check").output
    assert json.loads(run("seal", "--json").stdout) == {"sealed": 1}
    assert run("check", "--bodies").exit_code == 0
    assert packed_bodies(world) == [plain]
