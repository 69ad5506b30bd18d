"""A code becomes a secret: once, for one tablet, and not by guessing."""

import base64
import hashlib
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.api.carrying import code_for, device_of, enrol, enrolled, person_of, state_of
from tests.http import signed_in, upload
from tests.world import EAS, World, body_of


def test_a_code_enrols_a_tablet_that_can_sync_at_once(client: FlaskClient, world: World) -> None:
    issued = code_for(client, world, "lan")
    status, told = enrol(client, issued["code"], "tablet-9", model="SM-T225", app="survey/1.2")
    assert status == 201
    assert len(told["secret"]) == 43
    assert told["person"] == {"name": "Lan"}
    assert told["survey"]["code"] == world.code
    assert told["device"]["device_id"] == "tablet-9"
    head = {"Authorization": f"Bearer {told['secret']}"}
    state = client.get("/api/v1/sync/state", headers=head).get_json()
    assert [one["ea"] for one in state["assignments"]] == [EAS[0]]
    assert state["receipt_key"] == told["receipt_key"]


def test_the_picture_of_our_own_client_holds_the_code(client: FlaskClient, world: World) -> None:
    issued = code_for(client, world, "lan")
    told = json.loads(issued["payload"])
    assert told["code"] == issued["code"]
    assert told["server"] == "http://localhost"
    status, answer = enrol(client, told["code"], "tablet-9")
    key = base64.b64decode(answer["receipt_key"]["public_key"])
    assert (status, told["receipt_key_sha256"]) == (201, hashlib.sha256(key).hexdigest())
    assert issued["svg"].startswith("<svg")
    assert "style" not in issued["svg"]


def test_the_picture_of_collect_is_an_enrolment(client: FlaskClient, world: World) -> None:
    issued = code_for(client, world, "lan", client="odk_collect")
    settings = json.loads(zlib.decompress(base64.b64decode(issued["payload"])))
    assert issued["code"] is None
    assert settings["general"]["username"] == issued["device_id"]
    assert ":" not in issued["device_id"]
    assert state_of(client, settings["general"]["password"])[0] == 200


def test_a_code_works_once(client: FlaskClient, world: World) -> None:
    code = code_for(client, world, "lan")["code"]
    assert enrol(client, code, "tablet-8")[0] == 201
    for device_id in ("tablet-8", "tablet-9"):
        status, told = enrol(client, code, device_id)
        assert (status, told["code"]) == (409, "enrolment_code_used")
        assert "giám sát viên" in told["title"]


def test_of_many_who_use_a_code_at_once_one_is_enrolled(
    app: APIFlask, client: FlaskClient, world: World
) -> None:
    code = code_for(client, world, "lan")["code"]

    def try_it(number: int) -> int:
        return enrol(app.test_client(), code, f"tablet-{number}x")[0]

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(try_it, range(8)))
    assert outcomes == [201] + [409] * 7


def test_a_newer_code_ends_the_older_ones_unless_asked_otherwise(
    client: FlaskClient, world: World
) -> None:
    first = code_for(client, world, "lan")["code"]
    second = code_for(client, world, "lan")["code"]
    third = code_for(client, world, "lan", keep_older=True)["code"]
    assert enrol(client, first, "tablet-7")[1]["code"] == "enrolment_code_expired"
    assert enrol(client, second, "tablet-8")[0] == 201
    assert enrol(client, third, "tablet-9")[0] == 201


def test_a_code_runs_out(client: FlaskClient, world: World) -> None:
    code = code_for(client, world, "lan", days=1)["code"]
    world.change("UPDATE enrolment_codes SET expires_at = now() WHERE survey_id = :survey")
    status, told = enrol(client, code, "tablet-9")
    assert (status, told["code"]) == (410, "enrolment_code_expired")


