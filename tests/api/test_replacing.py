"""One enumerator takes over from another: the work goes on, what was told stays."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.store.sync import lock_places
from tests.api.carrying import enrol, enrolled, person_of, state_of
from tests.http import drain, signed_in, upload
from tests.jobs.derived import rebuild_all, until_somebody_waits_for_places
from tests.world import EAS, World, body_of


def replace(
    client: FlaskClient, world: World, leaving: str, caller: str = "hoa", **wanted: Any
) -> tuple[int, dict[str, Any]]:
    answer = client.post(
        f"/api/v1/surveys/{world.code}/people/{person_of(world, leaving)}/replace",
        json=wanted,
        headers=signed_in(client, world, caller),
    )
    return answer.status_code, dict(answer.get_json())


def newcomer(world: World) -> dict[str, str]:
    return {"username": f"nga@{world.code}", "name": "Nga"}


def assignments_of(world: World, name: str) -> list[tuple[str, bool]]:
    rows = world.sql(
        "SELECT ea.code, a.ended_at IS NULL FROM assignments a JOIN areas ea ON ea.id = a.ea_id"
        " WHERE a.survey_id = :survey AND a.person_id = :person ORDER BY a.id",
        person=person_of(world, name),
    )
    return [(row[0], row[1]) for row in rows]


def test_the_work_goes_over_with_a_code_that_enrols_the_new_tablet(
    client: FlaskClient, world: World
) -> None:
    status, told = replace(client, world, "lan", new=newcomer(world))
    assert (status, told["assignments"], len(told["revoked"])) == (200, 1, 1)
    assert told["successor"]["name"] == "Nga"
    assert assignments_of(world, "lan") == [(EAS[0], False)]
    assert assignments_of(world, "nga") == [(EAS[0], True)]
    assert state_of(client, world.secrets["lan"]) == (401, "token_revoked")
    made = client.post(
        "/api/v1/password-resets",
        json={"token": told["reset"]["token"], "password": "nga chua co mat khau nao"},
    )
    assert made.status_code == 204, "whoever was made has a way in"
    secret = enrol(client, told["code"], "tablet-nga")[1]["secret"]
    head = {"Authorization": f"Bearer {secret}"}
    state = client.get("/api/v1/sync/state", headers=head).get_json()
    assert [one["ea"] for one in state["assignments"]] == [EAS[0]]
    assert len(state["units"]) == 10


def test_what_was_told_stays_the_old_ones_and_what_still_comes_is_kept(
    client: FlaskClient, world: World, workers: Engine
) -> None:
    first, second = (world.submission(world.unit(EAS[0], number)) for number in (1, 2))
    upload(client, world.secrets["lan"], body_of(first))
    drain(workers)
    replace(client, world, "lan", new=newcomer(world), keep_devices=True)
    result = upload(client, world.secrets["lan"], body_of(second))["results"][0]
    assert (result["outcome"], result["code"]) == ("stored", "not_assigned")
    drain(workers)
    rows = world.sql(
        "SELECT i.interview_id, i.person_id, i.assigned FROM interviews i"
        " WHERE i.survey_id = :survey",
    )
    lan = person_of(world, "lan")
    assert {(str(row[0]), row[1], row[2]) for row in rows} == {
        (first["interview_id"], lan, True),
        (second["interview_id"], lan, False),
    }
    findings = world.sql(
        "SELECT f.rule FROM findings f WHERE f.interview_id = :id AND f.rule = 'not_assigned'",
        id=uuid.UUID(second["interview_id"]),
    )
    assert len(findings) == 1


def test_asked_twice_it_hands_over_once(client: FlaskClient, world: World) -> None:
    mai = person_of(world, "mai")
    told = [replace(client, world, "lan", caller="an", by=mai)[1] for _ in range(2)]
    assert [one["assignments"] for one in told] == [1, 0]
    assert assignments_of(world, "mai") == [(EAS[2], True), (EAS[0], True)]
    # The first answer may have been lost: the second code works, the first does not any more.
    assert enrol(client, told[0]["code"], "tablet-x1")[1]["code"] == "enrolment_code_expired"
    assert enrol(client, told[1]["code"], "tablet-x2")[0] == 201


def test_work_is_given_to_one_person_whoever_asks_at_once(
    app: APIFlask, client: FlaskClient, world: World
) -> None:
    heads = signed_in(client, world, "an")
    path = f"/api/v1/surveys/{world.code}/people/{person_of(world, 'lan')}/replace"

    def hand_to(name: str) -> int:
        body = {"by": person_of(world, name), "keep_devices": True}
        answer = app.test_client().post(path, json=body, headers=heads)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return int(answer.get_json()["assignments"])

    with ThreadPoolExecutor(4) as pool:
        handed = list(pool.map(hand_to, ["mai", "tung"] * 3))
    assert sum(handed) == 1
    open_now = [name for name in ("mai", "tung") if (EAS[0], True) in assignments_of(world, name)]
    assert len(open_now) == 1


def test_the_tablet_of_the_old_one_may_be_the_new_ones(client: FlaskClient, world: World) -> None:
    """In other hands it shows its old secret: one enrolment ends, the store goes on."""
    told = replace(client, world, "lan", new=newcomer(world), keep_devices=True)[1]
    assert state_of(client, world.secrets["lan"])[0] == 200
    answer = client.post(
        "/api/v1/devices",
        json={"enrolment_code": told["code"], "device_id": "tablet-lan"},
        headers={"Authorization": f"Bearer {world.secrets['lan']}"},
    )
    assert answer.status_code == 201
    assert state_of(client, world.secrets["lan"]) == (401, "token_revoked")


def test_only_ones_own_area_changes_hands(client: FlaskClient, world: World) -> None:
    """Lan also works in Lào Cai; what she does there is not Hoa's to give away."""
    world.change(
        "INSERT INTO assignments (survey_id, person_id, ea_id, assigned_at)"
        " SELECT :survey, :lan, id, now() FROM areas WHERE survey_id = :survey AND code = :ea",
        lan=person_of(world, "lan"),
        ea=EAS[3],
    )
    told = replace(client, world, "lan", new=newcomer(world))[1]
    assert (told["assignments"], told["revoked"]) == (1, [])
    assert assignments_of(world, "lan") == [(EAS[0], False), (EAS[3], True)]
    assert state_of(client, world.secrets["lan"])[0] == 200


