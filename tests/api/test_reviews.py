"""Interviews that are returned, and messages: who may send them, and whose tablets get them."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.api.carrying import person_of
from tests.http import drain, signed_in, upload
from tests.world import EAS, World, body_of

COMMENTS = [{"path": "person[1]/birth_year", "text": "Hỏi lại năm sinh"}]


def told(client: FlaskClient, world: World, name: str = "lan") -> dict[str, Any]:
    head = {"Authorization": f"Bearer {world.secrets[name]}"}
    return dict(client.get("/api/v1/sync/state", headers=head).get_json())


def made(
    client: FlaskClient, world: World, workers: Engine, name: str = "lan", **changes: Any
) -> dict[str, Any]:
    one = world.submission(world.unit(EAS[0], 1), **changes)
    upload(client, world.secrets[name], body_of(one))
    drain(workers)
    return one


def returned(
    client: FlaskClient, world: World, interview: str, by: str = "hoa", **changes: Any
) -> Any:
    body = {"decision": "returned", "comment": "Xem lại", "comments": COMMENTS} | changes
    return client.post(
        f"/api/v1/interviews/{interview}/reviews", json=body, headers=signed_in(client, world, by)
    )


def test_a_returned_interview_reaches_the_tablet_until_its_next_revision(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    one = made(client, world, workers)
    answer = returned(client, world, one["interview_id"])
    assert answer.status_code == 201, answer.get_data(as_text=True)
    (review,) = told(client, world)["reviews"]
    assert review["interview_id"] == one["interview_id"]
    assert review["instance_id"] == one["instance_id"]
    assert (review["unit"], review["ea"]) == (one["unit"], EAS[0])
    assert (review["comment"], review["comments"]) == ("Xem lại", COMMENTS)
    edit = world.submission(
        one["unit"], interview_id=one["interview_id"], revision=2, replaces=one["instance_id"]
    )
    upload(client, world.secrets["lan"], body_of(edit))
    assert told(client, world)["reviews"] == []


def test_an_edit_that_says_only_what_it_replaces_ends_a_return(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    """As ODK Collect and Enketo send them."""
    same = str(uuid.uuid4())
    one = made(client, world, workers, instance_id=same, interview_id=same)
    edit = made(client, world, workers, interview_id=same, replaces=same)
    returned(client, world, same)
    assert told(client, world)["reviews"][0]["instance_id"] == edit["instance_id"]
    last = edit["instance_id"]
    made(client, world, workers, interview_id=last, replaces=last)
    assert told(client, world)["reviews"] == []
    assert one["instance_id"] == same


def test_it_reaches_whoever_made_it_and_whoever_is_to_do_it_now(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    one = made(client, world, workers, name="mai")
    returned(client, world, one["interview_id"])
    assert [len(told(client, world, name)["reviews"]) for name in ("lan", "mai", "tung")] == [
        1, 1, 0,
    ]  # fmt: skip


def test_a_delta_tells_of_returns_only_when_they_changed(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    one = made(client, world, workers)
    head = {"Authorization": f"Bearer {world.secrets['lan']}"}
    cursor = told(client, world)["cursor"]
    returned(client, world, one["interview_id"])
    news = client.get(f"/api/v1/sync/state?since={cursor}", headers=head).get_json()
    assert len(news["reviews"]) == 1
    again = client.get(f"/api/v1/sync/state?since={news['cursor']}", headers=head).get_json()
    assert "reviews" not in again


@pytest.mark.parametrize(("by", "status"), [("duc", 404), ("lan", 403), ("binh", 403), ("an", 201)])
def test_only_whoever_looks_after_the_area_returns_interviews(
    client: FlaskClient, world: World, workers: Engine, by: str, status: int
) -> None:
    one = made(client, world, workers)
    assert returned(client, world, one["interview_id"], by).status_code == status


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": "approved"},
        {"comment": ""},
        {"comment": "x" * 2001},
        {"comment": "\x1b[31m"},
        {"comments": [{"path": "../etc", "text": "x"}]},
        {"comments": [{"path": "a", "text": ""}]},
        {"comments": COMMENTS * 101},
    ],
)
def test_a_return_that_makes_no_sense_is_refused(
    client: FlaskClient, still: World, changes: dict[str, Any]
) -> None:
    answer = returned(client, still, str(uuid.uuid4()), **changes)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "validation_failed")


def test_what_nobody_has_is_not_found(client: FlaskClient, still: World) -> None:
    assert returned(client, still, str(uuid.uuid4())).status_code == 404


def sent(client: FlaskClient, world: World, by: str = "hoa", **what: Any) -> int:
    body = {"survey": world.code, "text": "Họp lúc 5 giờ chiều"} | what
    answer = client.post("/api/v1/messages", json=body, headers=signed_in(client, world, by))
    return int(answer.status_code)


@pytest.mark.parametrize(
    ("by", "area", "who"),
    [
        ("hoa", None, ["lan"]),
        ("hoa", EAS[0], ["lan"]),
        ("hoa", EAS[1], []),
        ("an", "01", ["lan", "mai"]),
        ("an", None, ["lan", "mai", "tung"]),
    ],
)
def test_a_message_reaches_everybody_who_works_in_the_area(
    client: FlaskClient, world: World, by: str, area: str | None, who: list[str]
) -> None:
    assert sent(client, world, by, area=area) == 201
    got = [name for name in ("lan", "mai", "tung") if told(client, world, name)["messages"]]
    assert got == who


def test_a_message_to_one_person_is_theirs_alone(client: FlaskClient, world: World) -> None:
    assert sent(client, world, "an", person_id=person_of(world, "mai")) == 201
    assert told(client, world)["messages"] == []
    (message,) = told(client, world, "mai")["messages"]
    assert (message["text"], message["sender"]) == ("Họp lúc 5 giờ chiều", "An")


def test_nobody_writes_to_other_areas_or_their_people(client: FlaskClient, still: World) -> None:
    assert sent(client, still, area="10") == 404
    assert sent(client, still, person_id=person_of(still, "mai")) == 404
    assert sent(client, still, survey="another") == 404
    assert sent(client, still, "lan") == 403
    assert sent(client, still, text="") == 422


def test_an_old_message_is_told_no_more(client: FlaskClient, world: World) -> None:
    sent(client, world)
    world.change("UPDATE messages SET sent_at = now() - interval '61 days'"
                 " WHERE survey_id = :survey")  # fmt: skip
    assert told(client, world)["messages"] == []