def test_a_closed_account_enrols_nothing_and_its_tablet_is_refused(
    client: FlaskClient, world: World
) -> None:
    secret = enrolled(client, world, "lan", "tablet-8")
    code = code_for(client, world, "lan")["code"]
    lan = person_of(world, "lan")
    world.change("UPDATE people SET disabled_at = now() WHERE id = :lan", lan=lan)
    assert enrol(client, code, "tablet-9")[1]["code"] == "enrolment_code_expired"
    assert state_of(client, secret) == (401, "token_revoked")


def test_a_tablet_has_one_enrolment_and_keeps_it_through_the_next(
    client: FlaskClient, world: World
) -> None:
    first = enrolled(client, world, "lan", "tablet-9")
    second = enrolled(client, world, "lan", "tablet-9")
    assert state_of(client, first) == (401, "token_revoked")
    assert state_of(client, second)[0] == 200


def test_an_enumerator_may_have_several_tablets(client: FlaskClient, world: World) -> None:
    secrets = [world.secrets["lan"]] + [
        enrolled(client, world, "lan", f"tablet-{number}x") for number in range(2)
    ]
    assert [state_of(client, secret)[0] for secret in secrets] == [200, 200, 200]


def test_a_tablet_that_is_passed_on_is_the_next_ones(client: FlaskClient, world: World) -> None:
    """What Lan made and Mai's tablet sends is kept, in Mai's name, as not assigned."""
    first = enrolled(client, world, "lan", "tablet-9")
    second = enrolled_with(client, world, "mai", first)
    assert state_of(client, first) == (401, "token_revoked")
    receipt = upload(client, second, body_of(world.submission(world.unit(EAS[0], 1))))
    assert (receipt["results"][0]["outcome"], receipt["results"][0]["code"]) == (
        "stored",
        "not_assigned",
    )
    rows = world.sql(
        "SELECT ended_by FROM devices WHERE survey_id = :survey AND device_id = 'tablet-9'"
        " ORDER BY id"
    )
    assert [row[0] for row in rows] == ["handed_on", None]


def enrolled_with(client: FlaskClient, world: World, name: str, proof: str) -> str:
    """The secret of tablet-9 for the next person; the tablet shows `proof` beside the code."""
    code = code_for(client, world, name, by="an")["code"]
    answer = client.post(
        "/api/v1/devices",
        json={"enrolment_code": code, "device_id": "tablet-9"},
        headers={"Authorization": proof if " " in proof else f"Bearer {proof}"},
    )
    assert answer.status_code == 201, answer.get_json()
    return str(answer.get_json()["secret"])


@pytest.mark.parametrize("proof", ["Bearer x", "Bearer ", "Basic eDp5", "own"])
def test_whoever_names_somebody_elses_tablet_ends_nothing(
    client: FlaskClient, world: World, proof: str
) -> None:
    first = enrolled(client, world, "lan", "tablet-9")
    shown = f"Bearer {world.secrets['mai']}" if proof == "own" else proof
    second = enrolled_with(client, world, "mai", shown)
    assert [state_of(client, one)[0] for one in (first, second)] == [200, 200]
    rows = world.sql(
        "SELECT data ->> 'left' FROM audit_entries WHERE survey = :code"
        " AND action = 'device_enrolled' ORDER BY id DESC LIMIT 1",
        code=world.code,
    )
    assert int(rows[0][0]) > 0, "the trail names the enrolment that goes on"


def test_of_two_enrolments_of_one_tablet_the_supervisor_ends_one(
    client: FlaskClient, world: World
) -> None:
    first = enrolled(client, world, "lan", "tablet-9")
    second = enrolled_with(client, world, "mai", "Bearer x")
    devices = f"/api/v1/surveys/{world.code}/devices"
    head = signed_in(client, world, "an")
    found = client.get(f"{devices}?state=active", headers=head).get_json()["devices"]
    twins = [one for one in found if one["device_id"] == "tablet-9"]
    assert [one["shared"] for one in twins] == [True, True]
    assert not any(one["shared"] for one in found if one["device_id"] != "tablet-9")
    lans = next(one["id"] for one in twins if one["person_name"] == "Lan")
    client.post(f"{devices}/{lans}/revoke", json={"reason": ""}, headers=head)
    assert state_of(client, first) == (401, "token_revoked")
    assert state_of(client, second)[0] == 200
    left = client.get(f"{devices}?state=active", headers=head).get_json()["devices"]
    assert not any(one["shared"] for one in left)


