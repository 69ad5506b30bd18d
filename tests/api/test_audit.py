"""GET /api/v1/surveys/{survey}/audit: what was done in a survey, for those who must know."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.services.audit.sealing import seal
from tests.http import signed_in
from tests.world import World


def address(world: World) -> str:
    return f"/api/v1/surveys/{world.code}/audit"


def trail_of(client: FlaskClient, world: World, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(address(world), headers=signed_in(client, world, "an"), query_string=asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    entries: list[dict[str, Any]] = answer.get_json()["entries"]
    return entries


def actions_of(client: FlaskClient, world: World) -> list[str]:
    return [one["action"] for one in trail_of(client, world)]


def findings(client: FlaskClient, world: World, name: str, **asked: str) -> int:
    asked = {"survey": world.code, **asked}
    headers = signed_in(client, world, name)
    return client.get("/api/v1/findings", headers=headers, query_string=asked).status_code


def test_looking_at_findings_leaves_an_entry_with_place_and_number(
    client: FlaskClient, world: World
) -> None:
    assert findings(client, world, "hoa", area="001", rule="Nguyễn Thị Lan") == 200
    entry = trail_of(client, world, action="findings_viewed")[0]
    assert (entry["username"], entry["object"]) == (f"hoa@{world.code}", "area:001")
    assert entry["data"] == {"rule": "(other)", "severity": "", "rows": 0}
    assert entry["sentence"]["en"] == "Looked at findings."


def test_a_refusal_is_on_the_trail_although_nothing_was_done(
    client: FlaskClient, world: World
) -> None:
    assert findings(client, world, "hoa", area="080") == 404
    assert findings(client, world, "tung") == 403
    refused = trail_of(client, world, action="refused")
    assert [(one["username"].split("@")[0], one["data"]["code"]) for one in refused] == [
        ("tung", "forbidden"),
        ("hoa", "not_found"),
    ]
    assert refused[1]["data"]["area"] == "080"


def test_reading_the_trail_is_an_entry_itself(client: FlaskClient, world: World) -> None:
    trail_of(client, world)
    assert trail_of(client, world, action="audit_viewed")[0]["username"] == f"an@{world.code}"


def test_signing_in_is_told_to_the_surveys_that_somebody_works_for(
    client: FlaskClient, world: World
) -> None:
    signed_in(client, world, "hoa")
    found = trail_of(client, world, action="signed_in")
    assert {one["username"].split("@")[1] for one in found} == {world.code}
    assert {one["survey"] for one in found} == {""}


@pytest.mark.parametrize("name", ["lan", "hoa", "binh", "duc"])
def test_nobody_else_reads_the_trail(client: FlaskClient, world: World, name: str) -> None:
    answer = client.get(address(world), headers=signed_in(client, world, name))
    assert answer.status_code == 403


def test_an_auditor_of_a_part_does_not_read_what_is_of_the_whole(
    client: FlaskClient, world: World
) -> None:
    world.change(
        "UPDATE memberships SET role = 'auditor' WHERE survey_id = :survey AND person_id ="
        " (SELECT id FROM people WHERE username = :name)",
        name=f"duc@{world.code}",
    )
    answer = client.get(address(world), headers=signed_in(client, world, "duc"))
    assert answer.status_code == 403


def test_another_survey_is_not_found(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world, "an")
    assert client.get("/api/v1/surveys/other/audit", headers=headers).status_code == 404


def test_pages_follow_each_other_without_a_gap(client: FlaskClient, world: World) -> None:
    for _ in range(5):
        findings(client, world, "hoa")
    headers = signed_in(client, world, "an")
    asked: dict[str, Any] = {"limit": 2, "action": "findings_viewed"}
    ids: list[int] = []
    while True:
        page = client.get(address(world), headers=headers, query_string=asked).get_json()
        ids += [one["id"] for one in page["entries"]]
        if page["next"] is None:
            break
        asked["before"] = page["next"]
    assert len(ids) == 5
    assert ids == sorted(ids, reverse=True)


def test_a_sealed_entry_has_its_place_and_hash(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    findings(client, world, "hoa")
    assert trail_of(client, world, action="findings_viewed")[0]["seq"] is None
    seal(workers)
    entry = trail_of(client, world, action="findings_viewed")[0]
    assert entry["seq"] >= 1
    assert len(entry["hash"]) == 64


@pytest.mark.parametrize(
    "wrong",
    [{"action": "x"}, {"person": "0"}, {"since": "x"}, {"limit": "201"}, {"object": "\0"}],
)
def test_a_wrong_question_is_refused(
    client: FlaskClient, world: World, wrong: dict[str, str]
) -> None:
    headers = signed_in(client, world, "an")
    answer = client.get(address(world), headers=headers, query_string=wrong)
    assert answer.status_code == 422
