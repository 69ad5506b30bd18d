"""Coverage: sums close, the four kinds of nothing differ, and nobody sees beyond their area."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests.http import drain, signed_in, upload
from tests.world import EAS, World, body_of

COUNTS = (
    "expected received complete partial absent refused moved not_a_dwelling all_died"
    " duplicates with_findings persons"
).split()


def read(client: FlaskClient, who: dict[str, str], world: World, **query: str) -> Any:
    answer = client.get(
        "/api/v1/coverage", query_string={"survey": world.code} | query, headers=who
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def sums(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in COUNTS}


@pytest.fixture
def told(client: FlaskClient, workers: Engine, world: World) -> World:
    """Lan told three households, one of them twice; Mai one; somebody unknown was told."""
    lan = [world.submission(world.unit(EAS[0], number)) for number in (1, 2, 3, 3)]
    lan.append(world.submission("99-999-99999-999-999"))
    upload(client, world.secrets["lan"], body_of(*lan))
    upload(client, world.secrets["mai"], body_of(world.submission(world.unit(EAS[2], 1))))
    drain(workers)
    return world


@pytest.mark.parametrize("by", ["region", "province", "district", "commune", "ea", "enumerator"])
def test_the_rows_of_every_breakdown_add_up_to_the_total(
    client: FlaskClient, told: World, by: str
) -> None:
    found = read(client, signed_in(client, told, "an"), told, by=by)
    assert sums(found["rows"]) == {name: found["total"][name] for name in COUNTS}
    assert found["total"]["expected"] == 40
    assert found["total"]["received"] == 5
    assert found["total"]["duplicates"] == 1
    assert found["unknown_units"] == 1


def test_the_days_add_up_to_what_was_received(client: FlaskClient, told: World) -> None:
    found = read(client, signed_in(client, told, "an"), told, by="day")
    without_expected = {name: found["total"][name] for name in COUNTS if name != "expected"}
    assert {k: v for k, v in sums(found["rows"]).items() if k != "expected"} == without_expected
    assert found["days"][-1]["cumulative"] == found["total"]["counted"] == 4


def test_not_started_contacted_and_nothing_expected_differ(
    client: FlaskClient, told: World, database: Engine
) -> None:
    tung = {"Authorization": f"Bearer {told.secrets['tung']}"}
    an = signed_in(client, told, "an")

    def state_of(ea: str) -> str:
        rows = read(client, an, told, by="ea")["rows"]
        return str(next(row["state"] for row in rows if row["code"] == ea))

    assert state_of(EAS[3]) == "not_started"
    assert client.get("/api/v1/sync/state", headers=tung).status_code == 200
    assert state_of(EAS[3]) == "contacted"
    assert state_of(EAS[1]) == "not_started"
    assert state_of(EAS[0]) == "in_progress"
    with Session(database) as session, session.begin():
        session.execute(
            text("UPDATE ea_coverage SET expected = 0 WHERE survey_id = :id AND ea_id ="
                 " (SELECT id FROM areas WHERE survey_id = :id AND code = :ea)"),
            {"id": told.id, "ea": EAS[1]},
        )  # fmt: skip
    assert state_of(EAS[1]) == "nothing_expected"


def test_the_households_of_an_ea_are_told_one_by_one(client: FlaskClient, told: World) -> None:
    found = read(client, signed_in(client, told, "hoa"), told, area=EAS[0])
    assert found["by"] == "unit"
    assert len(found["units"]) == 10
    third = next(unit for unit in found["units"] if unit["code"] == told.unit(EAS[0], 3))
    assert (third["result"], third["duplicates"]) == ("interviewed", 1)


@pytest.mark.parametrize(
    ("name", "seen", "hidden"),
    [
        ("hoa", ["001", "00001", EAS[0]], ["VN", "V1", "01", "002", EAS[2], "10"]),
        ("binh", ["01", "001", "002"], ["VN", "V1", "10", "080"]),
        ("duc", ["10", "080", EAS[3]], ["VN", "01", "001", EAS[0]]),
        ("lan", [EAS[0]], [EAS[1], "00001", "001", "VN"]),
    ],
)
def test_everyone_sees_their_own_area_and_nothing_else(
    client: FlaskClient, told: World, name: str, seen: list[str], hidden: list[str]
) -> None:
    who = signed_in(client, told, name)
    for area in seen:
        assert read(client, who, told, area=area)["path"][-1]["code"] == area
    for area in [*hidden, "no-such-area"]:
        answer = client.get(
            "/api/v1/coverage", query_string={"survey": told.code, "area": area}, headers=who
        )
        assert answer.status_code == 404
        assert answer.get_json()["errors"] == []


def test_the_unknown_units_of_a_survey_are_told_to_those_who_see_all_of_it(
    client: FlaskClient, told: World
) -> None:
    assert read(client, signed_in(client, told, "an"), told)["unknown_units"] == 1
    assert read(client, signed_in(client, told, "binh"), told)["unknown_units"] == 0


def test_a_tablet_is_silent_after_a_day_without_a_word_while_households_are_to_do(
    client: FlaskClient, told: World
) -> None:
    hoa = signed_in(client, told, "hoa")

    def silent() -> int:
        return int(read(client, hoa, told)["silent_devices"])

    assert silent() == 0
    told.change(
        "UPDATE devices SET seen_at = now() - interval '25 hours' WHERE survey_id = :survey"
    )
    assert silent() == 1
    told.change("UPDATE ea_coverage SET expected = received - duplicates WHERE survey_id = :survey")
    assert silent() == 0


def test_a_survey_of_others_is_not_there(client: FlaskClient, told: World) -> None:
    who = signed_in(client, told, "an")
    answer = client.get("/api/v1/coverage?survey=another", headers=who)
    assert answer.status_code == 404


def test_an_unknown_breakdown_is_refused(client: FlaskClient, told: World) -> None:
    who = signed_in(client, told, "an")
    answer = client.get(f"/api/v1/coverage?survey={told.code}&by=shoe_size", headers=who)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "param_invalid")
