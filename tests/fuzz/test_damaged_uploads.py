"""Uploads with a few wrong bytes: refused or taken, never a failure."""

import json
import random
import uuid
from collections import Counter
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from lxml import etree

from survey_server.domain.forms import CompiledForm
from tests.api.forms_sent import sheet
from tests.attachments.files import head_of, photo, sum_of
from tests.damage import mutated
from tests.http import signed_in
from tests.openrosa.sent import PHOTO, Collect, upload
from tests.times import times
from tests.world import EAS, World, body_of, packed

TIMES = times(100)


def packed_head(world: World) -> dict[str, str]:
    packing = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return head_of(world) | packing


def test_a_damaged_batch_is_never_a_failure(client: FlaskClient, world: World) -> None:
    chance = random.Random(4)
    plain = body_of(world.submission(world.unit(EAS[0], 1)))
    found: Counter[int] = Counter()
    for number in range(TIMES):
        outside = number % 2 == 0
        body = mutated(chance, packed(plain)) if outside else packed(mutated(chance, plain))
        answer = client.post("/api/v1/batches", data=body, headers=packed_head(world))
        found[answer.status_code] += 1
    assert found.total() == TIMES
    assert found.keys() <= {200, 400, 409, 413, 422}, found


def test_a_damaged_question_of_what_is_held_is_never_a_failure(
    client: FlaskClient, world: World
) -> None:
    chance = random.Random(6)
    offered = [{"instance_id": str(uuid.UUID(int=n + 1)), "sha256": "0" * 64} for n in range(5)]
    plain = json.dumps({"instances": offered}).encode()
    found: Counter[int] = Counter()
    for number in range(TIMES):
        outside = number % 2 == 0
        body = mutated(chance, packed(plain)) if outside else packed(mutated(chance, plain))
        answer = client.post("/api/v1/sync/have", data=body, headers=packed_head(world))
        found[answer.status_code] += 1
    assert found.total() == TIMES
    assert found.keys() <= {200, 400, 413, 422}, found


# werkzeug leaves the parts of a body that ends too early to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("inside", [False, True])
def test_a_damaged_submission_of_collect_is_never_a_failure(
    client: FlaskClient, world: World, long_form: CompiledForm, inside: bool
) -> None:
    """In its multipart form, or in the XML alone; also where it answers with a sentence."""
    chance = random.Random(7)
    collect = Collect(client, world, long_form)
    found: Counter[int] = Counter()
    for _ in range(TIMES):
        xml = collect.xml(chance.randint(1, 5))
        files = [("a.jpg", PHOTO)]
        sent = (
            upload(mutated(chance, xml), files) if inside else mutated(chance, upload(xml, files))
        )
        answer = collect.post(sent)
        assert etree.fromstring(answer.get_data()).findtext("{*}message")
        found[answer.status_code] += 1
    assert found.total() == TIMES
    assert found.keys() <= {201, 400, 409, 413, 415, 422}, found


def test_a_damaged_photo_is_never_a_failure(client: FlaskClient, world: World) -> None:
    """Its bytes, its sum, or the headers that say which piece of it comes."""
    chance = random.Random(8)
    content = photo()
    found: Counter[int] = Counter()
    for _ in range(TIMES):
        told = {"sha256": sum_of(content), "offset": "00", "length": str(len(content))}
        wrong = chance.choice([*told, "content"])
        sent = mutated(chance, content) if wrong == "content" else content
        if wrong != "content":
            told[wrong] = spelled(mutated(chance, told[wrong].encode()))
        pieces = {"Upload-Offset": told["offset"], "Upload-Length": told["length"]}
        answer = client.put(
            f"/api/v1/attachments/{told['sha256']}",
            data=sent,
            headers=head_of(world) | pieces | {"Content-Type": "image/jpeg"},
        )
        found[answer.status_code] += 1
    assert found.total() == TIMES
    assert found.keys() <= {200, 201, 204, 400, 404, 409, 413, 415, 422}, found


def spelled(damaged: bytes) -> str:
    """As it can stand in an address or a header."""
    return "".join(
        one for one in damaged.decode("latin-1") if one.isprintable() and one not in "/?#"
    )


# werkzeug leaves the parts of a body that ends too early to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_form_is_never_a_failure(client: FlaskClient, world: World) -> None:
    chance = random.Random(5)
    head = signed_in(client, world, "an")
    boundary = "0123456789"
    parts = [
        ('name="form"; filename="form.md"', sheet()),
        ('name="media"; filename="children.csv"', "name,label\n1,Một\n"),
        ('name="checks"; filename="checks.csv"', "id,severity,condition\nA,error,${age} > 9\n"),
    ]
    text = "".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {what}\r\n\r\n{content}\r\n"
        for what, content in parts
    )
    form = f"{text}--{boundary}--\r\n".encode()
    found: Counter[int] = Counter()
    for _ in range(TIMES):
        answer = client.post(
            f"/api/v1/surveys/{world.code}/forms?check=true",
            input_stream=BytesIO(sent := mutated(chance, form)),
            content_length=len(sent),
            content_type=f"multipart/form-data; boundary={boundary}",
            headers=head,
        )
        found[answer.status_code] += 1
    assert found.total() == TIMES
    assert found.keys() <= {200, 400, 413, 422}, found
