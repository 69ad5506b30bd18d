"""The commands of tablets: what an operator types, reads and gets as an exit code."""

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from survey_server.cli import main
from tests.api.carrying import enrol, state_of
from tests.world import EAS, HOUSEHOLDS, World

Run = Callable[..., Result]


@pytest.fixture
def run(world: World, environment: dict[str, str]) -> Run:
    def run(what: str, *words: str) -> Result:
        line = ["device", what, "--survey", world.code, *words]
        return CliRunner().invoke(main, line, env=environment)

    return run


def test_a_code_is_printed_that_enrols(run: Run, world: World, client: FlaskClient) -> None:
    done = run("code", "--username", f"Lan@{world.code}")
    assert done.exit_code == 0, done.output
    assert enrol(client, done.output.strip(), "tablet-9")[0] == 201


def test_a_picture_is_drawn_for_nobody_else(run: Run, world: World, tmp_path: Path) -> None:
    for name in ("card.svg", "card.png"):
        file = tmp_path / name
        done = run(
            "code", "--username", f"lan@{world.code}", "--qr", str(file),
            "--server", "https://census.example", "--json",
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        assert json.loads(told["payload"])["server"] == "https://census.example"
        assert file.stat().st_size > 500
        assert file.stat().st_mode & 0o077 == 0


def test_a_picture_needs_to_know_where_the_server_is(run: Run, world: World) -> None:
    done = run("code", "--username", f"lan@{world.code}", "--odk-collect")
    assert done.exit_code == 1
    assert "SURVEY_PUBLIC_URL" in done.output


@pytest.mark.parametrize("name", ["nobody", "hoa"])
def test_only_field_staff_gets_a_code(run: Run, world: World, name: str) -> None:
    done = run("code", "--username", f"{name}@{world.code}")
    assert done.exit_code == 1
    assert world.sql("SELECT FROM enrolment_codes WHERE survey_id = :survey") == []


def test_tablets_are_listed_and_a_lost_one_tells_what_to_visit_again(
    run: Run, world: World, client: FlaskClient
) -> None:
    rows = list(csv.DictReader(StringIO(run("list").stdout)))
    assert [row["device_id"] for row in rows] == ["tablet-lan", "tablet-mai", "tablet-tung"]
    rows = list(csv.DictReader(StringIO(run("list", "--area", "001").stdout)))
    assert [row["device_id"] for row in rows] == ["tablet-lan"]
    lost = run("lost", "--device-id", "tablet-lan")
    assert lost.exit_code == 0, lost.output
    rows = list(csv.DictReader(StringIO(lost.stdout)))
    assert [row["unit"] for row in rows] == [
        world.unit(EAS[0], number) for number in range(1, HOUSEHOLDS + 1)
    ]
    assert state_of(client, world.secrets["lan"]) == (401, "token_revoked")
    told = json.loads(run("list", "--state", "lost", "--json").stdout)
    assert [one["device_id"] for one in told["devices"]] == ["tablet-lan"]


def test_a_tablet_that_is_not_there_is_named(run: Run) -> None:
    done = run("lost", "--device-id", "tablet-x")
    assert done.exit_code == 1
    assert "tablet-x" in done.output
