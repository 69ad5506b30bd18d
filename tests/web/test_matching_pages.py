"""Interviews that may be about one household are found on a page, and go back from there."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.domain.forms import CompiledForm
from tests.http import drain, signed_in
from tests.jobs.told import send
from tests.web.test_quarantine_pages import enter, page, post
from tests.world import EAS, World, make_world


@pytest.fixture
def world(database: Engine, trail: None, long_form: CompiledForm) -> World:
    """One in which interviews are told."""
    return make_world(database, long_form)


@pytest.fixture
def pair(client: FlaskClient, world: World, workers: Engine) -> list[dict[str, Any]]:
    """One household told twice: by Lan, whose it is, and by Mai, whose it is not."""
    unit = world.unit(EAS[0], 1)
    told = [world.submission(unit), world.submission(unit)]
    send(client, world, told[0])
    send(client, world, told[1], by="mai")
    drain(workers)
    return told


def at(world: World, told: list[dict[str, Any]]) -> str:
    a, b = sorted((one["interview_id"] for one in told), key=uuid.UUID)
    return f"/surveys/{world.code}/matches/{a}/{EAS[0]}/{b}/{EAS[0]}"


def test_a_household_told_twice_is_listed_with_whose_interview_counts(
    client: FlaskClient, world: World, pair: list[dict[str, Any]]
) -> None:
    enter(client, world, "hoa")
    listed = page(client, f"/surveys/{world.code}/matches")
    row = listed.split("<tbody>")[1]
    assert row.index("Lan") < row.index("Mai")
    assert at(world, pair) in row


def test_both_stand_beside_each_other_with_the_rule_that_decides(
    client: FlaskClient, world: World, pair: list[dict[str, Any]]
) -> None:
    enter(client, world, "hoa")
    shown = page(client, at(world, pair))
    for one in pair:
        assert one["answers"]["person"][0]["full_name"] in shown
    assert "Hộ này được phỏng vấn hai lần." in shown
    assert "do điều tra viên được giao hộ này thực hiện" in shown
    enter(client, world, "an")
    hidden = page(client, at(world, pair))
    assert pair[0]["answers"]["person"][0]["full_name"] not in hidden


def test_elsewhere_is_nowhere(
    client: FlaskClient, world: World, pair: list[dict[str, Any]]
) -> None:
    one = f"/surveys/{world.code}/interviews/{pair[0]['interview_id']}/{EAS[0]}"
    enter(client, world, "duc")
    assert pair[0]["unit"] not in page(client, f"/surveys/{world.code}/matches")
    page(client, at(world, pair), 404)
    page(client, one, 404)
    post(client, f"{one}/return", 404, comment="x")
    enter(client, world, "hoa")
    page(client, one.replace(EAS[0], EAS[1]), 404)
    page(client, f"/surveys/{world.code}/interviews/{uuid.uuid4()}/%00", 404)


def test_an_interview_goes_back_with_what_is_to_be_looked_at(
    client: FlaskClient, world: World, workers: Engine, pair: list[dict[str, Any]]
) -> None:
    path = f"/surveys/{world.code}/interviews/{pair[1]['interview_id']}/{EAS[0]}"
    enter(client, world, "hoa")
    assert "Hãy ghi lý do" in post(client, f"{path}/return", 422, comment=" \n")
    post(client, f"{path}/return", comment="Hộ này của chị Lan.\r\nXem lại mã hộ.")
    assert "“Hộ này của chị Lan.\nXem lại mã hộ.”" in page(client, path)
    assert "đang chờ bản mới" in page(client, path)
    state = client.get(
        "/api/v1/sync/state", headers={"Authorization": f"Bearer {world.secrets['mai']}"}
    ).get_json()
    (told,) = state["reviews"]
    assert told["comment"] == "Hộ này của chị Lan.\nXem lại mã hộ."
    again = pair[1] | {
        "instance_id": str(uuid.uuid4()), "revision": 2, "replaces": pair[1]["instance_id"],
    }  # fmt: skip
    send(client, world, again, by="mai")
    drain(workers)
    assert "đã có bản mới" in page(client, path)


def test_a_conflict_leads_to_its_interview(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    send(client, world, told)
    drain(workers)
    send(client, world, told | {"answers": world.answers(told["unit"])})
    enter(client, world, "hoa")
    shown = page(client, f"/surveys/{world.code}/conflicts/{told['instance_id']}")
    assert f"/interviews/{told['interview_id']}/{EAS[0]}" in shown


def test_a_message_reaches_whoever_carries_a_tablet_and_everybody_who_works_there(
    client: FlaskClient, world: World
) -> None:
    enter(client, world, "hoa")
    every = f"/surveys/{world.code}/devices"
    listed = page(client, every)
    lans = listed.split('">Lan</a>')[0].rsplit('href="', 1)[1].split("?")[0]
    assert "Nhắn cho Lan…" in page(client, lans)
    post(client, f"{lans}/message", text="Gọi cho tôi")
    post(client, f"{every}/message", text="Họp lúc 17 giờ")
    post(client, f"{every}/message", 422, text=" ")
    heads = {"Authorization": f"Bearer {world.secrets['lan']}"}
    state = client.get("/api/v1/sync/state", headers=heads).get_json()
    assert [one["text"] for one in state["messages"]] == ["Họp lúc 17 giờ", "Gọi cho tôi"]
    enter(client, world, "duc")
    post(client, f"{lans}/message", 404, text="x")


def test_a_message_to_all_of_ones_own_reaches_each_of_several_areas(
    client: FlaskClient, world: World
) -> None:
    world.change(
        "INSERT INTO memberships (person_id, survey_id, area_id, role)"
        " SELECT p.id, :survey, a.id, 'supervisor' FROM people p, areas a"
        " WHERE p.username = :hoa AND a.survey_id = :survey AND a.code = :area",
        hoa=f"hoa@{world.code}",
        area=EAS[3],
    )
    answer = client.post(
        "/api/v1/messages",
        json={"survey": world.code, "text": "Nghỉ mưa"},
        headers=signed_in(client, world, "hoa"),
    )
    assert answer.status_code == 201
    for name in ("lan", "tung"):
        heads = {"Authorization": f"Bearer {world.secrets[name]}"}
        state = client.get("/api/v1/sync/state", headers=heads).get_json()
        assert [one["text"] for one in state["messages"]] == ["Nghỉ mưa"], name


def test_the_list_of_households_leads_to_each_interview(
    client: FlaskClient, world: World, pair: list[dict[str, Any]]
) -> None:
    enter(client, world, "hoa")
    listed = page(client, f"/surveys/{world.code}/coverage?area={EAS[0]}")
    assert f"/interviews/{pair[0]['interview_id']}/{EAS[0]}" in listed
    enter(client, world, "lan")
    listed = page(client, f"/surveys/{world.code}/coverage?area={EAS[0]}")
    assert "/interviews/" not in listed
