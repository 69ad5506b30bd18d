"""Clients that ask first, and clients that want to be refused what breaks a rule."""

from typing import Any

from flask.testing import FlaskClient

from survey_server.receipts import HEADER
from tests.api.test_intake_outcomes import post
from tests.http import signed_in, upload
from tests.world import EAS, World, body_of

STRICT = {"Prefer": "validate=strict"}


def broken(world: World, number: int = 1) -> dict[str, Any]:
    """An interview in which the second person's sex is no code of the list."""
    submission = world.submission(world.unit(EAS[0], number))
    submission["answers"]["person"][0]["birth_month"] = "13"
    return submission


def stored(world: World) -> int:
    rows = world.sql("SELECT count(*) FROM submissions WHERE survey_id = :survey")
    return int(rows[0][0])


def test_a_broken_rule_is_no_reason_to_refuse_an_interview(
    client: FlaskClient, world: World
) -> None:
    receipt = upload(client, world.secrets["lan"], body_of(broken(world)))
    assert [one["outcome"] for one in receipt["results"]] == ["stored"]
    assert "findings" not in receipt["results"][0]


def test_strict_refuses_what_breaks_a_rule_and_keeps_the_rest(
    client: FlaskClient, world: World
) -> None:
    fine = world.submission(world.unit(EAS[0], 2))
    body = body_of(broken(world), fine)
    answer = post(client, world.secrets["lan"], body, **STRICT)
    bad, good = answer.get_json()["results"]
    assert (bad["outcome"], bad["code"], bad["retry"]) == ("rejected", "breaks_rules", False)
    assert [(one["path"], one["severity"]) for one in bad["findings"]] == [
        ("person[1]/birth_month", "error")
    ]
    assert bad["findings"][0]["message"].keys() == {"vi", "en"}
    assert bad["findings"][0]["label"]["vi"]
    assert (good["outcome"], good["findings"]) == ("stored", [])
    assert stored(world) == 1
    # The same bytes again are answered as at first.
    again = post(client, world.secrets["lan"], body, **STRICT).get_json()
    assert again["replayed"]
    assert [one["outcome"] for one in again["results"]] == ["rejected", "stored"]


def test_strict_still_releases_what_the_server_holds(client: FlaskClient, world: World) -> None:
    submission = broken(world)
    upload(client, world.secrets["lan"], body_of(submission))
    answer = post(client, world.secrets["lan"], body_of(submission), **STRICT)
    assert [one["outcome"] for one in answer.get_json()["results"]] == ["duplicate"]


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(
    client: FlaskClient, world: World
) -> None:
    body = body_of(broken(world), world.submission(world.unit(EAS[0], 3)))
    secret = world.secrets["lan"]
    answer = client.post(
        "/api/v1/batches?dry_run=true",
        data=body,
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
    )
    told = answer.get_json()
    assert told["dry_run"]
    assert HEADER not in answer.headers
    assert [one["outcome"] for one in told["results"]] == ["stored", "stored"]
    assert [len(one["findings"]) for one in told["results"]] == [1, 0]
    assert stored(world) == 0
    assert upload(client, secret, body)["replayed"] is False


def test_an_unknown_form_and_answers_of_no_form_are_told_in_a_dry_run(
    client: FlaskClient, world: World
) -> None:
    unknown = world.submission(world.unit(EAS[0], 4), form_version="never")
    tree = world.submission(world.unit(EAS[0], 5), answers={"person": "nobody"})
    answer = client.post(
        "/api/v1/batches?dry_run=true",
        data=body_of(unknown, tree),
        headers={
            "Authorization": f"Bearer {world.secrets['lan']}",
            "Content-Type": "application/json",
        },
    )
    first, second = answer.get_json()["results"]
    assert (first["code"], first["findings"]) == ("form_version_unknown", [])
    assert [one["rule"] for one in second["findings"]] == ["not_a_tree"]


def test_only_fifty_are_judged_at_once(client: FlaskClient, world: World) -> None:
    one = world.submission(world.unit(EAS[0], 6))
    many = body_of(*[one] * 51)
    answer = post(client, world.secrets["lan"], many, **STRICT)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "too_many_items")
    assert post(client, world.secrets["lan"], many).status_code == 200


def test_a_dry_run_is_true_or_false(client: FlaskClient, world: World) -> None:
    answer = client.post(
        "/api/v1/batches?dry_run=perhaps",
        data=b"{}",
        headers={
            "Authorization": f"Bearer {world.secrets['lan']}",
            "Content-Type": "application/json",
        },
    )
    assert (answer.status_code, answer.get_json()["code"]) == (422, "param_invalid")


def test_rules_that_the_office_has_changed_count_before_an_upload_too(
    client: FlaskClient, world: World
) -> None:
    changed = client.post(
        f"/api/v1/surveys/{world.code}/rules",
        json={"rule": "PEO04", "action": "off", "reason": "Thử"},
        headers=signed_in(client, world, "an"),
    )
    assert changed.status_code == 201
    answer = post(client, world.secrets["lan"], body_of(broken(world)), **STRICT)
    told = answer.get_json()["results"][0]["findings"]
    # The check had told its constraint by its own name.
    assert [one["rule"] for one in told] == ["constraint"]
