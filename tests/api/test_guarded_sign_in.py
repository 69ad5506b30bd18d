"""Signing in as in production: with second factors and bounds, in two processes' worth of servers.

Sessions, second factors and failures are in PostgreSQL, so it does not matter which of the two
answers, nor what becomes of Redis.
"""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import redis
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey_server import settings
from survey_server.app import create_app
from survey_server.services import audit
from survey_server.store.base import db
from tests.entering import code_for
from tests.world import PASSWORD, World

NEW_PASSWORD = "con trâu ăn cỏ ngoài đồng"


def refusal(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


@pytest.fixture(scope="module")
def guarded(app: APIFlask, chosen: settings.Settings) -> Iterator[list[APIFlask]]:
    """Two of them, each with its own connections, behind one trusted proxy."""
    strict = dataclasses.replace(
        chosen, second_factor="required", address_failures=50, trusted_proxies=1
    )
    made = [create_app(strict) for _ in range(2)]
    yield made
    for one in made:
        with one.app_context():
            for connections in db.engines.values():
                connections.dispose()
        one.extensions["audit"].engine.dispose()
    audit.keep_in(app.extensions["audit"])


@pytest.fixture
def here(guarded: list[APIFlask]) -> FlaskClient:
    return guarded[0].test_client()


@pytest.fixture
def there(guarded: list[APIFlask]) -> FlaskClient:
    return guarded[1].test_client()


@pytest.fixture(autouse=True)
def no_failures_before(database: Engine) -> None:
    with Session(database) as session, session.begin():
        session.execute(text("DELETE FROM failures"))


def enter(
    client: FlaskClient, world: World, name: str, code: str = "", password: str = PASSWORD
) -> TestResponse:
    body = {"username": f"{name}@{world.code}", "password": password, "code": code}
    return client.post("/api/v1/sessions", json=body)


def head_of(answer: TestResponse) -> dict[str, str]:
    assert answer.status_code in (200, 201), answer.get_json()
    return {"Authorization": f"Bearer {answer.get_json()['token']}"}


def set_up(client: FlaskClient, head: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The address of the secret, and what the confirmation told."""
    began = client.post("/api/v1/account/second-factor", json={}, headers=head)
    assert began.status_code == 200, began.get_json()
    address = began.get_json()["address"]
    confirmed = client.post(
        "/api/v1/account/second-factor/confirmation",
        json={"code": code_for(address, datetime.now(UTC))},
        headers=head,
    )
    assert confirmed.status_code == 200, confirmed.get_json()
    return address, confirmed.get_json()


def account(client: FlaskClient, head: dict[str, str]) -> TestResponse:
    return client.get("/api/v1/account", headers=head)


def test_field_staff_sign_in_with_a_password_alone(here: FlaskClient, world: World) -> None:
    answer = enter(here, world, "lan")
    assert answer.get_json()["second_factor_setup_needed"] is False
    assert account(here, head_of(answer)).status_code == 200


def test_others_set_their_second_factor_up_first_and_can_do_nothing_else(
    here: FlaskClient, guarded: list[APIFlask], world: World
) -> None:
    answer = enter(here, world, "hoa")
    assert answer.get_json()["second_factor_setup_needed"] is True
    head = head_of(answer)
    ways_in = 0
    for rule in guarded[0].url_map.iter_rules():
        if not rule.rule.startswith("/api/") or rule.rule.endswith("openapi.json"):
            continue
        address = urlsplit(guarded[0].url_map.bind("x").build(rule.endpoint, _values(rule))).path
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}:
            if rule.endpoint in NEWCOMERS:
                ways_in += 1
                continue
            got = here.open(address, method=method, json={}, headers=head)
            assert got.status_code in (401, 403, 404, 406, 410, 415, 422), (rule, method)
            if got.status_code in (404, 410, 422):
                assert rule.endpoint in ANYBODYS, (rule, method, got.status_code)
    assert ways_in == len(NEWCOMERS)
    assert refusal(here.get("/api/v1/sessions", headers=head)) == (
        403,
        "second_factor_setup_needed",
    )


NEWCOMERS = (
    "people.account",
    "people.begin_second_factor",
    "people.confirm_second_factor",
    "people.sign_out",
)
ANYBODYS = ("people.sign_in", "people.reset_password", "devices.enrol")


def _values(rule: Any) -> dict[str, Any]:
    numbers = ("person_id", "role_id", "session_id", "token_id", "device")
    ids = ("release", "interview", "attachment", "instance")
    known = {**dict.fromkeys(ids, uuid4()), **dict.fromkeys(numbers, 1)}
    return {name: known.get(name, "1") for name in rule.arguments}


def test_the_whole_way_from_the_first_sign_in_to_the_next(
    here: FlaskClient, there: FlaskClient, world: World
) -> None:
    first = head_of(enter(here, world, "hoa"))
    address, told = set_up(here, first)
    assert len(told["recovery_codes"]) == 10
    # The limited session has ended; the one that was opened sees everything, everywhere.
    assert account(there, first).status_code == 401
    opened = {"Authorization": f"Bearer {told['token']}"}
    assert account(there, opened).get_json()["second_factor"] is True
    assert refusal(enter(there, world, "hoa")) == (401, "second_factor_needed")
    assert refusal(enter(there, world, "hoa", "000000")) == (401, "second_factor_wrong")
    later = code_for(address, datetime.now(UTC), later=1)
    assert account(here, head_of(enter(there, world, "hoa", later))).status_code == 200
    assert refusal(enter(here, world, "hoa", later)) == (401, "second_factor_wrong")
    code = told["recovery_codes"][3]
    assert enter(here, world, "hoa", code).status_code == 201
    assert refusal(enter(there, world, "hoa", code)) == (401, "second_factor_wrong")


def test_a_session_known_before_signing_in_opens_nothing_afterwards(
    here: FlaskClient, there: FlaskClient, world: World
) -> None:
    """Fixation: whoever plants a token of their own choice, or an old one, gains nothing."""
    planted = "p" * 43
    old = head_of(enter(here, world, "lan"))
    here.delete("/api/v1/sessions/current", headers=old)
    entered = here.post(
        "/api/v1/sessions",
        json={"username": f"lan@{world.code}", "password": PASSWORD},
        headers={"Authorization": f"Bearer {planted}", "Cookie": f"survey_session={planted}"},
    )
    new = head_of(entered)
    assert len({planted, old["Authorization"], new["Authorization"]}) == 3
    for head in ({"Authorization": f"Bearer {planted}"}, old):
        assert refusal(account(there, head)) == (401, "unauthenticated")
    again = head_of(enter(here, world, "lan"))
    assert again != new


def test_setting_the_second_factor_up_changes_the_session_too(
    here: FlaskClient, there: FlaskClient, world: World
) -> None:
    before = head_of(enter(here, world, "hoa"))
    _, told = set_up(here, before)
    assert told["token"] not in before["Authorization"]
    assert account(there, before).status_code == 401


def test_brute_force_is_bounded_over_both_servers_and_without_redis(
    here: FlaskClient, there: FlaskClient, world: World, chosen: settings.Settings
) -> None:
    for number in range(5):
        client = (here, there)[number % 2]
        assert refusal(enter(client, world, "lan", password=f"wrong {number}")) == (
            401,
            "login_failed",
        )
    redis.from_url(chosen.redis_url).flushall()
    for client in (here, there):
        wrong, right, unknown = (
            enter(client, world, "lan", password="wrong again"),
            enter(client, world, "lan"),
            enter(client, world, "nobody at all"),
        )
        told = [
            {key: value for key, value in one.get_json().items() if key != "request_id"}
            for one in (wrong, right, unknown)
        ]
        assert told[0] == told[1] == told[2]
    world.change("UPDATE failures SET failed_at = failed_at - interval '16 minutes'")
    assert enter(there, world, "lan").status_code == 201


def test_an_address_is_that_of_the_proxy_s_last_word(
    here: FlaskClient, there: FlaskClient, world: World
) -> None:
    """One proxy is trusted: what stands before its entry was written by the client."""

    def guess(client: FlaskClient, forwarded: str, number: int) -> TestResponse:
        body = {"username": f"nobody{number}", "password": "wrong"}
        return client.post("/api/v1/sessions", json=body, headers={"X-Forwarded-For": forwarded})

    for number in range(50):
        guess((here, there)[number % 2], f"10.0.0.{number}, 203.0.113.7", number)
    limited = guess(there, "10.9.9.9, 203.0.113.7", 51)
    assert refusal(limited) == (429, "rate_limited")
    assert 1 <= int(limited.headers["Retry-After"]) <= 15 * 60
    assert refusal(guess(here, "203.0.113.7, 203.0.113.8", 52)) == (401, "login_failed")


def test_without_a_trusted_proxy_the_header_is_not_believed(
    client: FlaskClient, database: Engine
) -> None:
    for number in range(3):
        client.post(
            "/api/v1/sessions",
            json={"username": f"x{number}", "password": "wrong"},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        )
    with Session(database) as session:
        most = session.execute(
            text("SELECT count(*) FROM failures GROUP BY subject_sha256 ORDER BY 1 DESC LIMIT 1")
        ).scalar_one()
    assert most == 3


def test_tablets_sync_from_an_address_that_may_not_sign_in(here: FlaskClient, world: World) -> None:
    far = {"X-Forwarded-For": "203.0.113.9"}
    for number in range(51):
        body = {"username": f"nobody{number}", "password": "wrong"}
        here.post("/api/v1/sessions", json=body, headers=far)
    blocked = {"username": f"lan@{world.code}", "password": PASSWORD}
    assert here.post("/api/v1/sessions", json=blocked, headers=far).status_code == 429
    tablet = {"Authorization": f"Bearer {world.secrets['lan']}", **far}
    assert here.get("/api/v1/sync/state", headers=tablet).status_code == 200


def test_own_sessions_are_listed_and_the_others_ended_everywhere(
    here: FlaskClient, there: FlaskClient, world: World
) -> None:
    mine, other, third = (head_of(enter(here, world, "lan")) for _ in range(3))
    listed = here.get("/api/v1/sessions", headers=mine).get_json()["sessions"]
    assert [one["current"] for one in listed].count(True) == 1
    one = next(one["id"] for one in listed if not one["current"])
    assert here.delete(f"/api/v1/sessions/{one}", headers=mine).status_code == 204
    alive = [account(there, head).status_code for head in (mine, other, third)]
    assert sorted(alive) == [200, 200, 401]
    assert here.delete("/api/v1/sessions", headers=mine).status_code == 204
    assert [account(there, head).status_code for head in (mine, other, third)] == [200, 401, 401]


def test_nobody_ends_somebody_else_s_session(here: FlaskClient, world: World) -> None:
    mine, hers = head_of(enter(here, world, "lan")), head_of(enter(here, world, "mai"))
    session = here.get("/api/v1/sessions", headers=hers).get_json()["sessions"][0]["id"]
    assert refusal(here.delete(f"/api/v1/sessions/{session}", headers=mine)) == (404, "not_found")
    assert account(here, hers).status_code == 200


def test_changing_one_s_password_ends_all_sessions_but_the_new_one(
    here: FlaskClient, there: FlaskClient, world: World
) -> None:
    mine, other = head_of(enter(here, world, "lan")), head_of(enter(there, world, "lan"))
    body = {"old": PASSWORD, "password": NEW_PASSWORD}
    weak = {**body, "password": "lan lan lan lan"}
    told = here.post("/api/v1/account/password", json=weak, headers=mine)
    assert refusal(told) == (422, "password_refused")
    assert told.get_json()["errors"][0]["code"] == "password_too_common"
    wrong = here.post("/api/v1/account/password", json={**body, "old": "x"}, headers=mine)
    assert refusal(wrong) == (401, "login_failed")
    new = head_of(here.post("/api/v1/account/password", json=body, headers=mine))
    assert [account(there, head).status_code for head in (mine, other, new)] == [401, 401, 200]
    assert refusal(enter(there, world, "lan")) == (401, "login_failed")
    assert enter(there, world, "lan", password=NEW_PASSWORD).status_code == 201


def reset_link(client: FlaskClient, world: World, by: dict[str, str]) -> str:
    lan = world.sql("SELECT id FROM people WHERE username = :n", n=f"lan@{world.code}")[0][0]
    made = client.post(
        f"/api/v1/surveys/{world.code}/people/{lan}/password-resets", json={}, headers=by
    )
    assert made.status_code == 201, made.get_json()
    return str(made.get_json()["token"])


def reset(client: FlaskClient, token: str, password: str = NEW_PASSWORD) -> TestResponse:
    return client.post("/api/v1/password-resets", json={"token": token, "password": password})


def test_a_reset_link_works_once_ends_older_ones_and_every_session(
    here: FlaskClient, there: FlaskClient, world: World
) -> None:
    lan = head_of(enter(here, world, "lan"))
    _, told = set_up(here, head_of(enter(here, world, "hoa")))
    hoa = {"Authorization": f"Bearer {told['token']}"}
    older, newer = reset_link(here, world, hoa), reset_link(there, world, hoa)
    assert refusal(reset(there, older)) == (410, "reset_link_invalid")
    assert refusal(reset(there, newer, "short")) == (422, "password_refused")
    assert account(there, lan).status_code == 200
    assert reset(here, newer).status_code == 204
    assert account(there, lan).status_code == 401
    assert refusal(reset(there, newer)) == (410, "reset_link_invalid")
    assert enter(there, world, "lan", password=NEW_PASSWORD).status_code == 201


def test_a_reset_link_ends_after_a_day_and_opens_no_disabled_account(
    here: FlaskClient, world: World
) -> None:
    _, told = set_up(here, head_of(enter(here, world, "hoa")))
    hoa = {"Authorization": f"Bearer {told['token']}"}
    late = reset_link(here, world, hoa)
    world.change("UPDATE password_resets SET expires_at = now() - interval '1 second'")
    assert refusal(reset(here, late)) == (410, "reset_link_invalid")
    link = reset_link(here, world, hoa)
    world.change("UPDATE people SET disabled_at = now() WHERE username = :n", n=f"lan@{world.code}")
    assert refusal(reset(here, link)) == (410, "reset_link_invalid")


def test_no_password_token_link_or_code_that_was_presented_is_in_the_database(
    here: FlaskClient, world: World, database: Engine
) -> None:
    address, told = set_up(here, head_of(enter(here, world, "hoa")))
    hoa = {"Authorization": f"Bearer {told['token']}"}
    link = reset_link(here, world, hoa)
    assert reset(here, link).status_code == 204
    program = here.post(
        "/api/v1/api-tokens",
        json={"name": "Báo cáo", "scopes": ["coverage:read"], "days": 30},
        headers=hoa,
    ).get_json()["token"]
    lan = enter(here, world, "lan", password=NEW_PASSWORD).get_json()["token"]
    enter(here, world, NEW_PASSWORD, password=f"lan@{world.code}")
    secret = address.split("secret=")[1].split("&")[0]
    presented = [
        PASSWORD, NEW_PASSWORD, told["token"], lan, link, program, secret, *told["recovery_codes"],
        *world.secrets.values(),
    ]  # fmt: skip
    with database.connect() as connection:
        tables = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        for table in tables.all():
            for row in connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars():
                found = [one for one in presented if one in row or one.encode().hex() in row]
                assert not found, table


def test_a_session_of_a_browser_is_as_good_as_gone_when_it_is_thirteen_hours_old(
    here: FlaskClient, world: World
) -> None:
    lan = head_of(enter(here, world, "lan"))
    then = datetime.now(UTC) - timedelta(hours=12, seconds=1)
    world.change("UPDATE sessions SET created_at = :then", then=then)
    assert refusal(account(here, lan)) == (401, "token_expired")
