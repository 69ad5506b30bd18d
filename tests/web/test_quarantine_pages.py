"""Pages of what could not be understood, and of what came twice."""

import html
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from survey_server.domain.forms import CompiledForm
from survey_server.jobs.intake import utc_now
from survey_server.jobs.quarantine import reopen
from tests.http import drain
from tests.jobs.told import figures, send
from tests.world import EAS, PASSWORD, World, make_world

BROKEN = {"identification": "no group", "note": "</textarea><script>alert(1)</script>"}
TOKEN = "x" * 43


def enter(client: FlaskClient, world: World, name: str) -> None:
    client.set_cookie("survey_form", TOKEN)
    form = {"username": f"{name}@{world.code}", "password": PASSWORD, "form_token": TOKEN}
    assert client.post("/sign-in", data=form).status_code == 303


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return html.unescape(answer.get_data(as_text=True))


def post(client: FlaskClient, path: str, status: int = 303, **form: Any) -> str:
    answer = client.post(path, data={"form_token": TOKEN, **form})
    assert answer.status_code == status, answer.get_data(as_text=True)
    return html.unescape(answer.get_data(as_text=True))


@pytest.fixture
def world(database: Engine, trail: None, long_form: CompiledForm) -> World:
    """One in which interviews are told."""
    return make_world(database, long_form)


@pytest.fixture
def broken(client: FlaskClient, world: World, workers: Engine) -> dict[str, Any]:
    told = world.submission(world.unit(EAS[0], 1), answers=BROKEN)
    send(client, world, told)
    drain(workers)
    enter(client, world, "hoa")
    return told


def test_the_bar_says_how_many_wait_and_the_list_leads_to_each(
    client: FlaskClient, world: World, broken: dict[str, Any]
) -> None:
    assert "Cách ly (1)" in page(client, f"/surveys/{world.code}/coverage")
    listed = page(client, f"/surveys/{world.code}/quarantine")
    assert broken["unit"] in listed
    assert "câu trả lời không khớp biểu mẫu" in listed
    assert f"/quarantine/{broken['instance_id']}" in listed


def test_what_was_sent_is_shown_as_text_and_never_run(
    client: FlaskClient, world: World, broken: dict[str, Any]
) -> None:
    path = f"/surveys/{world.code}/quarantine/{broken['instance_id']}"
    raw = client.get(path).get_data(as_text=True)
    assert "</textarea><script>" not in raw
    assert "no group" in raw
    assert "không phù hợp: identification" in html.unescape(raw)


def test_nothing_there_is_told_in_a_sentence_with_a_way_on(
    client: FlaskClient, world: World
) -> None:
    enter(client, world, "hoa")
    said = {
        "quarantine": ("mọi phiếu đã nhận đều đọc hiểu được", "Xem tiến độ"),
        "quarantine?state=set_aside": ("chưa gác lại phiếu nào", "Xem phiếu cần xử lý"),
        "conflicts": ("không có phiếu nào đến hai lần", "Xem tiến độ"),
        "conflicts?state=decided": ("chưa có quyết định nào", "Xem phiếu cần quyết định"),
    }
    for path, (sentence, next_step) in said.items():
        (empty,) = re.findall(
            r'<div class="card empty">(.*?)</div>',
            page(client, f"/surveys/{world.code}/{path}"),
        )
        assert sentence in empty, path
        assert re.findall(r'class="button" href="[^"]+">([^<]*)<', empty) == [next_step]


def test_one_is_mended_on_its_page_and_counts(
    client: FlaskClient, world: World, workers: Engine, broken: dict[str, Any]
) -> None:
    path = f"/surveys/{world.code}/quarantine/{broken['instance_id']}"
    post(client, f"{path}/fix", 400, reason="x", content='{"a": "b"')
    refused = post(client, f"{path}/fix", 422, reason="x", content='{"identification": "x"}')
    assert "chưa có gì được ghi" in refused
    assert "Hãy ghi lý do" in post(client, f"{path}/fix", 422, content="{}")
    raw = client.get(path).get_data(as_text=True)
    sent = html.unescape(raw.split('spellcheck="false">')[1].split("</textarea>")[0])
    assert "Chưa có gì để sửa" in post(
        client, f"{path}/fix", 422, reason="x", content=sent.replace("\n", "\r\n")
    )
    answers = json.dumps(world.answers(broken["unit"]), ensure_ascii=False)
    post(client, f"{path}/fix", reason="Gõ sai", content=answers)
    reopen(workers, utc_now())
    drain(workers)
    assert figures(world, EAS[0]).received == 1


