"""Tokens of programs: GET, POST and DELETE /api-tokens, and what they open."""

from collections.abc import Sequence
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.http import signed_in
from tests.world import PASSWORD, World


def refusal(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def made(
    client: FlaskClient, head: dict[str, str], scopes: Sequence[str] = ("coverage:read",)
) -> dict[str, Any]:
    body = {"name": "Báo cáo buổi tối", "scopes": list(scopes), "days": 30}
    answer = client.post("/api/v1/api-tokens", json=body, headers=head)
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


def bearer(token: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {token['token']}"}


def coverage(client: FlaskClient, world: World, head: dict[str, str], area: str = "") -> int:
    query = {"survey": world.code, **({"area": area} if area else {})}
    return client.get("/api/v1/coverage", headers=head, query_string=query).status_code


def test_a_token_opens_what_its_scopes_name_in_its_maker_s_area_and_nothing_else(
    client: FlaskClient, world: World
) -> None:
    program = bearer(made(client, signed_in(client, world, "hoa")))
    assert coverage(client, world, program) == 200
    assert coverage(client, world, program, area="002") == 404
    people = f"/api/v1/surveys/{world.code}/people"
    for path in (f"/api/v1/findings?survey={world.code}", people, "/api/v1/account"):
        assert refusal(client.get(path, headers=program)) == (403, "forbidden"), path
    for path in ("/api/v1/sessions", "/api/v1/api-tokens"):
        assert refusal(client.get(path, headers=program)) == (403, "forbidden"), path


def test_no_program_makes_tokens_links_or_second_factors(client: FlaskClient, world: World) -> None:
    program = bearer(made(client, signed_in(client, world, "hoa"), ["people:write"]))
    lan = world.sql("SELECT id FROM people WHERE username = :n", n=f"lan@{world.code}")[0][0]
    body = {"name": "x", "scopes": ["people:write"], "days": 1}
    people = f"/api/v1/surveys/{world.code}/people/{lan}"
    for path, sent in (
        ("/api/v1/api-tokens", body),
        ("/api/v1/account/second-factor", {}),
        ("/api/v1/account/password", {"old": "x", "password": "y"}),
        (f"{people}/password-resets", {}),
    ):
        assert refusal(client.post(path, json=sent, headers=program)) == (403, "forbidden"), path
    assert client.post(f"{people}/disable", headers=program).status_code == 204


@pytest.mark.parametrize("loss", ["role", "account", "token", "time"])
def test_a_token_may_never_more_than_its_maker_may_now(
    client: FlaskClient, world: World, loss: str
) -> None:
    hoa = signed_in(client, world, "hoa")
    token = made(client, hoa)
    program = bearer(token)
    assert coverage(client, world, program) == 200
    who = {"n": f"hoa@{world.code}"}
    of_hoa = "person_id = (SELECT id FROM people WHERE username = :n)"
    if loss == "role":
        world.change(f"UPDATE memberships SET valid_to = '2020-01-01' WHERE {of_hoa}", **who)
        assert coverage(client, world, program) == 403
    elif loss == "account":
        world.change("UPDATE people SET disabled_at = now() WHERE username = :n", **who)
        assert coverage(client, world, program) == 401
    elif loss == "time":
        world.change(f"UPDATE api_tokens SET expires_at = now() WHERE {of_hoa}", **who)
        answer = client.get(f"/api/v1/coverage?survey={world.code}", headers=program)
        assert refusal(answer) == (401, "token_expired")
    else:
        gone = client.delete(f"/api/v1/api-tokens/{token['id']}", headers=hoa)
        assert gone.status_code == 204
        assert coverage(client, world, program) == 401


def test_a_token_is_shown_once_and_known_by_its_beginning(
    client: FlaskClient, world: World
) -> None:
    hoa = signed_in(client, world, "hoa")
    token = made(client, hoa)
    listed = client.get("/api/v1/api-tokens", headers=hoa)
    assert token["token"] not in listed.text
    assert token["token"].startswith(listed.get_json()["tokens"][0]["prefix"])
    assert listed.get_json()["tokens"][0]["seen_at"] is None
    coverage(client, world, bearer(token))
    listed = client.get("/api/v1/api-tokens", headers=hoa)
    assert listed.get_json()["tokens"][0]["seen_at"] is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"days": 366},
        {"days": 0},
        {"name": ""},
        {"person_id": 1},
    ],
)
def test_a_token_without_bounds_is_refused(
    client: FlaskClient, world: World, wrong: dict[str, Any]
) -> None:
    body = {"name": "x", "scopes": ["coverage:read"], "days": 1, **wrong}
    answer = client.post("/api/v1/api-tokens", json=body, headers=signed_in(client, world, "hoa"))
    assert refusal(answer) == (422, "validation_failed")


def test_field_staff_have_no_programs_and_nobody_revokes_another_s(
    client: FlaskClient, world: World
) -> None:
    lan, hoa, binh = (signed_in(client, world, name) for name in ("lan", "hoa", "binh"))
    body = {"name": "x", "scopes": ["coverage:read"], "days": 1}
    assert refusal(client.post("/api/v1/api-tokens", json=body, headers=lan)) == (403, "forbidden")
    token = made(client, hoa)
    answer = client.delete(f"/api/v1/api-tokens/{token['id']}", headers=binh)
    assert refusal(answer) == (404, "not_found")
    assert coverage(client, world, bearer(token)) == 200


def new_password(client: FlaskClient, world: World, by: str, of: str) -> None:
    person = world.sql("SELECT id FROM people WHERE username = :n", n=f"{of}@{world.code}")[0][0]
    path = f"/api/v1/surveys/{world.code}/people/{person}/password-resets"
    link = client.post(path, json={}, headers=signed_in(client, world, by)).get_json()
    body = {"token": link["token"], "password": "mot mat khau hoan toan khac"}
    assert client.post("/api/v1/password-resets", json=body).status_code == 204


def test_a_password_link_ends_the_tokens_that_somebody_may_have_made_in_the_account(
    client: FlaskClient, world: World
) -> None:
    token = made(client, signed_in(client, world, "hoa"))
    others = bearer(made(client, signed_in(client, world, "binh")))
    new_password(client, world, "an", "hoa")
    assert coverage(client, world, bearer(token)) == 401
    assert coverage(client, world, others) == 200
    noted = world.sql(
        "SELECT count(*) FROM audit_entries WHERE action = 'token_revoked' AND object = :token",
        token=f"token:{token['id']}",
    )
    assert noted[0][0] == 1


@pytest.mark.parametrize(("wish", "status"), [({}, 200), ({"revokes_tokens": True}, 401)])
def test_whoever_changes_their_password_says_what_becomes_of_their_tokens(
    client: FlaskClient, world: World, wish: dict[str, bool], status: int
) -> None:
    hoa = signed_in(client, world, "hoa")
    program = bearer(made(client, hoa))
    body = {"old": PASSWORD, "password": "mot mat khau hoan toan khac", **wish}
    assert client.post("/api/v1/account/password", json=body, headers=hoa).status_code == 200
    assert coverage(client, world, program) == status
