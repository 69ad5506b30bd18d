"""What each submission of an upload is answered, and what is on file afterwards."""

import hashlib
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.http import upload
from tests.opened import packed_bodies
from tests.world import EAS, World, body_of, packed

BATCHES = "/api/v1/batches"


def post(client: FlaskClient, secret: str, body: bytes, **headers: str) -> TestResponse:
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(
        BATCHES,
        data=packed(body),
        headers={
            "Authorization": f"Bearer {secret}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        | spelled,
    )


def receipt(client: FlaskClient, world: World, body: bytes, name: str = "lan") -> dict[str, Any]:
    answer = post(client, world.secrets[name], body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())


def told(client: FlaskClient, world: World, *submissions: Any, name: str = "lan") -> list[Any]:
    """Outcome and code of each submission."""
    results = receipt(client, world, body_of(*submissions), name)["results"]
    return [(one["outcome"], one["code"]) for one in results]


def count(world: World, table: str) -> int:
    """Rows of a table that belong to the survey's batches."""
    return int(
        world.sql(
            f"SELECT count(*) FROM {table} t WHERE t.batch IN (SELECT b.id FROM batches b"
            " JOIN devices d ON d.id = b.device_id WHERE d.survey_id = :survey)"
        )[0][0]
    )


def test_a_submission_is_stored_once_with_its_sum(client: FlaskClient, world: World) -> None:
    one = world.submission(world.unit(EAS[0], 1))
    result = receipt(client, world, body_of(one))["results"]
    answers = json.dumps(one["answers"], ensure_ascii=False).encode()
    assert result == [
        {
            "instance_id": one["instance_id"],
            "outcome": "stored",
            "code": None,
            "retry": False,
            "sha256": hashlib.sha256(answers).hexdigest(),
        }
    ]
    rows = world.sql("SELECT state, position FROM submissions WHERE survey_id = :survey")
    assert [tuple(row) for row in rows] == [("received", 0)]


def test_an_upload_with_no_submissions_gets_a_receipt(client: FlaskClient, world: World) -> None:
    batch_id = str(uuid.uuid4())
    made = receipt(client, world, body_of(batch_id=batch_id, held=3))
    assert made["batch_id"] == batch_id
    assert made["results"] == []
    assert (made["replayed"], made["held_by_server"]) == (False, 0)
    assert receipt(client, world, body_of(batch_id=batch_id))["replayed"] is True
    assert (count(world, "batch_bodies"), count(world, "pending_batches")) == (0, 0)


def test_the_same_batch_is_answered_as_at_first(client: FlaskClient, world: World) -> None:
    body = body_of(
        world.submission(world.unit(EAS[0], 1)),
        world.submission(world.unit(EAS[1], 1)),
        world.submission(world.unit(EAS[0], 2), form_version="unheard of"),
        world.submission(world.unit(EAS[0], 3), revision=0),
    )
    first = receipt(client, world, body)
    assert first["held_by_server"] == 3
    again = receipt(client, world, body)
    assert again["replayed"] is True
    assert again["results"] == first["results"]
    assert again["held_by_server"] == 3
    assert count(world, "batch_bodies") == 1


def test_a_replay_may_bring_another_head_and_other_packing(
    client: FlaskClient, world: World
) -> None:
    one = world.submission(world.unit(EAS[0], 1))
    batch_id = str(uuid.uuid4())
    receipt(client, world, body_of(one, batch_id=batch_id, held=9))
    again = client.post(
        BATCHES,
        data=body_of(one, batch_id=batch_id, held=8, device_time="2024-04-03T19:22:10+07:00"),
        headers={"Authorization": f"Bearer {world.secrets['lan']}"},
        content_type="application/json",
    )
    assert again.get_json()["replayed"] is True


def test_a_batch_id_is_not_taken_for_other_submissions(client: FlaskClient, world: World) -> None:
    batch_id = str(uuid.uuid4())
    receipt(client, world, body_of(world.submission(world.unit(EAS[0], 1)), batch_id=batch_id))
    other = body_of(world.submission(world.unit(EAS[0], 2)), batch_id=batch_id.upper())
    answer = post(client, world.secrets["lan"], other)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "batch_id_reused")
    assert count(world, "submissions") == 1