def test_one_is_set_aside_and_taken_back(
    client: FlaskClient, world: World, broken: dict[str, Any]
) -> None:
    every = f"/surveys/{world.code}/quarantine"
    path = f"{every}/{broken['instance_id']}"
    post(client, f"{path}/set-aside", reason="Máy thử")
    assert broken["unit"] not in page(client, every)
    assert broken["unit"] in page(client, f"{every}?state=set_aside")
    assert "“Máy thử”" in page(client, path)
    post(client, f"{path}/take-back", reason="Nhầm")
    assert broken["unit"] in page(client, every)


def test_all_of_a_kind_are_tried_again(
    client: FlaskClient, world: World, broken: dict[str, Any]
) -> None:
    every = f"/surveys/{world.code}/quarantine"
    post(client, f"{every}/replay", code="not_a_tree")
    assert "đang đọc lại" in page(client, every)
    assert client.post(f"{every}/replay", data={"code": "not_a_tree"}).status_code == 403


def test_two_versions_stand_beside_each_other_and_one_is_taken(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    other = told | {"answers": world.answers(told["unit"])}
    send(client, world, told)
    drain(workers)
    send(client, world, other)
    enter(client, world, "hoa")
    assert "Xung đột (1)" in page(client, f"/surveys/{world.code}/conflicts")
    path = f"/surveys/{world.code}/conflicts/{told['instance_id']}"
    shown = page(client, path)
    for one in (told, other):
        assert one["answers"]["person"][0]["full_name"] in shown
    assert "Hãy ghi lý do" in post(client, f"{path}/choose", 422, version="first")
    post(client, f"{path}/choose", version="first", reason="Đã gọi cho hộ")
    assert "“Đã gọi cho hộ”" in page(client, path)
    assert "Xung đột (1)" not in page(client, f"/surveys/{world.code}/conflicts")


def test_elsewhere_is_nowhere(client: FlaskClient, world: World, broken: dict[str, Any]) -> None:
    enter(client, world, "duc")
    page(client, f"/surveys/{world.code}/quarantine/{broken['instance_id']}", 404)
    page(client, f"/surveys/{world.code}/conflicts/{broken['instance_id']}", 404)


def test_what_was_freed_meanwhile_is_told_and_not_missing(
    client: FlaskClient, world: World, workers: Engine, broken: dict[str, Any]
) -> None:
    """The page that follows a decision may come after the worker."""
    path = f"/surveys/{world.code}/quarantine/{broken['instance_id']}"
    answers = json.dumps(world.answers(broken["unit"]), ensure_ascii=False)
    post(client, f"{path}/fix", reason="Gõ sai", content=answers)
    reopen(workers, utc_now())
    assert "Phiếu đang được đọc." in page(client, path)
    drain(workers)
    freed = page(client, f"{path}?done=mended")
    assert "Phiếu đã đọc hiểu được và được tính" in freed
    assert "<textarea" not in freed


def test_whoever_is_refused_keeps_what_they_typed(
    client: FlaskClient, world: World, broken: dict[str, Any]
) -> None:
    path = f"/surveys/{world.code}/quarantine/{broken['instance_id']}"
    typed = {"content": '{"identification": "x"}', "reason": "Đã hỏi hộ", "unit": "khong-co"}
    again = post(client, f"{path}/fix", 422, **typed)
    for one in typed.values():
        assert one in again
    assert "Hãy ghi lý do" in post(client, f"{path}/take-back", 422)


def test_a_page_that_is_out_of_date_undoes_nothing(
    client: FlaskClient, world: World, broken: dict[str, Any]
) -> None:
    path = f"/surveys/{world.code}/quarantine/{broken['instance_id']}"
    seen = page(client, path).split('name="seen" value="')[1].split('"')[0]
    post(client, f"{path}/set-aside", reason="Máy thử", seen=seen)
    late = post(client, f"{path}/set-aside", 409, reason="Khác", seen=seen)
    assert "đã có người quyết định về phiếu này" in late
    assert "“Máy thử”" in late


def test_versions_about_two_households_say_so(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1))
    send(client, world, told)
    drain(workers)
    send(client, world, told | {"unit": world.unit(EAS[0], 2)})
    enter(client, world, "hoa")
    shown = page(client, f"/surveys/{world.code}/conflicts/{told['instance_id']}")
    assert "Hai bản nói về các hộ khác nhau" in shown
    assert f"cho hộ {world.unit(EAS[0], 2)}" in shown


def test_a_version_of_its_own_form_that_fits_is_chosen_already(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    told = world.submission(world.unit(EAS[0], 1), form_version="2099010101")
    send(client, world, told)
    enter(client, world, "hoa")
    path = f"/surveys/{world.code}/quarantine/{told['instance_id']}"
    chosen = page(client, path).split(" selected>")[1]
    assert chosen.startswith(f"{told['form_id']} {world.version} – phù hợp")
