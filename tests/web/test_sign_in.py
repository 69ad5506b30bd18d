"""POST /sign-in and /sign-out."""

import io

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import PASSWORD, World, form_token, sign_in


def attempt(client: FlaskClient, username: str, password: str, **more: str) -> TestResponse:
    client.get("/sign-in")
    data = {"username": username, "password": password, "form_token": form_token(client)}
    return client.post("/sign-in", data={**data, **more})


def test_a_stranger_is_led_to_the_sign_in_page_and_back_afterwards(
    client: FlaskClient, world: World
) -> None:
    asked = client.get(world.coverage(by="day"))
    assert asked.status_code == 303
    page = client.get(asked.location)
    assert f'name="next" value="/surveys/{world.survey}/coverage?by=day"' in page.text
    answer = attempt(client, world.supervisor, PASSWORD, next=world.coverage(by="day"))
    assert answer.location == world.coverage(by="day")
    assert client.get(answer.location).status_code == 200


def test_every_failure_to_sign_in_looks_the_same(client: FlaskClient, world: World) -> None:
    unknown = attempt(client, "nobody", "x" * 20)
    wrong = attempt(client, world.supervisor, "x" * 20)
    long = attempt(client, world.supervisor, "x" * 3500)
    assert [answer.status_code for answer in (unknown, wrong, long)] == [401, 401, 401]
    assert unknown.text.replace("nobody", world.supervisor) == wrong.text == long.text
    assert "Sai tên đăng nhập hoặc mật khẩu" in wrong.text
    assert "x" * 20 not in wrong.text


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: FlaskClient, world: World
) -> None:
    answer = attempt(client, world.supervisor, PASSWORD)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "survey_session" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    safe = client.post(
        "/sign-in",
        base_url="https://localhost",
        data={"username": world.supervisor, "password": PASSWORD, "form_token": "f" * 20},
        headers={"Cookie": f"survey_form={'f' * 20}"},
    )
    assert all("Secure" in c for c in safe.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("sent", ["", "another value"])
def test_a_form_from_elsewhere_signs_nobody_in_or_out(
    client: FlaskClient, world: World, sent: str
) -> None:
    client.get("/sign-in")
    data = {"username": world.supervisor, "password": PASSWORD, "form_token": sent}
    refused = client.post("/sign-in", data=data)
    assert refused.status_code == 403
    assert "survey_session" not in str(refused.headers)
    sign_in(client, world.supervisor)
    assert client.post("/sign-out", data={"form_token": sent}).status_code == 403
    assert client.get(world.coverage()).status_code == 200


def test_after_signing_out_the_old_cookie_opens_nothing(client: FlaskClient, world: World) -> None:
    sign_in(client, world.supervisor)
    kept = client.get_cookie("survey_session")
    assert kept is not None
    assert client.post("/sign-out", data={"form_token": form_token(client)}).status_code == 303
    client.set_cookie("survey_session", kept.value)
    assert client.get(world.coverage()).status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "\\\\evil", "/\t/evil.example"],
)
def test_signing_in_never_leads_to_another_site(
    client: FlaskClient, world: World, elsewhere: str
) -> None:
    assert attempt(client, world.supervisor, PASSWORD, next=elsewhere).location == "/"


def test_a_name_with_strange_bytes_is_a_wrong_name(client: FlaskClient) -> None:
    assert attempt(client, "a\0b", "c\0d").status_code == 401
    assert attempt(client, "\ud7ff" * 400, "c").status_code == 401


LARGE = [
    ("/sign-in", 4097),
    ("/sign-in/code", 4097),
    ("/sign-out", 4097),
    ("/reset/abc", 4097),
    ("/sign-in", 10_000_000),
]


@pytest.mark.parametrize(("path", "size"), LARGE)
def test_a_form_that_is_too_large_is_refused_with_what_to_do(
    client: FlaskClient, path: str, size: int
) -> None:
    answer = client.post(path, data={"password": "x" * size})
    assert answer.status_code == 413
    assert "viết ngắn lại" in answer.text
    assert "x" * 50 not in answer.text


def test_a_large_form_without_a_length_is_refused_too(client: FlaskClient) -> None:
    answer = client.post(
        "/sign-in",
        input_stream=io.BytesIO(b"password=" + b"x" * 5000),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413


def test_a_form_just_below_the_bound_is_read(client: FlaskClient) -> None:
    assert attempt(client, "nobody", "x" * 3900).status_code == 401