def test_a_tablet_of_another_survey_is_left_alone(
    client: FlaskClient, world: World, still: World
) -> None:
    elsewhere = enrolled(client, still, "lan", "tablet-shared")
    enrolled(client, world, "lan", "tablet-shared")
    assert state_of(client, elsewhere)[0] == 200


def test_whoever_guesses_has_to_wait_and_a_wrong_guess_says_nothing(
    client: FlaskClient, world: World
) -> None:
    code = code_for(client, world, "lan")["code"]
    wrong = "3467934679" if code[0] != "3" else "4444444444"
    for _ in range(5):
        assert enrol(client, wrong, "tablet-guess")[1]["code"] == "enrolment_code_wrong"
    answer = client.post(
        "/api/v1/devices", json={"enrolment_code": code, "device_id": "tablet-guess"}
    )
    assert (answer.status_code, answer.get_json()["code"]) == (429, "rate_limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 901
    # Another tablet of the same training hall is not kept waiting, and nobody's sync ever is.
    assert state_of(client, world.secrets["lan"])[0] == 200
    assert enrol(client, code, "tablet-9")[0] == 201


def test_the_wait_ends_and_guesses_at_once_are_all_counted(
    app: APIFlask, client: FlaskClient, world: World
) -> None:
    device = f"tablet-{world.code[-6:]}"

    def guess(_: int) -> str:
        return str(enrol(app.test_client(), "4444444444", device)[1]["code"])

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(guess, range(16)))
    assert told.count("enrolment_code_wrong") == 5
    assert told.count("rate_limited") == 11
    world.change("UPDATE failures SET failed_at = failed_at - interval '16 minutes'")
    assert guess(0) == "enrolment_code_wrong"


def test_guesses_from_one_address_are_bounded_too(
    app: APIFlask, client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", replace(patient, address_failures=7))
    world.change("DELETE FROM failures")
    told = [enrol(client, "4444444444", f"tablet-{number}x")[0] for number in range(9)]
    assert told == [422] * 7 + [429] * 2
    assert state_of(client, world.secrets["lan"])[0] == 200
    world.change("DELETE FROM failures")


def test_neither_code_nor_secret_is_in_the_database(client: FlaskClient, world: World) -> None:
    code = code_for(client, world, "lan")["code"]
    secret = enrol(client, code, "tablet-9")[1]["secret"]
    plain = code.replace("-", "")
    kept = ""
    for table in ("devices", "enrolment_codes", "failures", "audit_entries"):
        # The value itself: a row that is printed is cut.
        kept += str(world.sql(f"SELECT json_agg(t)::text FROM {table} t")[0][0])
    assert secret[:6] in kept
    for hidden in (code, plain, secret, hashlib.sha256(plain.encode()).hexdigest()):
        assert hidden not in kept


BAD: list[tuple[dict[str, Any], str]] = [
    ({"enrolment_code": "", "device_id": "abc"}, "/enrolment_code"),
    ({"enrolment_code": "x" * 41, "device_id": "abc"}, "/enrolment_code"),
    ({"device_id": "abc"}, "/enrolment_code"),
    ({"enrolment_code": "3467934679"}, "/device_id"),
    *(
        ({"enrolment_code": "3467934679", "device_id": bad}, "/device_id")
        for bad in ("", "ab", "a" * 65, "a b c", "tablet\n", "-abc", "ABC'--", "máy-1", 7, None, [])
    ),
    ({"enrolment_code": "3467934679", "device_id": "abc", "model": "a\nb"}, "/model"),
    ({"enrolment_code": "3467934679", "device_id": "abc", "app": "x" * 101}, "/app"),
]


@pytest.mark.parametrize(("body", "pointer"), BAD)
def test_what_makes_no_sense_is_refused(
    client: FlaskClient, body: dict[str, Any], pointer: str
) -> None:
    answer = client.post("/api/v1/devices", json=body)
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.get_json()["errors"]]