def test_whoever_takes_over_sees_what_belongs_to_it(client: FlaskClient, world: World) -> None:
    replace(client, world, "lan", new=newcomer(world))
    rows = world.sql(
        "SELECT m.role, a.code FROM memberships m JOIN areas a ON a.id = m.area_id"
        " WHERE m.person_id = :nga",
        nga=person_of(world, "nga"),
    )
    assert [tuple(row) for row in rows] == [("enumerator", EAS[0])]


@pytest.mark.parametrize(
    ("caller", "leaving", "coming", "status", "code"),
    [
        ("hoa", "mai", "lan", 404, "not_found"),
        ("hoa", "lan", "mai", 404, "not_found"),
        ("duc", "lan", "tung", 404, "not_found"),
        ("hoa", "hoa", "lan", 404, "not_found"),
        ("an", "lan", "lan", 422, "replaced_by_themselves"),
        ("binh", "lan", "mai", 403, "forbidden"),
        ("lan", "lan", "mai", 403, "forbidden"),
    ],
)
def test_who_may_not_replace_whom(
    client: FlaskClient,
    world: World,
    caller: str,
    leaving: str,
    coming: str,
    status: int,
    code: str,
) -> None:
    answer = client.post(
        f"/api/v1/surveys/{world.code}/people/{person_of(world, leaving)}/replace",
        json={"by": person_of(world, coming)},
        headers=signed_in(client, world, caller),
    )
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert assignments_of(world, "lan") == [(EAS[0], True)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"by": 1, "new": {"username": "x", "name": "y"}},
        {"by": "x"},
        {"by": 0},
        {"new": {"username": "", "name": "y"}},
        {"new": {"username": "a b", "name": "y"}},
        {"new": {"username": "x"}},
        {"new": {"username": "x", "name": "a\nb"}},
    ],
)
def test_what_makes_no_sense_is_refused(
    client: FlaskClient, still: World, body: dict[str, Any]
) -> None:
    path = f"/api/v1/surveys/{still.code}/people/{person_of(still, 'lan')}/replace"
    answer = client.post(path, json=body, headers=signed_in(client, still, "an"))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "validation_failed")


def test_nobodys_account_is_taken_over(client: FlaskClient, world: World) -> None:
    """A user name that is somebody's already stays theirs, and nothing is handed over."""
    taken = {"username": f"An@{world.code}", "name": "Kẻ mạo danh"}
    status, told = replace(client, world, "lan", new=taken)
    assert (status, told["code"]) == (409, "username_taken")
    assert assignments_of(world, "lan") == [(EAS[0], True)]
    assert (
        world.sql("SELECT name FROM people WHERE username = :u", u=f"an@{world.code}")[0][0] == "An"
    )


def test_somebody_with_two_tablets_gives_both_back(client: FlaskClient, world: World) -> None:
    second = enrolled(client, world, "lan", "tablet-2nd")
    told = replace(client, world, "lan", new=newcomer(world))[1]
    assert len(told["revoked"]) == 2
    for secret in (world.secrets["lan"], second):
        assert state_of(client, secret) == (401, "token_revoked")


def test_work_changes_hands_while_nobody_derives_and_a_rebuild_says_the_same(
    app: APIFlask, client: FlaskClient, world: World, workers: Engine
) -> None:
    """What comes in while somebody still derives was assigned, as far as anybody could know."""

    def hand_over() -> tuple[int, dict[str, Any]]:
        return replace(app.test_client(), world, "lan", by=person_of(world, "tung"), caller="an")

    with ThreadPoolExecutor(1) as office, Session(workers) as deriving:
        lock_places(deriving)
        handing = office.submit(hand_over)
        until_somebody_waits_for_places(world)
        submission = world.submission(world.unit(EAS[0], 1))
        upload(client, world.secrets["lan"], body_of(submission))
        deriving.commit()
        assert handing.result()[0] == 200
    drain(workers)
    assert world.sql("SELECT assigned FROM interviews WHERE survey_id = :survey") == [(True,)]
    assert rebuild_all(world) == []
