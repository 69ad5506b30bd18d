"""The people of one's areas: GET and POST /surveys/…/people and what is below it.

Hoa supervises district 001, Bình manages the data of province 01, An administers the country;
Đức supervises another province and must meet nobody of this one.
"""

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.http import signed_in
from tests.world import EAS, PASSWORD, World

NEW_PASSWORD = "con trâu ăn cỏ ngoài đồng"


def refusal(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


class Speaker:
    """Somebody of the world who is signed in."""

    def __init__(self, client: FlaskClient, world: World, name: str) -> None:
        self.client, self.world = client, world
        self.head = signed_in(client, world, name)
        self.place = f"/api/v1/surveys/{world.code}/people"

    def get(self, path: str = "", **query: Any) -> TestResponse:
        return self.client.get(self.place + path, headers=self.head, query_string=query)

    def post(self, path: str = "", **body: Any) -> TestResponse:
        return self.client.post(self.place + path, headers=self.head, json=body)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(self.place + path, headers=self.head)

    def names(self, **query: Any) -> list[str]:
        answer = self.get(**query)
        assert answer.status_code == 200, answer.get_json()
        return [one["username"].split("@")[0] for one in answer.get_json()["people"]]


def person(world: World, name: str) -> int:
    found = world.sql("SELECT id FROM people WHERE username = :name", name=f"{name}@{world.code}")
    return int(found[0][0])


def new_username() -> str:
    return f"moi.{uuid4().hex[:10]}"


def opened(by: Speaker, role: str = "enumerator", area: str = EAS[0]) -> dict[str, Any]:
    answer = by.post(username=new_username(), name="Lý Thị Mới", role=role, area=area)
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


@pytest.fixture
def hoa(client: FlaskClient, world: World) -> Speaker:
    return Speaker(client, world, "hoa")


@pytest.fixture
def binh(client: FlaskClient, world: World) -> Speaker:
    return Speaker(client, world, "binh")


@pytest.fixture
def an(client: FlaskClient, world: World) -> Speaker:
    return Speaker(client, world, "an")


def test_a_list_holds_the_people_of_one_s_own_areas(client: FlaskClient, world: World) -> None:
    seen = {name: Speaker(client, world, name).names() for name in ("hoa", "binh", "duc", "an")}
    assert seen == {
        "hoa": ["hoa", "lan"],
        "binh": ["binh", "hoa", "lan", "mai"],
        "duc": ["duc", "tung"],
        "an": ["an", "binh", "duc", "hoa", "lan", "mai", "tung"],
    }


def test_a_list_is_narrowed_by_area_role_and_state(an: Speaker) -> None:
    assert an.names(area="002") == ["mai"]
    assert an.names(role="supervisor") == ["duc", "hoa"]
    assert an.names(disabled=True) == []
    assert refusal(an.get(area="999")) == (404, "not_found")


def test_an_area_of_others_is_not_found(hoa: Speaker) -> None:
    assert refusal(hoa.get(area="002")) == refusal(hoa.get(area="nowhere")) == (404, "not_found")


def test_pages_follow_one_another_and_leave_nobody_out(an: Speaker) -> None:
    seen: list[str] = []
    after = None
    for _ in range(10):
        page = an.get(limit=2, **({"after": after} if after else {})).get_json()
        seen += [one["username"] for one in page["people"]]
        after = page["next_after"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 7


def test_names_are_found_with_and_without_their_marks(an: Speaker) -> None:
    opened(an)
    for words in ("lý thị", "LY THI", "mới", "moi", "thi mo"):
        found = an.post("/search", words=words).get_json()["people"]
        assert "Lý Thị Mới" in [one["name"] for one in found], words
    assert an.post("/search", words="%").get_json()["people"] == []


def test_a_new_account_gets_a_link_with_which_its_person_sets_a_password(
    client: FlaskClient, hoa: Speaker
) -> None:
    username = new_username()
    answer = hoa.post(username=username, name="Lý Thị Mới", role="enumerator", area=EAS[1])
    link = answer.get_json()["reset"]["token"]
    done = client.post("/api/v1/password-resets", json={"token": link, "password": NEW_PASSWORD})
    assert done.status_code == 204
    entered = client.post("/api/v1/sessions", json={"username": username, "password": NEW_PASSWORD})
    assert entered.status_code == 201


def test_a_user_name_that_is_taken_is_refused_wherever_it_is(hoa: Speaker) -> None:
    taken = f"tung@{hoa.world.code}"
    answer = hoa.post(username=taken, name="Tùng", role="enumerator", area=EAS[0])
    assert refusal(answer) == (409, "username_taken")


@pytest.mark.parametrize(
    ("name", "role", "area", "expected"),
    [
        ("hoa", "enumerator", EAS[0], 201),
        ("hoa", "team_leader", "001", 201),
        ("hoa", "supervisor", "00001", 201),
        ("hoa", "supervisor", "001", 403),
        ("hoa", "data_manager", "001", 403),
        ("hoa", "administrator", "001", 403),
        ("hoa", "enumerator", EAS[2], 404),
        ("hoa", "enumerator", "01", 404),
        ("hoa", "enumerator", "nowhere", 404),
        ("binh", "supervisor", "01", 201),
        ("binh", "data_manager", "001", 201),
        ("binh", "data_manager", "01", 403),
        ("binh", "auditor", "001", 403),
        ("binh", "enumerator", EAS[3], 404),
        ("an", "administrator", "VN", 201),
        ("an", "auditor", "VN", 201),
        ("lan", "enumerator", EAS[0], 403),
    ],
)
def test_accounts_are_opened_in_the_own_area_for_lesser_posts_only(
    client: FlaskClient, world: World, name: str, role: str, area: str, expected: int
) -> None:
    by = Speaker(client, world, name)
    answer = by.post(username=new_username(), name="Mới", role=role, area=area)
    assert answer.status_code == expected, answer.get_json()


@pytest.mark.parametrize("act", ["/disable", "/enable", "/password-resets", "/roles"])
@pytest.mark.parametrize(
    ("name", "whom", "expected"),
    [
        ("hoa", "lan", "2xx"),
        ("hoa", "hoa", "403"),
        ("hoa", "binh", "404"),
        ("hoa", "mai", "404"),
        ("hoa", "nobody", "404"),
        ("duc", "hoa", "404"),
        ("binh", "hoa", "2xx"),
        ("binh", "an", "404"),
        ("an", "binh", "2xx"),
        ("an", "an", "403"),
    ],
)
def test_only_superiors_in_the_own_area_touch_an_account(
    client: FlaskClient, world: World, act: str, name: str, whom: str, expected: str
) -> None:
    number = 2**31 - 1 if whom == "nobody" else person(world, whom)
    by = Speaker(client, world, name)
    body = {"role": "team_leader", "area": "001"} if act == "/roles" else {}
    answer = by.post(f"/{number}{act}", **body)
    assert str(answer.status_code).startswith(expected.rstrip("x")), answer.get_json()


def test_whoever_is_more_elsewhere_is_not_disabled_here(
    hoa: Speaker, binh: Speaker, world: World
) -> None:
    lan = person(world, "lan")
    assert binh.post(f"/{lan}/roles", role="team_leader", area="002").status_code == 201
    assert refusal(hoa.post(f"/{lan}/disable")) == (403, "forbidden")
    assert binh.post(f"/{lan}/disable").status_code == 204


def test_somebody_who_cannot_be_seen_is_as_somebody_who_is_not_there(
    hoa: Speaker, world: World
) -> None:
    there, nowhere = hoa.get(f"/{person(world, 'mai')}"), hoa.get(f"/{2**31 - 1}")
    for answer in (there, nowhere, hoa.get(f"/{10**30}")):
        told = {key: value for key, value in answer.get_json().items() if key != "request_id"}
        assert (answer.status_code, told["code"]) == (404, "not_found")
        assert told == {k: v for k, v in nowhere.get_json().items() if k != "request_id"}


def test_disabling_ends_sessions_tablets_and_the_right_to_sign_in_at_once(
    client: FlaskClient, hoa: Speaker, world: World
) -> None:
    lan = signed_in(client, world, "lan")
    tablet = {"Authorization": f"Bearer {world.secrets['lan']}"}
    assert client.get("/api/v1/sync/state", headers=tablet).status_code == 200
    assert hoa.post(f"/{person(world, 'lan')}/disable").status_code == 204
    assert refusal(client.get("/api/v1/account", headers=lan)) == (401, "unauthenticated")
    assert refusal(client.get("/api/v1/sync/state", headers=tablet)) == (401, "token_revoked")
    tried = {"username": f"lan@{world.code}", "password": PASSWORD}
    assert refusal(client.post("/api/v1/sessions", json=tried)) == (401, "login_failed")
    assert hoa.post(f"/{person(world, 'lan')}/enable").status_code == 204
    assert client.get("/api/v1/account", headers=lan).status_code == 401
    assert client.get("/api/v1/sync/state", headers=tablet).status_code == 200
    assert signed_in(client, world, "lan")


def test_a_role_that_is_given_or_ended_holds_at_once_and_ends_sessions(
    client: FlaskClient, binh: Speaker, world: World
) -> None:
    hoa = Speaker(client, world, "hoa")
    made = binh.post(f"/{person(world, 'hoa')}/roles", role="supervisor", area="002")
    assert refusal(hoa.get()) == (401, "unauthenticated")
    hoa = Speaker(client, world, "hoa")
    assert hoa.names(area="002") == ["hoa", "mai"]
    ended = binh.delete(f"/{person(world, 'hoa')}/roles/{made.get_json()['id']}")
    assert ended.status_code == 204
    assert refusal(hoa.get()) == (401, "unauthenticated")
    assert refusal(Speaker(client, world, "hoa").get(area="002")) == (404, "not_found")
    again = binh.delete(f"/{person(world, 'hoa')}/roles/{made.get_json()['id']}")
    assert refusal(again) == (404, "not_found")


def test_a_role_is_given_once_and_for_days_that_follow_each_other(
    binh: Speaker, world: World
) -> None:
    lan = person(world, "lan")
    days = {"valid_from": "2024-04-10", "valid_to": "2024-04-01"}
    backwards = binh.post(f"/{lan}/roles", role="team_leader", area="001", **days)
    assert refusal(backwards) == (422, "validation_failed")
    assert binh.post(f"/{lan}/roles", role="team_leader", area="001").status_code == 201
    assert refusal(binh.post(f"/{lan}/roles", role="team_leader", area="001")) == (409, "role_held")


def test_a_role_that_begins_tomorrow_opens_nothing_today(
    client: FlaskClient, binh: Speaker, world: World
) -> None:
    answer = binh.post(
        f"/{person(world, 'lan')}/roles", role="supervisor", area="001", valid_from="2999-01-01"
    )
    assert answer.status_code == 201
    assert Speaker(client, world, "lan").get().status_code == 403


def test_an_auditor_looks_and_changes_nothing(
    client: FlaskClient, an: Speaker, world: World
) -> None:
    lan = person(world, "lan")
    world.change("UPDATE memberships SET role = 'auditor' WHERE person_id = :who", who=lan)
    auditor = Speaker(client, world, "lan")
    assert auditor.names() == ["lan"]
    assert auditor.post(f"/{lan}/disable").status_code == 403


def test_what_is_done_to_people_is_in_the_trail(hoa: Speaker, world: World) -> None:
    made = opened(hoa)["id"]
    hoa.post(f"/{made}/disable")
    hoa.post(f"/{made}/enable")
    rows = world.sql(
        "SELECT action FROM audit_entries WHERE object = :object AND person = :by",
        object=f"person:{made}",
        by=person(world, "hoa"),
    )
    assert sorted(row[0] for row in rows) == [
        "account_disabled",
        "account_enabled",
        "account_made",
        "password_link_issued",
    ]
