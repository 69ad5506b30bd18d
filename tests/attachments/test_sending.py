"""PUT and HEAD /api/v1/attachments/{sha256}: each file once in a survey, whole or in pieces."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from apiflask import APIFlask
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from survey_server.domain.forms import CompiledForm
from survey_server.services.attachments import place
from tests.attachments.files import (
    JPEG,
    ask,
    head_of,
    lying,
    photo,
    put,
    put_piece,
    rows,
    sum_of,
)
from tests.opened import sealed_bodies
from tests.patient import patient
from tests.world import World, make_world

PIECE = 4096


def problem(answer: TestResponse) -> tuple[int, str, bool]:
    told: dict[str, Any] = answer.get_json()
    return answer.status_code, told["code"], told["retry"]


def test_a_file_is_sent_once_and_known_from_then_on(client: FlaskClient, world: World) -> None:
    content = photo()
    before = ask(client, world, sum_of(content))
    assert (before.status_code, before.headers["Upload-Offset"]) == (404, "0")
    assert put(client, world, content).status_code == 201
    known = ask(client, world, sum_of(content).upper())
    assert (known.status_code, known.data) == (200, b"")
    again = put(client, world, content)
    assert again.status_code == 200
    assert again.get_json() == {"sha256": sum_of(content), "bytes": 2000, "complete": True}
    (row,) = rows(world)
    assert (row.media_type, row.bytes, bytes(row.sha256).hex()) == (
        "image/jpeg", 2000, sum_of(content),
    )  # fmt: skip
    assert len(lying(world)) == 1


def test_what_lies_there_is_sealed_and_named_by_nobody(client: FlaskClient, world: World) -> None:
    content = photo()
    put(client, world, content)
    (name,) = lying(world)
    assert name == f"{world.id}/{rows(world)[0].id.hex[:2]}/{rows(world)[0].id}"
    assert content[:50] not in place().shelf.get(name)
    assert JPEG not in place().shelf.get(name)


def test_the_answer_is_signed(app: APIFlask, client: FlaskClient, world: World) -> None:
    content = photo()
    state = client.get("/api/v1/sync/state", headers=head_of(world)).get_json()
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(state["receipt_key"]["public_key"]))
    path = f"/api/v1/attachments/{sum_of(content)}"
    for answer in (put(client, world, content), client.get(path, headers=head_of(world))):
        signature = answer.headers["Receipt-Signature"].rpartition(":")[2]
        key.verify(base64.b64decode(signature), answer.data)
        assert json.loads(answer.data)["complete"] is True


def test_a_file_of_another_survey_is_not_known_and_sealed_anew(
    client: FlaskClient, world: World, database: Engine, long_form: CompiledForm
) -> None:
    other, content = make_world(database, long_form), photo()
    assert put(client, world, content).status_code == 201
    assert ask(client, other, sum_of(content)).status_code == 404
    assert put(client, other, content).status_code == 201
    shelf = place().shelf
    (here,), (there,) = lying(world), lying(other)
    assert shelf.get(here) != shelf.get(there)
    assert rows(world)[0].key_id != rows(other)[0].key_id


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<html>,</html>", (422, "media_type", False)),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", (422, "media_type", False)),
        (JPEG + bytes(5 * 1024 * 1024), (413, "too_large", False)),
    ],
)
def test_what_is_no_file_of_an_interview_is_refused(
    client: FlaskClient, world: World, content: bytes, expected: tuple[int, str, bool]
) -> None:
    assert problem(put(client, world, content)) == expected
    assert (rows(world), lying(world)) == ([], [])


def test_a_body_that_is_not_its_sum_is_refused(client: FlaskClient, world: World) -> None:
    answer = put(client, world, photo(), sha256=sum_of(b"other"))
    assert problem(answer) == (422, "checksum", True)
    assert (rows(world), lying(world)) == ([], [])


@pytest.mark.parametrize("sha256", ["x", "0" * 63, "0" * 65, "g" * 64, "０" * 64])
def test_an_address_that_is_no_sum_is_refused(
    client: FlaskClient, world: World, sha256: str
) -> None:
    for method in ("GET", "PUT"):
        answer = client.open(
            f"/api/v1/attachments/{sha256}", method=method, data=b"x", headers=head_of(world)
        )
        assert problem(answer)[:2] == (422, "param_invalid")


def test_packed_bodies_are_refused(client: FlaskClient, world: World) -> None:
    answer = put(client, world, photo(), Content_Encoding="gzip")
    assert problem(answer)[:2] == (415, "encoding_unsupported")


def test_only_tablets_send_files(client: FlaskClient, world: World) -> None:
    content = photo()
    path = f"/api/v1/attachments/{sum_of(content)}"
    assert client.put(path, data=content).status_code == 401
    assert client.head(path).status_code == 401
    assert rows(world) == []


# In pieces


def test_a_file_comes_in_pieces_and_goes_on_where_it_was(client: FlaskClient, world: World) -> None:
    content = photo(3 * PIECE + 7)
    first = put_piece(client, world, content, 0, PIECE)
    assert (first.status_code, first.get_json()["complete"]) == (202, False)
    assert ask(client, world, sum_of(content)).headers["Upload-Offset"] == str(PIECE)
    second = put_piece(client, world, content, PIECE, 3 * PIECE)
    assert (second.status_code, second.headers["Upload-Offset"]) == (202, str(3 * PIECE))
    assert rows(world) == []
    last = put_piece(client, world, content, 3 * PIECE, len(content))
    assert (last.status_code, last.get_json()["complete"]) == (201, True)
    assert ask(client, world, sum_of(content)).status_code == 200
    assert parts(world) == []


def parts(world: World) -> list[bytes]:
    found = (place().parts / str(world.id)).rglob("*-*")
    return [file.read_bytes() for file in found if file.is_file()]


def test_a_piece_that_does_not_follow_is_told_where_to_go_on(
    client: FlaskClient, world: World
) -> None:
    content = photo(4 * PIECE)
    put_piece(client, world, content, 0, PIECE)
    for start in (0, 2 * PIECE):
        answer = put_piece(client, world, content, start, start + PIECE)
        assert problem(answer) == (409, "offset_mismatch", True)
        assert answer.headers["Upload-Offset"] == str(PIECE)


@pytest.mark.parametrize("start", [0, PIECE, 2 * PIECE])
def test_any_piece_of_a_file_that_is_here_is_answered_that_it_is(
    client: FlaskClient, world: World, start: int
) -> None:
    content = photo(3 * PIECE)
    assert put(client, world, content).status_code == 201
    again = put_piece(client, world, content, start, start + PIECE)
    assert (again.status_code, again.get_json()["complete"]) == (200, True)
    assert again.headers["Upload-Offset"] == str(len(content))
    assert parts(world) == []


def test_pieces_are_sealed(client: FlaskClient, world: World) -> None:
    content = photo(2 * PIECE)
    put_piece(client, world, content, 0, PIECE)
    (lies,) = parts(world)
    assert content[:50] not in lies


def test_pieces_that_make_another_file_are_let_go(client: FlaskClient, world: World) -> None:
    content, other = photo(2 * PIECE), photo(2 * PIECE)
    put_piece(client, world, other, 0, PIECE, sha256=sum_of(content))
    answer = put_piece(client, world, content, PIECE, 2 * PIECE)
    assert problem(answer) == (422, "checksum", True)
    assert answer.headers["Upload-Offset"] == "0"
    assert (parts(world), rows(world)) == ([], [])
    assert put(client, world, content).status_code == 201


def test_a_damaged_piece_only_costs_time(client: FlaskClient, world: World) -> None:
    content = photo(2 * PIECE)
    put_piece(client, world, content, 0, PIECE)
    (file,) = [one for one in (place().parts / str(world.id)).rglob("*-*") if one.is_file()]
    sealed = file.read_bytes()
    file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert problem(put_piece(client, world, content, PIECE, 2 * PIECE))[1] == "checksum"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Upload_Length": 5 * 1024 * 1024 + 1}, (413, "too_large")),
        ({"Upload_Length": "x"}, (422, "param_invalid")),
        ({"Upload_Length": ""}, (422, "param_invalid")),
        ({"Upload_Offset": "-1"}, (422, "param_invalid")),
        ({"Upload_Offset": "٣"}, (422, "param_invalid")),
        ({"Upload_Length": 10}, (422, "param_invalid")),
    ],
)
def test_pieces_are_bounded(
    client: FlaskClient, world: World, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = put_piece(client, world, photo(2 * PIECE), 0, PIECE, **changes)
    assert problem(answer)[:2] == expected
    assert parts(world) == []


def test_tiny_pieces_cannot_fill_a_disk_with_names(client: FlaskClient, world: World) -> None:
    answer = put_piece(client, world, photo(2 * PIECE), 0, PIECE - 1)
    assert problem(answer)[:2] == (422, "piece_too_small")


def test_a_tablet_has_few_files_on_their_way_at_once(client: FlaskClient, world: World) -> None:
    begun = [photo(2 * PIECE) for _ in range(6)]
    for content in begun:
        assert put_piece(client, world, content, 0, PIECE).status_code == 202
    assert len(parts(world)) == 4
    offsets = [ask(client, world, sum_of(one)).headers["Upload-Offset"] for one in begun]
    assert offsets[-1] == str(PIECE)
    assert offsets.count("0") == 2


def test_pieces_belong_to_the_tablet_that_sent_them(client: FlaskClient, world: World) -> None:
    content = photo(2 * PIECE)
    put_piece(client, world, content, 0, PIECE)
    assert ask(client, world, sum_of(content), by="mai").headers["Upload-Offset"] == "0"


# At once


@pytest.fixture
def patience(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = patient(app.extensions["settings"].uploads_at_once)
    monkeypatch.setitem(app.extensions, "doorkeeper", keeper)


@pytest.mark.usefixtures("patience")
def test_eight_tablets_send_the_same_file_at_once(app: APIFlask, world: World, trail: None) -> None:
    content = photo(50_000)

    def send(_: int) -> int:
        return put(app.test_client(), world, content).status_code

    with ThreadPoolExecutor(8) as crowd:
        answers = sorted(crowd.map(send, range(8)))
    assert answers == [200] * 7 + [201]
    assert len(rows(world)) == len(lying(world)) == 1
    assert sealed_bodies(world) == []


@pytest.mark.usefixtures("patience")
def test_the_same_piece_twice_at_once_is_kept_once(
    app: APIFlask, world: World, trail: None
) -> None:
    content = photo(2 * PIECE)

    def send(_: int) -> int:
        return put_piece(app.test_client(), world, content, 0, PIECE).status_code

    with ThreadPoolExecutor(8) as crowd:
        answers = sorted(crowd.map(send, range(8)))
    assert answers == [202] + [409] * 7
    assert len(parts(world)) == 1
