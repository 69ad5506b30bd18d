"""What a browser is told with every answer, whatever the answer is."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from survey_server import problems, settings
from survey_server.app import create_app
from survey_server.store.base import db
from tests.policy.calls import filled
from tests.world import World

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NEEDED = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
}  # fmt: skip


def check(answer: TestResponse) -> None:
    for name, value in ALWAYS.items():
        assert answer.headers.get(name) == value, (answer.request.path, name)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy == "sandbox" or set(policy.split("; ")) >= NEEDED
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["X-Request-Id"]
    assert "Server" not in answer.headers
    kept = answer.headers.get("Cache-Control", "")
    if answer.status_code >= 400:
        assert "no-store" in kept, answer.request.path


def test_every_route_protects_its_answer(app: APIFlask, client: FlaskClient, here: World) -> None:
    count = 0
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            with client.open(filled(rule, here), method=method) as answer:
                check(answer)
                count += 1
    assert count >= 90


def body(text: str) -> dict[str, object]:
    return {"data": text, "content_type": "application/json"}


# The refusals that a request alone brings about.
REFUSED = {
    400: ("POST", "/api/v1/sessions", body("{")),
    401: ("GET", "/api/v1/coverage?survey=x", {}),
    403: ("POST", "/sign-in", {"data": {"username": "x"}}),
    404: ("GET", "/api/v1/nowhere", {}),
    405: ("DELETE", "/sign-in", {}),
    406: ("GET", "/api/v1/forms", {"headers": {"Accept": "image/png"}}),
    413: ("POST", "/api/v1/sessions", body("x" * 100_000)),
    415: ("POST", "/api/v1/sessions", {"data": "x", "content_type": "text/plain"}),
    422: ("POST", "/api/v1/sessions", body("[]")),
}


@pytest.mark.parametrize("status", REFUSED)
def test_every_refusal_protects_itself(client: FlaskClient, status: int) -> None:
    method, path, more = REFUSED[status]
    answer = client.open(path, method=method, **more)  # type: ignore[arg-type]
    assert answer.status_code == status
    check(answer)


@pytest.mark.parametrize("path", ["/.git/config", "/metrics", "/.env", "/static/x", "/%00", "/x"])
def test_what_is_not_there_is_not_there(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    check(answer)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/v1/forms", "/healthz", "/assets/mark.svg"])
def test_nothing_is_traced(client: FlaskClient, path: str) -> None:
    answer = client.open(path, method="TRACE")
    assert answer.status_code == 405
    check(answer)


@pytest.fixture(scope="module")
def failing(chosen: settings.Settings) -> Iterator[APIFlask]:
    """A server of which a view raises what it is told to."""
    made = create_app(replace(chosen, tls=True))
    yield made
    with made.app_context():
        for one in db.engines.values():
            one.dispose()


@pytest.mark.parametrize(
    "raised",
    [
        problems.UpgradeRequired(),
        problems.RateLimited(),
        problems.Overloaded(),
        problems.DbUnavailable(),
        problems.StorageFull(),
        problems.InternalError(),
        RuntimeError("x"),
        OperationalError("x", {}, Exception("x")),
    ],
    ids=lambda one: type(one).__name__,
)
@pytest.mark.parametrize(
    ("endpoint", "path"), [("web.sign_in_page", "/sign-in"), ("health.alive", "/healthz")]
)
def test_failures_protect_themselves(
    failing: APIFlask, raised: Exception, endpoint: str, path: str
) -> None:
    def fail() -> str:
        raise raised

    kept = failing.view_functions[endpoint]
    failing.view_functions[endpoint] = fail
    try:
        answer = failing.test_client().get(path)
    finally:
        failing.view_functions[endpoint] = kept
    assert answer.status_code >= 426
    check(answer)


def test_browsers_are_told_to_come_by_tls_only_where_there_is_tls(
    failing: APIFlask, client: FlaskClient
) -> None:
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers
    behind_a_proxy = failing.test_client().get("/sign-in")
    direct = client.get("/sign-in", base_url="https://localhost")
    for answer in (behind_a_proxy, direct):
        told = answer.headers["Strict-Transport-Security"]
        assert int(told.split(";")[0].removeprefix("max-age=")) >= 365 * 24 * 3600


def test_cookies_under_tls_are_for_this_host_alone(failing: APIFlask) -> None:
    answer = failing.test_client().get("/sign-in")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *flags = cookie.split("; ")
    assert name.startswith("__Host-survey_form=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(flags)
    assert not any(flag.startswith("Domain") for flag in flags)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_the_value(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    client.get("/sign-in")
    cookie = client.get_cookie("survey_form")
    assert cookie
    data = {"username": "x", "password": "y", "form_token": cookie.value}
    assert client.post("/sign-in", data=data, headers=headers).status_code == 403
    assert client.post("/sign-in", data=data).status_code == 401
