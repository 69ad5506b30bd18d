"""A tablet offers the ids of what it holds, and learns what the server lacks."""

import base64
import gzip
import hashlib
import json
import uuid
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask.testing import FlaskClient

from tests.api.carrying import device_of
from tests.http import upload
from tests.world import EAS, World, body_of

HAVE = "/api/v1/sync/have"


def offer(client: FlaskClient, secret: str, body: Any, **head: str) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", **head}
    return client.post(HAVE, data=data, headers=headers)


def sum_of(submission: dict[str, Any]) -> str:
    answers = json.dumps(submission["answers"], ensure_ascii=False)
    return hashlib.sha256(answers.encode()).hexdigest()


def pair(submission: dict[str, Any], sha256: str | None = None) -> dict[str, str]:
    return {"instance_id": submission["instance_id"], "sha256": sha256 or sum_of(submission)}


def test_what_is_held_missing_or_different_is_told_in_order(
    client: FlaskClient, world: World
) -> None:
    kept = world.submission(world.unit(EAS[0], 1))
    other = world.submission(world.unit(EAS[0], 2))
    upload(client, world.secrets["lan"], body_of(kept, other))
    absent = {"instance_id": str(uuid.uuid4()), "sha256": "0" * 64}
    offered = [absent, pair(kept), pair(other, "f" * 64)]
    document = offer(client, world.secrets["lan"], {"instances": offered}).get_json()
    assert [one["verdict"] for one in document["results"]] == ["missing", "held", "differs"]
    assert [one["instance_id"] for one in document["results"]] == [
        one["instance_id"] for one in offered
    ]
    assert document["held_by_server"] == 2


def test_a_tablet_asks_a_few_times_at_once_and_no_more(client: FlaskClient, world: World) -> None:
    doorkeeper = client.application.extensions["doorkeeper"]
    device = device_of(world, "tablet-lan")
    with doorkeeper.admitted(device, 0), doorkeeper.admitted(device, 0):
        answer = offer(client, world.secrets["lan"], {"instances": []})
        assert (answer.status_code, answer.get_json()["code"]) == (503, "overloaded")
        assert int(answer.headers["Retry-After"]) > 0
    assert offer(client, world.secrets["lan"], {"instances": []}).status_code == 200


def test_another_tablet_of_the_survey_is_told_too_and_another_survey_nothing(
    client: FlaskClient, world: World, still: World
) -> None:
    kept = world.submission(world.unit(EAS[0], 1))
    upload(client, world.secrets["lan"], body_of(kept))
    body = {"instances": [pair(kept)]}
    assert offer(client, world.secrets["mai"], body).get_json()["results"][0]["verdict"] == "held"
    elsewhere = offer(client, still.secrets["lan"], body).get_json()
    assert elsewhere["results"][0]["verdict"] == "missing"


def test_the_answer_is_signed_like_a_receipt(client: FlaskClient, still: World) -> None:
    """A captive portal that says "held" must not release anything."""
    answer = offer(client, still.secrets["lan"], {"instances": []})
    head = {"Authorization": f"Bearer {still.secrets['lan']}"}
    key = client.get("/api/v1/sync/state", headers=head).get_json()["receipt_key"]
    key_id, _, signature = answer.headers["Receipt-Signature"].partition(":")
    assert key_id == key["id"]
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key["public_key"]))
    public.verify(base64.b64decode(signature), answer.data)


def test_a_packed_question_of_five_thousand_is_answered(client: FlaskClient, still: World) -> None:
    many = [{"instance_id": str(uuid.uuid4()), "sha256": "0" * 64} for _ in range(5000)]
    body = gzip.compress(json.dumps({"instances": many}).encode())
    answer = offer(client, still.secrets["lan"], body, **{"Content-Encoding": "gzip"})
    assert {one["verdict"] for one in answer.get_json()["results"]} == {"missing"}


ONE = {"instance_id": "0b0a7d2e-7a3c-4b7c-9a64-000000000001", "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "json_invalid"),
        (b"{", 400, "json_invalid"),
        (b"[]", 422, "validation_failed"),
        (b'{"instances": {}}', 422, "validation_failed"),
        (b'{"instances": [], "instances": []}', 400, "json_invalid"),
        (b'{"instances": [1]}', 422, "validation_failed"),
        ({"instances": [ONE | {"sha256": "x"}]}, 422, "validation_failed"),
        ({"instances": [ONE | {"instance_id": "\x00"}]}, 422, "nul_not_allowed"),
        ({"instances": [ONE | {"instance_id": "x" * 36}]}, 422, "validation_failed"),
        ({"instances": [ONE] * 5001}, 422, "too_many_items"),
        (b'{"instances": ' + b"[" * 50 + b"]" * 50 + b"}", 422, "too_deep"),
        (b" " * 1_300_000, 413, "body_too_large"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    client: FlaskClient, still: World, body: Any, status: int, code: str
) -> None:
    answer = offer(client, still.secrets["lan"], body)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_a_bomb_is_refused(client: FlaskClient, still: World) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    answer = offer(client, still.secrets["lan"], bomb, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.get_json()["code"]) == (413, "unpacked_too_large")
