"""Uploads with a few wrong bytes: refused or taken, never a failure."""

import random
from collections import Counter
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from tests.api.forms_sent import sheet
from tests.damage import mutated
from tests.http import signed_in
from tests.times import times
from tests.world import EAS, World, body_of, packed

TIMES = times(100)


def test_a_damaged_batch_is_never_a_failure(client: FlaskClient, world: World) -> None:
    chance = random.Random(4)
    plain = body_of(world.submission(world.unit(EAS[0], 1)))
    head = {
        "Authorization": f"Bearer {world.secrets['lan']}",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    found: Counter[int] = Counter()
    for number in range(TIMES):
        whole = number % 2 == 0
        body = mutated(chance, packed(plain)) if whole else packed(mutated(chance, plain))
        found[client.post("/api/v1/batches", data=body, headers=head).status_code] += 1
    assert found.total() == TIMES
    assert found.keys() <= {200, 400, 409, 413, 422}, found


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
    body = "".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {what}\r\n\r\n{content}\r\n"
        for what, content in parts
    )
    whole = f"{body}--{boundary}--\r\n".encode()
    found: Counter[int] = Counter()
    for _ in range(TIMES):
        answer = client.post(
            f"/api/v1/surveys/{world.code}/forms?check=true",
            input_stream=BytesIO(sent := mutated(chance, whole)),
            content_length=len(sent),
            content_type=f"multipart/form-data; boundary={boundary}",
            headers=head,
        )
        found[answer.status_code] += 1
    assert found.total() == TIMES
    assert found.keys() <= {200, 400, 413, 422}, found
