"""The way in, page by page: password, code, set-up, recovery codes, one-time links."""

import base64
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.frame import PersonRow, table_of
from survey_server.domain.people import one_time_codes
from survey_server.services import frame
from survey_server.services.people import make_reset, replace_password, second_factor, two_steps
from survey_server.store.frame import survey_by_code
from survey_server.store.people import ids_of
from tests.web.conftest import PASSWORD, World, form_token

DOOR = "door"


@pytest.fixture
def visitor(strict_app: APIFlask) -> FlaskClient:
    return strict_app.test_client()


@pytest.fixture
def username(database: Engine, world: World) -> str:
    """A supervisor of the test's own: attempts and codes are counted for each account."""
    name = f"s.{uuid.uuid4().hex[:10]}"
    with Session(database) as session, session.begin():
        survey = survey_by_code(session, world.survey)
        assert survey is not None
        row = PersonRow(name, "Lý Thị Thử", "supervisor", "001", PASSWORD)
        frame.import_people(session, survey, table_of([row]), datetime.now(UTC))
    return name


@pytest.fixture
def codes(strict_app: APIFlask, database: Engine, username: str) -> list[str]:
    """The account has a second factor; these are its recovery codes."""
    door, now = strict_app.extensions[DOOR], datetime.now(UTC)
    with strict_app.app_context(), Session(database) as session, session.begin():
        person = ids_of(session, [username])[username]
        setup = second_factor.begin(session, door, person, "", now)
        assert isinstance(setup, second_factor.Setup)
        told = second_factor.confirm(session, door, person, code_of(setup.secret, now), now)
        assert isinstance(told, list)
    return told


def code_of(typed: str, now: datetime) -> str:
    secret = base64.b32decode(typed + "=" * (-len(typed) % 8))
    return one_time_codes.code_of(secret, one_time_codes.step_at(now))


def first_step(client: FlaskClient, username: str, password: str = PASSWORD) -> str:
    """Where it leads."""
    client.get("/sign-in")
    data = {"username": username, "password": password, "form_token": form_token(client)}
    answer = client.post("/sign-in", data=data)
    return str(answer.location) if answer.status_code == 303 else str(answer.status_code)


def second_step(client: FlaskClient, code: str) -> tuple[int, str]:
    answer = client.post("/sign-in/code", data={"code": code, "form_token": form_token(client)})
    return answer.status_code, answer.text


def test_who_comes_for_the_first_time_can_do_nothing_but_set_the_second_factor_up(
    visitor: FlaskClient, world: World, username: str
) -> None:
    assert first_step(visitor, username) == "/account/second-factor"
    for path in ("/", "/account", world.coverage(), world.at("people")):
        answer = visitor.get(path)
        assert (answer.status_code, answer.location) == (303, "/account/second-factor")
    assert visitor.get("/account/second-factor").status_code == 200


def test_a_wrong_code_at_set_up_leaves_the_picture_as_it_was(
    visitor: FlaskClient, username: str
) -> None:
    first_step(visitor, username)
    token = {"form_token": form_token(visitor)}
    visitor.post("/account/second-factor", data=token)
    before = visitor.get("/account/second-factor/scan").text
    wrong = visitor.post("/account/second-factor/scan", data={"code": "000000", **token})
    assert wrong.status_code == 401
    assert "Mã không khớp" in wrong.text
    assert secret_in(wrong.text) == secret_in(before)


def secret_in(page: str) -> list[str]:
    return re.findall(r"<span>([A-Z2-7]{1,4})</span>", page)


def test_the_code_page_is_nothing_without_the_first_step(
    visitor: FlaskClient, codes: list[str]
) -> None:
    assert visitor.get("/sign-in/code").location == "/sign-in"
    visitor.get("/sign-in")
    status, page = second_step(visitor, codes[0])
    assert status == 401
    assert "đăng nhập lại từ đầu" in page


def test_a_recovery_code_opens_the_account_once(
    visitor: FlaskClient, strict_app: APIFlask, username: str, codes: list[str]
) -> None:
    assert first_step(visitor, username) == "/sign-in/code"
    assert second_step(visitor, codes[0].upper())[0] == 303
    assert visitor.get("/account").status_code == 200
    again = strict_app.test_client()
    first_step(again, username)
    assert second_step(again, codes[0])[0] == 401
    assert again.get("/account").status_code == 303


def test_after_too_many_wrong_codes_the_page_says_when_to_come_back(
    visitor: FlaskClient, username: str, codes: list[str]
) -> None:
    first_step(visitor, username)
    assert [second_step(visitor, "000000")[0] for _ in range(5)] == [401] * 5
    status, page = second_step(visitor, codes[0])
    assert status == 429
    assert re.search(r"Hãy quay lại sau 1[45] phút", page)


def test_the_first_step_is_good_for_five_minutes_and_for_the_same_password(
    strict_app: APIFlask, database: Engine, username: str, codes: list[str]
) -> None:
    door, now = strict_app.extensions[DOOR], datetime.now(UTC)
    with Session(database) as session, session.begin():
        note = two_steps.note_of(session, door, username, now)
        assert note is not None
        assert two_steps.is_good(session, door, note, now + timedelta(minutes=4))
        assert not two_steps.is_good(session, door, note, now + timedelta(minutes=6))
        other = note[:-1] + ("0" if note[-1] != "0" else "1")
        assert not two_steps.is_good(session, door, other, now)
        assert replace_password(session, username)
        assert not two_steps.is_good(session, door, note, now)


def test_who_comes_back_after_the_end_of_a_session_is_told_so(
    visitor: FlaskClient, world: World
) -> None:
    visitor.set_cookie("survey_session", "x" * 43)
    asked = visitor.get(world.coverage())
    assert "Phiên đăng nhập đã hết" in visitor.get(asked.location).text


@pytest.fixture
def link(database: Engine, username: str) -> str:
    with Session(database) as session, session.begin():
        person = ids_of(session, [username])[username]
        made = make_reset(session, person, None, False, datetime.now(UTC))
    return f"/reset/{made.token}"


def test_a_link_sets_a_password_once(visitor: FlaskClient, username: str, link: str) -> None:
    page = visitor.get(link)
    assert username in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    new = "bốn từ không liên quan"
    data = {"password": new, "again": new, "form_token": form_token(visitor)}
    assert visitor.post(link, data=data).location == "/sign-in?done=password_set"
    assert visitor.get(link).status_code == 410
    assert visitor.post(link, data=data).status_code == 410
    assert first_step(visitor, username) == "401"
    assert first_step(visitor, username, new) == "/account/second-factor"


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("ngắn quá", "ngắn quá", "ít nhất 12 ký tự"),
        ("123456789012", "123456789012", "quá phổ biến"),
        ("Lý Thị Thử!!!", "Lý Thị Thử!!!", "tên của bạn"),
        ("bốn từ không liên quan", "bốn từ khác hẳn", "Hai mật khẩu khác nhau"),
    ],
)
def test_a_refused_password_says_why_and_leaves_the_link_good(
    visitor: FlaskClient, link: str, password: str, again: str, sentence: str
) -> None:
    visitor.get(link)
    data = {"password": password, "again": again, "form_token": form_token(visitor)}
    refused = visitor.post(link, data=data)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert password not in refused.text
    assert visitor.get(link).status_code == 200
