"""Damage in any derived table is reported and repaired; what is derived rightly is left alone."""

import json
import os
import subprocess
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.domain.forms import CompiledForm
from survey_server.local.children import command
from survey_server.services.interviews.rebuilding import Difference
from tests.http import drain, upload
from tests.jobs.derived import rebuild_all, rows
from tests.world import EAS, World, body_of, make_world

ONE = "(SELECT interview_id FROM interviews WHERE survey_id = :survey AND counts LIMIT 1)"


@pytest.fixture(scope="module")
def told(app: APIFlask, database: Engine, workers: Engine, long_form: CompiledForm) -> World:
    """Something in every derived table; every test leaves it repaired."""
    client, world = app.test_client(), make_world(database, long_form)
    household = world.household()
    while len(household.persons) < 3:
        household = world.household()
    units = [world.unit(EAS[0], 1), world.unit(EAS[0], 1), world.unit(EAS[1], 1), "99"]
    for unit in units[:3]:
        one = world.submission(unit, answers=world.answers(unit, household))
        upload(client, world.secrets["lan"], body_of(one))
    lost = world.submission(units[3], answers=world.answers(units[0]))
    upload(client, world.secrets["mai"], body_of(lost))
    drain(workers)
    assert all(rows(world).values())
    return world


@pytest.mark.parametrize(
    ("damage", "table"),
    [
        (f"DELETE FROM interviews WHERE interview_id = {ONE}", "interviews"),
        (f"UPDATE interviews SET counts = false WHERE interview_id = {ONE}", "interviews"),
        (f"UPDATE interviews SET persons = persons + 1 WHERE interview_id = {ONE}", "interviews"),
        (
            "UPDATE interviews SET first_received_at = first_received_at - interval '1 day'"
            f" WHERE interview_id = {ONE}",
            "interviews",
        ),
        (
            "INSERT INTO interviews SELECT (jsonb_populate_record(i, jsonb_build_object("
            "'interview_id', gen_random_uuid()))).* FROM interviews i"
            f" WHERE interview_id = {ONE}",
            "interviews",
        ),
        (f"DELETE FROM persons WHERE interview_id = {ONE} AND line = 1", "persons"),
        (f"UPDATE persons SET sex = 'x' WHERE interview_id = {ONE}", "persons"),
        (
            f"UPDATE person_identities SET name_fold = 'x' WHERE interview_id = {ONE}",
            "person_identities",
        ),
        (f"DELETE FROM findings WHERE interview_id = {ONE}", "findings"),
        (f"UPDATE findings SET severity = 'x' WHERE interview_id = {ONE}", "findings"),
        ("DELETE FROM matches WHERE survey_id = :survey", "matches"),
        (
            "UPDATE matches SET evidence = '{}' WHERE survey_id = :survey"
            " AND kind = 'same_household'",
            "matches",
        ),
        ("UPDATE ea_coverage SET complete = complete + 1 WHERE survey_id = :survey", "ea_coverage"),
        ("UPDATE ea_coverage SET received = 0 WHERE survey_id = :survey", "ea_coverage"),
        ("DELETE FROM ea_days WHERE survey_id = :survey", "ea_days"),
        ("UPDATE ea_days SET day = day - 1 WHERE survey_id = :survey", "ea_days"),
    ],
)
def test_damage_is_reported_and_repaired(told: World, damage: str, table: str) -> None:
    before = rows(told)
    told.change(damage)
    damaged = rows(told)
    assert damaged != before
    assert table in {one.table for one in rebuild_all(told)}
    assert rows(told) == before
    assert rebuild_all(told) == []


def test_what_is_right_is_left_alone(told: World) -> None:
    before = rows(told)
    assert rebuild_all(told) == []
    assert rows(told) == before


def test_other_surveys_are_none_of_its_business(
    client: FlaskClient, workers: Engine, told: World, another_world: World
) -> None:
    lost = another_world.submission(
        "99", answers=another_world.answers(another_world.unit(EAS[0], 1))
    )
    upload(client, another_world.secrets["lan"], body_of(lost))
    drain(workers)
    before = rows(another_world)
    told.change("UPDATE ea_coverage SET received = 0 WHERE survey_id = :survey")
    assert {one.table for one in rebuild_all(told)} == {"ea_coverage"}
    assert rows(another_world) == before


def test_a_difference_counts_rows(told: World) -> None:
    told.change("UPDATE ea_coverage SET persons = persons + 1 WHERE survey_id = :survey")
    found = rebuild_all(told)
    assert {one.table for one in found} == {"ea_coverage"}
    assert sum(one.added for one in found) == sum(one.gone for one in found) == 5
    assert all(isinstance(one, Difference) for one in found)


def test_the_command_tells_what_differs_and_then_nothing(
    told: World, process_environment: dict[str, str]
) -> None:
    def said() -> Any:
        words = command("rebuild", "--survey", told.code, "--json")
        env = {**os.environ, **process_environment}
        outcome = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
        return json.loads(outcome.stdout)["differences"]

    told.change(f"UPDATE interviews SET counts = false WHERE interview_id = {ONE}")
    assert {one["table"] for one in said()} == {"interviews"}
    assert said() == []
