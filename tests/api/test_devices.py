"""The tablets of one's own area: listed, revoked, lost; nobody else's are to be seen."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.api.carrying import device_of, enrolled, person_of, state_of
from tests.http import drain, signed_in, upload
from tests.world import EAS, HOUSEHOLDS, World, body_of


def listed(client: FlaskClient, world: World, by: str, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(
        f"/api/v1/surveys/{world.code}/devices{query}", headers=signed_in(client, world, by)
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(answer.get_json()["devices"])


def told_of(
    client: FlaskClient, world: World, device_id: str, what: str, by: str = "hoa"
) -> tuple[int, dict[str, Any]]:
    path = f"/api/v1/surveys/{world.code}/devices/{device_of(world, device_id)}/{what}"
    head = signed_in(client, world, by)
    answer = (
        client.get(path, headers=head)
        if what == "to-revisit"
        else client.post(path, json={"reason": "để quên trên xe"}, headers=head)
    )
    return answer.status_code, dict(answer.get_json())


def test_the_list_tells_whose_a_tablet_is_and_what_it_still_holds(
    client: FlaskClient, world: World
) -> None:
    body = body_of(world.submission(world.unit(EAS[0], 1)), held=58)
    upload(client, world.secrets["lan"], body)
    (row,) = listed(client, world, "hoa")
    assert row["device_id"] == "tablet-lan"
    assert row["person_name"] == "Lan"
    assert row["areas"] == [EAS[0]]
    assert (row["held"], row["received"], row["state"]) == (57, 1, "active")
    assert row["secret_prefix"] == world.secrets["lan"][:6]
    assert row["seen_at"]
    assert "secret" not in {name for name in row if name != "secret_prefix"}


def test_a_copy_that_comes_late_does_not_tell_again_what_the_tablet_held(
    client: FlaskClient, world: World
) -> None:
    early = body_of(world.submission(world.unit(EAS[0], 1)), held=58)
    upload(client, world.secrets["lan"], early)
    upload(client, world.secrets["lan"], body_of(world.submission(world.unit(EAS[0], 2)), held=1))
    assert upload(client, world.secrets["lan"], early)["replayed"]
    (row,) = listed(client, world, "hoa")
    assert (row["held"], row["received"]) == (0, 2)


@pytest.mark.parametrize(
    ("by", "query", "names"),
    [
        ("hoa", "", ["lan"]),
        ("an", "", ["lan", "mai", "tung"]),
        ("duc", "", ["tung"]),
        ("an", "?area=01", ["lan", "mai"]),
        ("an", "?area=002", ["mai"]),
        ("an", "?state=active", ["lan", "mai", "tung"]),
        ("an", "?state=lost", []),
    ],
)
def test_everybody_sees_the_tablets_of_their_own_area(
    client: FlaskClient, still: World, by: str, query: str, names: list[str]
) -> None:
    found = [row["device_id"] for row in listed(client, still, by, query)]
    assert found == [f"tablet-{name}" for name in names]


@pytest.mark.parametrize(
    ("by", "status"), [("binh", 403), ("lan", 403), ("hoa", 404), ("duc", 404)]
)
def test_elsewhere_there_are_none(client: FlaskClient, still: World, by: str, status: int) -> None:
    head = signed_in(client, still, by)
    elsewhere = device_of(still, "tablet-mai")
    path = f"/api/v1/surveys/{still.code}/devices/{elsewhere}"
    for method, what in (("POST", "revoke"), ("POST", "lost"), ("GET", "to-revisit")):
        body = {"reason": ""} if method == "POST" else None
        answer = client.open(f"{path}/{what}", method=method, json=body, headers=head)
        assert answer.status_code == status
    assert state_of(client, still.secrets["mai"])[0] == 200


def test_pages_of_the_list_are_whole_and_do_not_overlap(client: FlaskClient, still: World) -> None:
    head = signed_in(client, still, "an")
    found, cursor = [], 0
    while cursor is not None:
        path = f"/api/v1/surveys/{still.code}/devices?limit=1&cursor={cursor}"
        page = client.get(path, headers=head).get_json()
        found += [row["device_id"] for row in page["devices"]]
        cursor = page["next"]
    assert found == ["tablet-lan", "tablet-mai", "tablet-tung"]


@pytest.mark.parametrize(
    ("by", "words", "names"),
    [
        ("an", "MAI", ["mai"]),
        ("an", "tablet-", ["lan", "mai", "tung"]),
        ("an", "tung", ["tung"]),
        ("hoa", "tablet-", ["lan"]),
        ("hoa", "mai", []),
        ("an", "%", []),
    ],
)
def test_tablets_are_found_by_name_within_ones_own_area(
    client: FlaskClient, still: World, by: str, words: str, names: list[str]
) -> None:
    path = f"/api/v1/surveys/{still.code}/devices/search"
    head = signed_in(client, still, by)
    found, cursor = [], 0
    while cursor is not None:
        body = {"words": words, "limit": 1, "cursor": cursor}
        page = client.post(path, json=body, headers=head).get_json()
        found += [row["device_id"] for row in page["devices"]]
        cursor = page["next"]
    assert found == [f"tablet-{name}" for name in names]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "cursor=-1", "cursor=9999999999", "state=x", "person=0"]
)
def test_a_query_that_makes_no_sense_is_refused(
    client: FlaskClient, still: World, query: str
) -> None:
    head = signed_in(client, still, "an")
    answer = client.get(f"/api/v1/surveys/{still.code}/devices?{query}", headers=head)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "param_invalid")


@pytest.mark.parametrize("number", ["0", "2147483648", "99999999999999999999"])
def test_no_device_has_such_a_number(client: FlaskClient, still: World, number: str) -> None:
    path = f"/api/v1/surveys/{still.code}/devices/{number}/to-revisit"
    assert client.get(path, headers=signed_in(client, still, "an")).status_code == 404


def test_whoever_moved_away_took_their_tablet_along(client: FlaskClient, world: World) -> None:
    world.change(
        "INSERT INTO memberships (person_id, survey_id, area_id, role)"
        " SELECT :lan, :survey, id, 'enumerator' FROM areas"
        " WHERE survey_id = :survey AND code = '00003'",
        lan=person_of(world, "lan"),
    )
    world.change(
        "UPDATE memberships SET valid_to = current_date - 2 WHERE person_id = :lan AND area_id IN"
        " (SELECT id FROM areas WHERE code = :ea AND survey_id = :survey)",
        lan=person_of(world, "lan"),
        ea=EAS[0],
    )
    assert listed(client, world, "hoa") == []
    assert [row["device_id"] for row in listed(client, world, "duc")] == [
        "tablet-lan",
        "tablet-tung",
    ]


def test_the_tablet_of_somebody_who_left_is_still_somebodys(
    client: FlaskClient, world: World
) -> None:
    world.change(
        "UPDATE memberships SET valid_to = current_date - 2 WHERE person_id = :lan",
        lan=person_of(world, "lan"),
    )
    assert [row["device_id"] for row in listed(client, world, "hoa")] == ["tablet-lan"]


def test_a_revoked_tablet_is_refused_and_says_why(client: FlaskClient, world: World) -> None:
    status, answer = told_of(client, world, "tablet-lan", "revoke")
    told = answer["device"]
    assert (status, told["state"], told["ended_by"]) == (200, "revoked", "office")
    assert told["revoke_reason"] == "để quên trên xe"
    assert state_of(client, world.secrets["lan"]) == (401, "token_revoked")
    again = told_of(client, world, "tablet-lan", "revoke")[1]["device"]
    assert again["revoked_at"] == told["revoked_at"]
    trail = world.sql(
        "SELECT action, data::text FROM audit_entries WHERE survey = :code ORDER BY id",
        code=world.code,
    )
    assert [row[0] for row in trail if row[0].startswith("device_")] == ["device_revoked"]
    assert "xe" not in "".join(row[1] for row in trail)


def test_a_lost_tablet_leaves_a_list_of_households_that_grows_shorter(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    """Lan told one household completely and one in part before the tablet was gone."""
    whole = world.submission(world.unit(EAS[0], 1))
    part = world.submission(
        world.unit(EAS[0], 2), answers={"identification": {"visit_result": "3"}}
    )
    upload(client, world.secrets["lan"], body_of(whole, part, held=6))
    drain(workers)
    status, told = told_of(client, world, "tablet-lan", "lost")
    assert (status, told["held"], told["device"]["state"]) == (200, 4, "lost")
    assert state_of(client, world.secrets["lan"]) == (401, "token_revoked")
    why = {one["unit"]: one["why"] for one in told["households"]}
    assert why[world.unit(EAS[0], 2)] == "not_complete"
    assert world.unit(EAS[0], 1) not in why
    assert len(why) == HOUSEHOLDS - 1
    assert {one["address"] for one in told["households"]} >= {"Số 2", "Số 3"}
    assert set(why.values()) == {"not_complete", "nothing_received"}

    # Found again, enrolled again: what it held comes in, and nobody has to knock.
    secret = enrolled(client, world, "lan", "tablet-lan")
    lost = world.sql(
        "SELECT min(id) FROM devices WHERE survey_id = :survey AND device_id = 'tablet-lan'"
    )[0][0]
    upload(client, secret, body_of(world.submission(world.unit(EAS[0], 3))))
    drain(workers)
    path = f"/api/v1/surveys/{world.code}/devices/{lost}/to-revisit"
    answer = client.get(path, headers=signed_in(client, world, "hoa")).get_json()
    left = [one["unit"] for one in answer["households"]]
    assert world.unit(EAS[0], 3) not in left
    assert len(left) == HOUSEHOLDS - 2


def test_what_is_acknowledged_and_not_yet_read_needs_no_second_visit(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    strange = world.submission(world.unit(EAS[0], 2), form_version="unknown")
    body = body_of(world.submission(world.unit(EAS[0], 1)), strange)
    upload(client, world.secrets["lan"], body)
    left = [one["unit"] for one in told_of(client, world, "tablet-lan", "lost")[1]["households"]]
    assert left == [world.unit(EAS[0], number) for number in range(3, HOUSEHOLDS + 1)]
    drain(workers)
    again = told_of(client, world, "tablet-lan", "to-revisit")[1]["households"]
    assert [one["unit"] for one in again] == left


def test_households_that_another_tablet_told_need_no_second_visit(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    upload(client, world.secrets["mai"], body_of(world.submission(world.unit(EAS[0], 1))))
    drain(workers)
    left = [one["unit"] for one in told_of(client, world, "tablet-lan", "lost")[1]["households"]]
    assert world.unit(EAS[0], 1) not in left


def test_the_list_of_a_lost_tablet_shows_ones_own_area_only(
    client: FlaskClient, world: World
) -> None:
    """Lan helped out in Lào Cai too; Hoa has no business there."""
    world.change(
        "INSERT INTO assignments (survey_id, person_id, ea_id, assigned_at)"
        " SELECT :survey, :lan, id, now() FROM areas WHERE survey_id = :survey AND code = :ea",
        lan=person_of(world, "lan"),
        ea=EAS[3],
    )
    eas = {one["ea"] for one in told_of(client, world, "tablet-lan", "lost")[1]["households"]}
    assert eas == {EAS[0]}
    everywhere = told_of(client, world, "tablet-lan", "to-revisit", by="an")[1]["households"]
    assert {one["ea"] for one in everywhere} == {EAS[0], EAS[3]}
