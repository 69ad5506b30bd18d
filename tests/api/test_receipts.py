"""A receipt is signed over its exact unpacked bytes, so that nobody in between can forge one."""

import base64
import gzip
import json
import time
import uuid
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey_server.store.intake import Sender, add_batch
from tests.world import EAS, World, body_of, packed


def post(client: FlaskClient, world: World, body: bytes) -> TestResponse:
    return client.post(
        "/api/v1/batches",
        data=packed(body),
        headers={
            "Authorization": f"Bearer {world.secrets['lan']}",
            "Content-Encoding": "gzip",
            "Accept-Encoding": "gzip",
        },
        content_type="application/json",
    )


def verified(client: FlaskClient, world: World, answer: TestResponse) -> bytes:
    """The unpacked bytes of a receipt whose signature fits the key that was told."""
    head = {"Authorization": f"Bearer {world.secrets['lan']}"}
    key = client.get("/api/v1/sync/state", headers=head).get_json()["receipt_key"]
    named, signature = answer.headers["Receipt-Signature"].split(":")
    assert named == key["id"]
    body = answer.get_data()
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key["public_key"]))
    public.verify(base64.b64decode(signature, validate=True), body)
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(signature), body + b" ")
    return body


def test_the_signature_fits_the_unpacked_bytes_of_a_small_and_a_large_receipt(
    client: FlaskClient, still: World
) -> None:
    submissions = [still.submission(still.unit(EAS[0], 1)) for _ in range(20)]
    for body, encoding in ((body_of(), None), (body_of(*submissions), "gzip")):
        answer = post(client, still, body)
        assert answer.headers.get("Content-Encoding") == encoding
        assert json.loads(verified(client, still, answer))["replayed"] is False


def test_what_a_tablet_still_holds_is_noted_without_what_this_batch_brought(
    client: FlaskClient, world: World
) -> None:
    post(client, world, body_of(world.submission(world.unit(EAS[0], 1)), held=12))
    rows = world.sql(
        "SELECT held, received FROM devices WHERE survey_id = :survey AND device_id = 'tablet-lan'"
    )
    assert [tuple(row) for row in rows] == [(11, 1)]


def test_a_batch_that_is_in_flight_elsewhere_is_waited_for_and_then_told_of(
    client: FlaskClient, database: Engine, world: World
) -> None:
    batch_id = uuid.uuid4()
    body = body_of(world.submission(world.unit(EAS[0], 1)), batch_id=str(batch_id))
    found = world.sql(
        "SELECT id, person_id FROM devices WHERE device_id = 'tablet-lan' AND survey_id = :survey"
    )
    with Session(database) as elsewhere:
        sender = Sender(found[0].id, found[0].person_id, world.id)
        add_batch(elsewhere, sender, batch_id, b"", datetime.now(UTC))
        started = time.monotonic()
        answer = post(client, world, body)
        assert time.monotonic() - started > 4
        elsewhere.rollback()
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], problem["retry"]) == (409, "in_progress", True)
    assert post(client, world, body).get_json()["results"][0]["outcome"] == "stored"
