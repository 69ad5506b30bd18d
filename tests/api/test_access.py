"""Who may call what: refusals say nothing to those who may not know, in the language they read."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey_server import problems
from survey_server.services.frame import revoke_device
from survey_server.store.frame import Survey
from tests.http import signed_in
from tests.world import EAS, World

TABLET_ROUTES = [("GET", "/api/v1/sync/state"), ("POST", "/api/v1/batches")]
PERSON_ROUTES = [
    ("GET", "/api/v1/coverage?survey=x"),
    ("POST", "/api/v1/releases"),
    ("GET", "/api/v1/releases/00000000-0000-4000-8000-000000000000"),
    ("GET", "/api/v1/releases/00000000-0000-4000-8000-000000000000/file"),
]
BOTH_ROUTES = [
    ("GET", "/api/v1/forms"),
    ("GET", "/api/v1/forms/a/versions/b"),
    ("GET", "/api/v1/forms/a/versions/b/media/c.csv"),
]
FIELDS = {"type", "title", "status", "code", "detail", "retry", "request_id", "errors"}


def call(
    client: FlaskClient, method: str, path: str, headers: dict[str, str] | None = None
) -> TestResponse:
    body: Any = {"survey": "x"} if method == "POST" else None
    return client.open(path, method=method, json=body, headers=headers or {})


def refusal(answer: TestResponse) -> tuple[int, str]:
    problem = answer.get_json()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]


def tablet(world: World, name: str = "lan") -> dict[str, str]:
    return {"Authorization": f"Bearer {world.secrets[name]}"}


BAD_TOKENS = {
    "none": None,
    "an empty header": "",
    "no scheme": "0123456789abcdef0123456789abcdef",
    "a scheme alone": "Bearer",
    "an empty token": "Bearer ",
    "another scheme": "Basic dXNlcjpwYXNzd29yZA==",
    "a short token": "Bearer abc",
    "a long token": "Bearer " + "x" * 5000,
    "an unknown token": "Bearer 0123456789abcdef0123456789abcdef",
    "letters of Latin-1": "Bearer \xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9",
    "SQL": "Bearer ' OR secret_sha256 IS NOT NULL --",
}


@pytest.mark.parametrize("what", BAD_TOKENS)
def test_without_a_good_token_nobody_gets_anything(client: FlaskClient, what: str) -> None:
    token = BAD_TOKENS[what]
    headers = {} if token is None else {"Authorization": token}
    for method, path in (*TABLET_ROUTES, *PERSON_ROUTES, *BOTH_ROUTES):
        answer = call(client, method, path, headers)
        assert refusal(answer) == (401, "unauthenticated"), path
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.get_json()["retry"] is False


def test_a_token_in_the_address_is_no_token(client: FlaskClient, still: World) -> None:
    secret = still.secrets["lan"]
    for path in (f"/api/v1/sync/state?token={secret}", f"/api/v1/sync/state?access_token={secret}"):
        assert refusal(client.get(path)) == (401, "unauthenticated")


def test_a_tablet_is_no_person_and_a_person_no_tablet(client: FlaskClient, still: World) -> None:
    for method, path in PERSON_ROUTES:
        assert refusal(call(client, method, path, tablet(still)))[0] == 401
    person = signed_in(client, still, "an")
    for method, path in TABLET_ROUTES:
        assert refusal(call(client, method, path, person))[0] == 401


def test_a_revoked_tablet_is_refused_at_once_everywhere(
    client: FlaskClient, database: Engine, world: World
) -> None:
    assert client.get("/api/v1/sync/state", headers=tablet(world)).status_code == 200
    with database.begin() as connection:
        connection.execute(
            text("UPDATE devices SET revoked_at = now() WHERE survey_id = :id"), {"id": world.id}
        )
    for method, path in (*TABLET_ROUTES, *BOTH_ROUTES):
        answer = call(client, method, path, tablet(world))
        assert refusal(answer) == (401, "token_revoked"), path
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("column", "age"), [("seen_at", timedelta(minutes=31)), ("created_at", timedelta(hours=12))]
)
def test_a_session_that_ran_out_says_so(
    client: FlaskClient, database: Engine, world: World, column: str, age: timedelta
) -> None:
    head = signed_in(client, world, "hoa")
    path = f"/api/v1/coverage?survey={world.code}"
    assert client.get(path, headers=head).status_code == 200
    age_session(database, world, column, age)
    for method, route in PERSON_ROUTES:
        answer = call(client, method, route, head)
        assert refusal(answer) == (401, "token_expired")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_whoever_goes_on_working_stays_signed_in(
    client: FlaskClient, database: Engine, world: World
) -> None:
    head = signed_in(client, world, "hoa")
    path = f"/api/v1/coverage?survey={world.code}"
    for _ in range(3):
        age_session(database, world, "seen_at", timedelta(minutes=20))
        assert client.get(path, headers=head).status_code == 200


def age_session(database: Engine, world: World, column: str, age: timedelta) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                f"UPDATE sessions SET {column} = {column} - CAST(:age AS interval) WHERE person_id"
                " IN (SELECT id FROM people WHERE username LIKE :those)"
            ),
            {"age": age, "those": f"%@{world.code}"},
        )


def test_somebody_whose_account_was_closed_is_out(
    client: FlaskClient, database: Engine, world: World
) -> None:
    head = signed_in(client, world, "hoa")
    with database.begin() as connection:
        connection.execute(
            text("UPDATE people SET disabled_at = now() WHERE username = :name"),
            {"name": f"hoa@{world.code}"},
        )
    answer = client.get(f"/api/v1/coverage?survey={world.code}", headers=head)
    assert refusal(answer) == (401, "unauthenticated")


def test_a_role_that_may_not_is_forbidden(client: FlaskClient, still: World) -> None:
    for name in ("hoa", "lan"):
        head = signed_in(client, still, name)
        answer = client.post("/api/v1/releases", json={"survey": still.code}, headers=head)
        assert refusal(answer) == (403, "forbidden")
        assert "WWW-Authenticate" not in answer.headers


def same(answers: list[TestResponse]) -> bool:
    """Whether answers are alike but for the id of the request."""
    bodies = [{**answer.get_json(), "request_id": ""} for answer in answers]
    heads = [
        {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
        for answer in answers
    ]
    return all(body == bodies[0] for body in bodies) and all(head == heads[0] for head in heads)


def test_outside_the_area_is_the_same_as_not_there(client: FlaskClient, still: World) -> None:
    duc = signed_in(client, still, "duc")
    paths = [
        f"/api/v1/coverage?survey={still.code}&area={area}"
        for area in ("01", "001", EAS[0], "VN", "V1", "no-such-area", "0", "100")
    ]
    paths.append("/api/v1/coverage?survey=no_such_survey")
    answers = [client.get(path, headers=duc) for path in paths]
    assert {refusal(answer) for answer in answers} == {(404, "not_found")}
    assert same(answers)


def test_a_survey_of_others_is_the_same_as_none(
    client: FlaskClient, still: World, world: World
) -> None:
    head = signed_in(client, still, "an")
    answers = [
        client.get(f"/api/v1/coverage?survey={code}", headers=head)
        for code in (world.code, "no_such_survey")
    ]
    assert {refusal(answer) for answer in answers} == {(404, "not_found")}
    assert same(answers)


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v1", "/api/v1/nope", "/api/v2/forms", "/api/v1/forms/", "/api/v1/batches/x",
     "/api/v1/releases/not-a-uuid", "/api/v1/%00", "/api/v1/forms/%00/versions/x",
     "/api/v1/forms/..%2f..%2fetc/versions/x", "/api/v1/%ff%fe"],
)  # fmt: skip
def test_an_unknown_path_is_not_found_in_json(client: FlaskClient, still: World, path: str) -> None:
    answer = client.get(path, headers=tablet(still))
    assert refusal(answer) == (404, "not_found")
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/batches", {"POST", "OPTIONS"}),
        ("GET", "/api/v1/batches", {"POST", "OPTIONS"}),
        ("POST", "/api/v1/sync/state", {"GET", "HEAD", "OPTIONS"}),
        ("DELETE", "/api/v1/forms", {"GET", "HEAD", "OPTIONS"}),
        ("TRACE", "/api/v1/forms", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/api/v1/password-resets", {"POST", "OPTIONS"}),
        ("XYZ", "/api/v1/password-resets", {"POST", "OPTIONS"}),
    ],
)
def test_another_method_is_refused_with_those_allowed(
    client: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    answer = client.open(path, method=method)
    assert refusal(answer) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == allowed


def test_a_method_in_a_header_is_no_method(client: FlaskClient, still: World) -> None:
    head = tablet(still) | {"X-HTTP-Method-Override": "GET"}
    assert refusal(client.post("/api/v1/sync/state", headers=head))[0] == 405


@pytest.mark.parametrize("path", ["/nope", "/api", "/%00", "/coverage/x/y/z"])
def test_elsewhere_an_unknown_path_is_a_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_elsewhere_another_method_is_a_page(client: FlaskClient) -> None:
    answer = client.delete("/sign-in")
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("accept", ["text/html", "image/png", "application/xml", "x"])
def test_whoever_takes_no_json_is_told(client: FlaskClient, still: World, accept: str) -> None:
    for method, path in (*TABLET_ROUTES, *PERSON_ROUTES):
        answer = call(client, method, path, tablet(still) | {"Accept": accept})
        assert refusal(answer) == (406, "not_acceptable")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/*", "text/html, */*;q=0.1", "application/json;q=0.5", ""]
)
def test_whoever_takes_json_among_others_gets_it(
    client: FlaskClient, still: World, accept: str
) -> None:
    answer = client.get("/api/v1/sync/state", headers=tablet(still) | {"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")


REPEATED = [
    ("/api/v1/sync/state?since=a&since=a", "since"),
    ("/api/v1/coverage?survey=x&survey=y", "survey"),
    ("/api/v1/forms?page=1&page=2", "page"),
]


@pytest.mark.parametrize(("path", "name"), REPEATED)
def test_a_parameter_given_twice_is_refused(
    client: FlaskClient, still: World, path: str, name: str
) -> None:
    answer = client.get(path, headers=tablet(still))
    assert refusal(answer) == (422, "param_repeated")
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [f"/{name}"]


@pytest.mark.parametrize(
    "query",
    ["by=%00", "by=;drop", "by=", "by=" + "x" * 51, "area=", "area=%00", "area=" + "x" * 101,
     "by=unit%27", "area=01&by=UNIT"],
)  # fmt: skip
def test_a_parameter_that_makes_no_sense_is_refused(
    client: FlaskClient, still: World, query: str
) -> None:
    head = signed_in(client, still, "an")
    answer = client.get(f"/api/v1/coverage?survey={still.code}&{query}", headers=head)
    assert refusal(answer) == (422, "param_invalid")
    assert answer.get_json()["errors"][0]["pointer"] in ("/by", "/area")


def test_a_missing_parameter_is_named(client: FlaskClient, still: World) -> None:
    answer = client.get("/api/v1/coverage", headers=signed_in(client, still, "an"))
    assert refusal(answer) == (422, "param_invalid")
    assert answer.get_json()["errors"][0]["pointer"] == "/survey"


@pytest.mark.parametrize("since", ["", "x", "%00", "-1", "1e9", "9" * 3000, "%27;drop", "%ff"])
def test_a_cursor_that_was_tampered_with_is_refused(
    client: FlaskClient, still: World, since: str
) -> None:
    answer = client.get(f"/api/v1/sync/state?since={since}", headers=tablet(still))
    assert refusal(answer) == (422, "param_invalid")
    assert answer.get_json()["errors"][0]["pointer"] == "/since"


def test_the_cursor_of_the_state_is_taken_back(client: FlaskClient, still: World) -> None:
    first = client.get("/api/v1/sync/state", headers=tablet(still))
    path = f"/api/v1/sync/state?since={first.get_json()['cursor']}"
    second = client.get(path, headers=tablet(still))
    assert second.status_code == 200
    head = tablet(still) | {"If-None-Match": second.headers["ETag"]}
    assert client.get(path, headers=head).status_code == 304


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("en", problems.NotFound.title_en),
        ("en-GB, vi;q=0.5", problems.NotFound.title_en),
        ("vi", problems.NotFound.title_vi),
        ("vi-VN, en;q=0.9", problems.NotFound.title_vi),
        ("fr", problems.NotFound.title_vi),
        ("", problems.NotFound.title_vi),
        (";;;q=", problems.NotFound.title_vi),
    ],
)
def test_problems_are_told_in_the_language_asked_for(
    client: FlaskClient, asked: str, title: str
) -> None:
    answer = client.get("/api/v1/nope", headers={"Accept-Language": asked})
    assert answer.get_json()["title"] == title
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_problem_has_every_field_and_says_nothing_back(client: FlaskClient, still: World) -> None:
    secret = "Nguyễn-Thị-Bí-Mật"
    head = tablet(still)
    answers = [
        client.get(f"/api/v1/{secret}"),
        client.get(f"/api/v1/forms/{secret}/versions/1", headers=head),
        client.get(f"/api/v1/sync/state?since={secret}", headers=head),
        client.get(f"/api/v1/sync/state?{secret}=1&{secret}=2", headers=head),
        client.get("/api/v1/sync/state", headers={"Authorization": f"Bearer {secret}"}),
        client.post("/api/v1/sessions", json={"username": secret, "password": secret}),
        client.post("/api/v1/sessions", json={"username": secret, "password": [secret]}),
        client.post("/api/v1/batches", data=secret, headers=head, content_type="application/json"),
        client.post("/api/v1/batches", data=secret, headers=head, content_type=f"text/{secret}"),
    ]
    for answer in answers:
        problem = answer.get_json()
        assert 400 <= answer.status_code < 500
        assert problem.keys() >= FIELDS
        assert problem["type"] == problem["code"].replace("_", "-")
        assert problem["request_id"] == answer.headers["X-Request-Id"]
        assert all(one.keys() >= {"pointer", "code", "message"} for one in problem["errors"])
        assert "Nguy" not in json.dumps(problem, ensure_ascii=False)


SPREAD = """
from flask import Flask
from survey_server.api.errors import _spread
for number in range(400):
    with Flask("x").test_request_context(headers={"Authorization": f"Bearer {number}"}):
        print(_spread((30, 300)))
"""


def test_retry_after_is_spread_by_device_and_the_same_in_every_process() -> None:
    runs = [
        subprocess.run([sys.executable, "-c", SPREAD], capture_output=True, check=True).stdout
        for _ in range(2)
    ]
    waits = [int(line) for line in runs[0].split()]
    assert runs[0] == runs[1]
    assert min(waits) >= 30
    assert max(waits) <= 300
    assert len(set(waits)) > 150


def test_no_cache_keeps_what_a_tablet_reads(client: FlaskClient, still: World) -> None:
    answer = client.get("/api/v1/sync/state", headers=tablet(still))
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_tablet_that_was_revoked_is_told_so_at_its_next_request(
    client: FlaskClient, world: World, database: Engine
) -> None:
    assert client.get("/api/v1/sync/state", headers=tablet(world)).status_code == 200
    with Session(database) as session, session.begin():
        survey = session.get_one(Survey, world.id)
        assert revoke_device(session, survey, "tablet-lan", datetime.now(UTC)) == 1
        assert revoke_device(session, survey, "tablet-lan", datetime.now(UTC)) == 0
    answer = client.get("/api/v1/sync/state", headers=tablet(world))
    assert (answer.status_code, answer.get_json()["code"]) == (401, "token_revoked")