def test_a_batch_id_is_the_devices_own(client: FlaskClient, world: World) -> None:
    batch_id = str(uuid.uuid4())
    for name, ea in (("lan", EAS[0]), ("mai", EAS[2])):
        body = body_of(world.submission(world.unit(ea, 1)), batch_id=batch_id)
        made = receipt(client, world, body, name)
        assert (made["replayed"], made["results"][0]["outcome"]) == (False, "stored")


def test_known_submissions_in_a_new_batch_are_duplicates_and_stored_no_second_time(
    client: FlaskClient, world: World
) -> None:
    both = [world.submission(world.unit(EAS[0], number)) for number in (1, 2)]
    assert told(client, world, *both) == [("stored", None)] * 2
    assert told(client, world, *reversed(both)) == [("duplicate", None)] * 2
    assert count(world, "submissions") == 2
    assert count(world, "batch_bodies") == 1
    assert count(world, "pending_batches") == 1


def test_another_tablet_with_the_same_submission_gets_a_duplicate(
    client: FlaskClient, world: World
) -> None:
    one = world.submission(world.unit(EAS[0], 1))
    assert told(client, world, one) == [("stored", None)]
    assert told(client, world, one, name="mai") == [("duplicate", None)]


@pytest.mark.parametrize(
    "change",
    [
        {"answers": {"something": "else"}},
        {"revision": 2},
        {"interview_id": str(uuid.uuid4())},
        {"unit": f"{EAS[0]}-002"},
        {"replaces": str(uuid.uuid4())},
        {"form_version": "other"},
        {"attachments": [{"name": "a.jpg", "sha256": "0" * 64}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_other_content_under_a_known_id_is_kept_as_a_variant(
    client: FlaskClient, world: World, change: dict[str, Any]
) -> None:
    one = world.submission(world.unit(EAS[0], 1))
    assert told(client, world, one) == [("stored", None)]
    assert told(client, world, one | change) == [("conflict", "content_differs")]
    assert told(client, world, one) == [("duplicate", None)]
    assert (count(world, "submissions"), count(world, "submission_variants")) == (1, 1)
    assert count(world, "batch_bodies") == 2


def test_a_known_variant_is_stored_no_second_time(client: FlaskClient, world: World) -> None:
    one = world.submission(world.unit(EAS[0], 1))
    told(client, world, one)
    for _ in range(3):
        assert told(client, world, one | {"revision": 2}) == [("conflict", "content_differs")]
    assert told(client, world, one | {"revision": 3}) == [("conflict", "content_differs")]
    assert count(world, "submission_variants") == 2
    assert count(world, "batch_bodies") == 3


def test_the_same_id_twice_in_a_batch_is_stored_once(client: FlaskClient, world: World) -> None:
    one = world.submission(world.unit(EAS[0], 1))
    spelled = one | {"instance_id": one["instance_id"].upper()}
    assert told(client, world, one, spelled, one | {"revision": 7}) == [
        ("stored", None),
        ("duplicate", None),
        ("conflict", "content_differs"),
    ]
    assert (count(world, "submissions"), count(world, "submission_variants")) == (1, 1)


def test_a_lower_revision_is_superseded_and_kept(client: FlaskClient, world: World) -> None:
    interview_id = str(uuid.uuid4())

    def revision(number: int) -> dict[str, Any]:
        return world.submission(world.unit(EAS[0], 1), interview_id=interview_id, revision=number)

    assert told(client, world, revision(5)) == [("stored", None)]
    assert told(client, world, revision(4)) == [("superseded", None)]
    assert told(client, world, revision(5)) == [("stored", None)]
    assert told(client, world, revision(9), revision(8)) == [
        ("stored", None),
        ("superseded", None),
    ]
    assert count(world, "submissions") == 5


@pytest.mark.parametrize(
    "change", [{"form_version": "unheard of"}, {"form_id": "unheard_of"}], ids=str
)
def test_an_unknown_form_version_is_put_into_quarantine(
    client: FlaskClient, world: World, change: dict[str, str]
) -> None:
    one = world.submission(world.unit(EAS[0], 1), **change)
    assert told(client, world, one) == [("quarantined", "form_version_unknown")]
    assert told(client, world, one) == [("duplicate", None)]
    rows = world.sql(
        "SELECT q.code, s.state FROM quarantine q JOIN submissions s USING (instance_id)"
        " WHERE s.survey_id = :survey"
    )
    assert [tuple(row) for row in rows] == [("form_version_unknown", "quarantined")]
    assert count(world, "batch_bodies") == 1


REJECTED: dict[str, tuple[dict[str, Any], str]] = {
    "an id that is no UUID": ({"instance_id": "abc"}, "id_invalid"),
    "a nil id": ({"instance_id": str(uuid.UUID(int=0))}, "id_invalid"),
    "an id without dashes": ({"instance_id": uuid.uuid4().hex}, "id_invalid"),
    "an id in braces": ({"instance_id": "{" + str(uuid.uuid4()) + "}"}, "id_invalid"),
    "an id with underscores": (
        {"instance_id": "1_345678-1234-1234-1234-123456789012"},
        "id_invalid",
    ),
    "an id with wide digits": (
        {"instance_id": "１２345678-1234-1234-1234-1234567890"},
        "id_invalid",
    ),
    "an id with a line break": ({"instance_id": f"{uuid.uuid4()}\n"}, "id_invalid"),
    "no id": ({"instance_id": None}, "id_invalid"),
    "an id that is a list": ({"instance_id": ["x"]}, "id_invalid"),
    "an interview id that is no UUID": ({"interview_id": "1"}, "id_invalid"),
    "a replaced id that is no UUID": ({"replaces": ""}, "id_invalid"),
    "revision 0": ({"revision": 0}, "rev_invalid"),
    "a negative revision": ({"revision": -1}, "rev_invalid"),
    "revision 2^31": ({"revision": 2**31}, "rev_invalid"),
    "half a revision": ({"revision": 1.5}, "rev_invalid"),
    "a revision as text": ({"revision": "1"}, "rev_invalid"),
    "true as a revision": ({"revision": True}, "rev_invalid"),
    "no revision": ({"revision": None}, "rev_invalid"),
    "no form": ({"form_id": None}, "field_invalid"),
    "an empty version": ({"form_version": ""}, "field_invalid"),
    "a form id of 201 letters": ({"form_id": "x" * 201}, "field_invalid"),
    "a unit that is a number": ({"unit": 1}, "field_invalid"),
    "a sum that is a number": ({"sha256": 1}, "field_invalid"),
    "XML beside answers": ({"xml": "<data/>"}, "field_invalid"),
    "attachments that are no list": ({"attachments": {}}, "field_invalid"),
    "an attachment that is no object": ({"attachments": ["a.jpg"]}, "field_invalid"),
    "an attachment without a sum": ({"attachments": [{"name": "a.jpg"}]}, "field_invalid"),
    "101 attachments": (
        {"attachments": [{"name": "a", "sha256": "b"}] * 101},
        "field_invalid",
    ),
}


@pytest.mark.parametrize("what", REJECTED)
def test_a_submission_that_is_wrong_in_itself_is_rejected_alone(
    client: FlaskClient, still: World, what: str
) -> None:
    change, code = REJECTED[what]
    wrong = still.submission(still.unit(EAS[0], 1)) | change
    right = still.submission(still.unit(EAS[0], 2))
    results = receipt(client, still, body_of(wrong, right))["results"]
    assert [(one["outcome"], one["code"], one["retry"]) for one in results] == [
        ("rejected", code, False),
        ("stored", None, False),
    ]


def test_a_sum_that_does_not_match_may_be_sent_again(client: FlaskClient, still: World) -> None:
    wrong = still.submission(still.unit(EAS[0], 1), sha256="0" * 64)
    result = receipt(client, still, body_of(wrong))["results"][0]
    assert result == {
        "instance_id": wrong["instance_id"],
        "outcome": "rejected",
        "code": "sha_mismatch",
        "retry": True,
        "sha256": "0" * 64,
    }
    right = {name: value for name, value in wrong.items() if name != "sha256"}
    assert told(client, still, right) == [("stored", None)]


def test_what_is_no_object_is_rejected(client: FlaskClient, still: World) -> None:
    body = f'{{"batch_id": "{uuid.uuid4()}", "submissions": [1, null, "x", [], {{}}]}}'.encode()
    results = receipt(client, still, body)["results"]
    assert [one["code"] for one in results] == ["object_required"] * 4 + ["id_invalid"]
    assert {one["outcome"] for one in results} == {"rejected"}


def test_a_batch_of_nothing_but_rejections_leaves_no_body(
    client: FlaskClient, world: World
) -> None:
    assert told(client, world, world.submission(EAS[0], revision=0)) == [
        ("rejected", "rev_invalid")
    ]
    assert (count(world, "batch_bodies"), count(world, "pending_batches")) == (0, 0)


def test_an_id_is_answered_in_lower_case_however_it_is_spelled(
    client: FlaskClient, world: World
) -> None:
    one = world.submission(world.unit(EAS[0], 1))
    for spelled in (one["instance_id"].upper(), f"uuid:{one['instance_id']}"):
        result = receipt(client, world, body_of(one | {"instance_id": spelled}))["results"][0]
        assert result["instance_id"] == one["instance_id"]
    assert count(world, "submissions") == 1


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        (f"{EAS[0]}-001", None),
        (f"{EAS[1]}-001", "not_assigned"),
        (f"{EAS[3]}-001", "not_assigned"),
        ("99-999-99999-999-999", "unit_unknown"),
        ("'; DROP TABLE units; --", "unit_unknown"),
        (None, "unit_unknown"),
    ],
)
def test_an_interview_of_any_unit_is_stored(
    client: FlaskClient, still: World, unit: str | None, code: str | None
) -> None:
    one = still.submission(f"{EAS[0]}-001") | {"unit": unit}
    assert told(client, still, one) == [("stored", code)]


def test_fields_that_nobody_asked_for_change_nothing(client: FlaskClient, world: World) -> None:
    one = world.submission(
        world.unit(EAS[1], 1), role="administrator", approved=True, area_override="VN",
        state="derived", person_id=1, survey_id=1, device_id=1, received_at="1970-01-01T00:00:00Z",
    )  # fmt: skip
    body = body_of(one, replayed=True, device_id=1, survey="other")
    assert [result["code"] for result in receipt(client, world, body)["results"]] == [
        "not_assigned"
    ]
    row = world.sql(
        "SELECT s.state, d.device_id, p.username, s.received_at > now() - interval '1 hour'"
        " FROM submissions s JOIN devices d ON d.id = s.device_id JOIN people p"
        " ON p.id = s.person_id WHERE s.survey_id = :survey"
    )
    assert [tuple(one) for one in row] == [("received", "tablet-lan", f"lan@{world.code}", True)]
    assert told(client, world, {k: v for k, v in one.items() if k != "role"}) == [
        ("duplicate", None)
    ]


def test_the_body_is_kept_byte_for_byte(client: FlaskClient, world: World) -> None:
    body = packed(body_of(world.submission(world.unit(EAS[0], 1))))
    answer = client.post(
        BATCHES,
        data=body,
        headers={
            "Authorization": f"Bearer {world.secrets['lan']}",
            "Content-Encoding": "x-gzip",
        },
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert packed_bodies(world) == [body]


@pytest.mark.parametrize(
    ("finished", "code"),
    [
        ("2035-01-01T10:00:00+07:00", "clock_skew"),
        ("1970-01-01T00:00:00+00:00", "clock_skew"),
        ("0001-01-01T00:00:00+23:59", "clock_skew"),
        pytest.param(datetime.now(UTC).isoformat(), None, id="now"),
        ("2035-01-01T10:00:00", None),
        ("yesterday", None),
        (7, None),
        (None, None),
    ],
)
def test_an_interview_of_a_wrong_clock_is_stored_and_flagged(
    client: FlaskClient, world: World, finished: Any, code: str | None
) -> None:
    told = world.submission(world.unit(EAS[0], 1), finished_at=finished)
    [result] = upload(client, world.secrets["lan"], body_of(told))["results"]
    assert (result["outcome"], result["code"]) == ("stored", code)