def test_a_tablet_that_is_silent_for_weeks_has_to_be_enrolled_again_and_loses_nothing(
    client: FlaskClient, world: World
) -> None:
    secret = enrolled(client, world, "lan", "tablet-9")
    device = device_of(world, "tablet-9")
    for days, outcome in ((44, (200, "")), (46, (401, "token_expired"))):
        world.change(
            "UPDATE devices SET seen_at = now() - :days * interval '1 day',"
            " enrolled_at = now() - interval '90 days' WHERE id = :device",
            device=device,
            days=days,
        )
        assert state_of(client, secret) == outcome
    again = enrolled(client, world, "lan", "tablet-9")
    receipt = upload(client, again, body_of(world.submission(world.unit(EAS[0], 1))))
    assert receipt["results"][0]["outcome"] == "stored"


@pytest.mark.parametrize(
    ("by", "name", "status"),
    [
        ("hoa", "lan", 201),
        ("an", "lan", 201),
        ("hoa", "mai", 404),
        ("duc", "lan", 404),
        # Hoa is no enumerator: whoever signs in with a password gets no tablet.
        ("an", "hoa", 404),
        ("binh", "lan", 403),
        ("lan", "lan", 403),
    ],
)
def test_codes_are_given_to_the_own_field_staff_only(
    client: FlaskClient, still: World, by: str, name: str, status: int
) -> None:
    answer = client.post(
        f"/api/v1/surveys/{still.code}/people/{person_of(still, name)}/enrolment-codes",
        json={},
        headers=signed_in(client, still, by),
    )
    assert answer.status_code == status


def test_a_team_leader_gives_tablets_to_the_team(client: FlaskClient, world: World) -> None:
    world.change(
        "UPDATE memberships SET role = 'team_leader' WHERE survey_id = :survey"
        " AND role = 'supervisor' AND person_id = :hoa",
        hoa=person_of(world, "hoa"),
    )
    assert code_for(client, world, "lan")["code"]
    # Their own tablet too: team leaders visit households that others could not.
    assert code_for(client, world, "hoa")["code"]


def test_a_role_that_ended_is_no_reason_for_a_tablet(client: FlaskClient, world: World) -> None:
    world.change(
        "UPDATE memberships SET valid_to = current_date - 2 WHERE person_id = :lan",
        lan=person_of(world, "lan"),
    )
    path = f"/api/v1/surveys/{world.code}/people/{person_of(world, 'lan')}/enrolment-codes"
    answer = client.post(path, json={}, headers=signed_in(client, world, "hoa"))
    assert answer.status_code == 404


def test_a_sheet_has_a_card_for_everybody_of_the_area(client: FlaskClient, world: World) -> None:
    path = f"/api/v1/surveys/{world.code}/enrolment-codes"
    hoa, an = signed_in(client, world, "hoa"), signed_in(client, world, "an")
    cards = client.post(path, json={}, headers=hoa).get_json()["cards"]
    assert [(card["name"], card["area"]) for card in cards] == [("Lan", EAS[0])]
    cards = client.post(path, json={"area": "01"}, headers=an).get_json()["cards"]
    assert [card["name"] for card in cards] == ["Lan", "Mai"]
    assert all(card["svg"].startswith("<svg") for card in cards)
    assert enrol(client, cards[1]["code"], "tablet-9")[0] == 201
    for area in ("10", "002", "no-such-area"):
        assert client.post(path, json={"area": area}, headers=hoa).status_code == 404
    chosen = {"people": [person_of(world, "tung")]}
    cards = client.post(path, json=chosen, headers=an).get_json()["cards"]
    assert [card["name"] for card in cards] == ["Tung"]
