"""Whatever is sent instead of a batch: the status and code of the protocol, and nothing stored."""

import gzip
import io
import json
import uuid
import zlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.opened import packed_bodies
from tests.world import EAS, World, body_of, packed

BATCHES = "/api/v1/batches"
MIB = 1024 * 1024
EMPTY = b'{"batch_id": "00000000-0000-4000-8000-000000000000", "submissions": []}'


def post(client: FlaskClient, world: World, body: bytes, **headers: str) -> TestResponse:
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(
        BATCHES,
        data=body,
        headers={
            "Authorization": f"Bearer {world.secrets['lan']}",
            "Content-Type": "application/json",
        }
        | spelled,
    )


def refusal(answer: TestResponse) -> tuple[int, str, bool]:
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"], problem["retry"]


def empty_batch() -> bytes:
    return batch_of()


def with_answers(value: str) -> bytes:
    """A batch of one whose answers are spelled as given."""
    return batch_of(f'{{"instance_id": "{uuid.uuid4()}", "sha256": "x", "answers": {value}}}')


def batch_of(*submissions: str) -> bytes:
    return f'{{"batch_id": "{uuid.uuid4()}", "submissions": [{",".join(submissions)}]}}'.encode()


def stored_in(world: World) -> int:
    return int(world.sql("SELECT count(*) FROM submissions WHERE survey_id = :survey")[0][0])


NOT_JSON = {
    "spaces": b"   ",
    "words": b"xin ch\xc3\xa0o",
    "half of an object": b'{"batch_id": ',
    "a byte order mark": b"\xef\xbb\xbf" + EMPTY,
    "UTF-16": EMPTY.decode().encode("utf-16"),
    "UTF-16 without a mark": EMPTY.decode().encode("utf-16-le"),
    "UTF-32": EMPTY.decode().encode("utf-32"),
    "a list": b"[]",
    "a string": b'"x"',
    "a number": b"1",
    "null": b"null",
    "something after the end": EMPTY + b"x",
    "two texts": EMPTY + EMPTY,
    "a trailing comma": b'{"submissions": [],}',
    "single quotes": b"{'submissions': []}",
    "the same key twice": b'{"held": 1, "held": 2, "submissions": []}',
    "submissions twice": b'{"submissions": [], "submissions": []}',
    "submissions twice, once escaped": b'{"submissions": [], "sub\\u006dissions": []}',
    "NaN": with_answers("NaN"),
    "Infinity": with_answers("Infinity"),
    "minus Infinity": with_answers("-Infinity"),
    "the same key twice in answers": with_answers('{"a": 1, "a": 1}'),
    "a raw control character": with_answers('"\n"'),
    "a leading zero": with_answers("01"),
}


@pytest.mark.parametrize("what", NOT_JSON)
def test_what_is_no_json_object_is_refused(client: FlaskClient, still: World, what: str) -> None:
    assert refusal(post(client, still, NOT_JSON[what])) == (400, "json_invalid", False)


BEYOND_BOUNDS = {
    "33 levels": (with_answers("[" * 32 + "]" * 32), "too_deep"),
    "900 levels": (with_answers("[" * 900 + "]" * 900), "too_deep"),
    "10,001 keys": (
        with_answers(json.dumps(dict.fromkeys(map(str, range(10_001)), 0))),
        "too_many_keys",
    ),
    "a long string": (with_answers(json.dumps("x" * (64 * 1024 + 1))), "string_too_long"),
    "a long key": (with_answers(json.dumps({"x" * (64 * 1024 + 1): 0})), "string_too_long"),
    "a string long in bytes": (
        with_answers(json.dumps("ế" * 22_000, ensure_ascii=False)),
        "string_too_long",
    ),
    "2^53 + 1": (with_answers(str(2**53 + 1)), "number_out_of_range"),
    "-2^53 - 1": (with_answers(str(-(2**53) - 1)), "number_out_of_range"),
    "400 digits": (with_answers("9" * 400), "number_out_of_range"),
    "5,000 digits": (with_answers("9" * 5000), "number_out_of_range"),
    "1e999": (with_answers("1e999"), "number_out_of_range"),
    "U+0000": (with_answers('"a\\u0000b"'), "nul_not_allowed"),
    "U+0000 in a key": (with_answers('{"\\u0000": 1}'), "nul_not_allowed"),
}


@pytest.mark.parametrize("what", BEYOND_BOUNDS)
def test_what_breaks_a_bound_is_refused_with_a_pointer(
    client: FlaskClient, still: World, what: str
) -> None:
    body, code = BEYOND_BOUNDS[what]
    answer = post(client, still, body)
    assert refusal(answer) == (422, code, False)
    fault = answer.get_json()["errors"][0]
    assert (fault["pointer"], fault["code"]) == ("/submissions/0", code)
    assert fault["message"]


def test_every_submission_at_fault_is_pointed_at(client: FlaskClient, still: World) -> None:
    good = '{"instance_id": "x", "answers": 1}'
    bad = '{"answers": "\\u0000"}'
    errors = post(client, still, batch_of(good, bad, good, bad)).get_json()["errors"]
    assert [one["pointer"] for one in errors] == ["/submissions/1", "/submissions/3"]


def test_ten_thousand_levels_are_refused_too(client: FlaskClient, still: World) -> None:
    answer = post(client, still, with_answers("[" * 100_000 + "]" * 100_000))
    assert refusal(answer) == (422, "too_deep", False)
    head = b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b', "submissions": []}'
    assert refusal(post(client, still, head)) == (422, "too_deep", False)


@pytest.mark.parametrize("half", ["\\ud800", "\\uDC00x", "\\\\\\ud83d\\ud83d\\ude00"])
def test_a_submission_with_half_a_character_is_pointed_at(
    client: FlaskClient, still: World, half: str
) -> None:
    good = '{"instance_id": "x", "answers": "\\ud83d\\ude00 \\\\ud800"}'
    answer = post(client, still, batch_of(good, f'{{"answers": "{half}"}}', good))
    assert refusal(answer) == (400, "utf8_invalid", False)
    assert [one["pointer"] for one in answer.get_json()["errors"]] == ["/submissions/1"]
    assert post(client, still, batch_of(good, good)).status_code == 200


NOT_UTF8 = {
    "half a surrogate pair": with_answers('"\\ud800"'),
    "the other half": with_answers('"\\udc00"'),
    "halves in the wrong order": with_answers('"\\udc00\\ud800"'),
    "half a pair in a key": with_answers('{"\\ud800": 1}'),
    "a broken byte": with_answers('"@"').replace(b"@", b"\xff"),
    "an overlong slash": with_answers('"@"').replace(b"@", b"\xc0\xaf"),
    "a surrogate as bytes": with_answers('"@"').replace(b"@", b"\xed\xa0\x80"),
    "Windows-1258": with_answers('"Nguyễn"').replace("ễ".encode(), b"\xea"),
}


@pytest.mark.parametrize("what", NOT_UTF8)
def test_what_is_no_utf8_is_refused(client: FlaskClient, still: World, what: str) -> None:
    assert refusal(post(client, still, NOT_UTF8[what])) == (400, "utf8_invalid", False)


def deflated(body: bytes) -> bytes:
    return zlib.compress(body)


BROKEN = packed(EMPTY)[:12] + b"\xff\xff" + packed(EMPTY)[14:]
ENCODED = {
    "deflate": (deflated(EMPTY), "deflate", 415, "encoding_unsupported", False),
    "br": (b"\x0b\x02\x80", "br", 415, "encoding_unsupported", False),
    "zstd": (b"\x28\xb5\x2f\xfd", "zstd", 415, "encoding_unsupported", False),
    "gzip twice": (packed(packed(EMPTY)), "gzip, gzip", 415, "encoding_unsupported", False),
    "an unknown word": (EMPTY, "xgzip", 415, "encoding_unsupported", False),
    "JSON called gzip": (EMPTY, "gzip", 400, "gzip_invalid", False),
    "deflate called gzip": (deflated(EMPTY), "gzip", 400, "gzip_invalid", False),
    "gzip cut short": (packed(EMPTY)[:-5], "gzip", 400, "gzip_truncated", True),
    "a wrong checksum": (packed(EMPTY)[:-8] + b"\0" * 8, "gzip", 400, "gzip_invalid", True),
    "a broken byte in the middle": (BROKEN, "gzip", 400, "gzip_invalid", True),
    "two members": (packed(EMPTY) + packed(b""), "gzip", 400, "gzip_invalid", False),
    "bytes after the end": (packed(EMPTY) + b"\0", "gzip", 400, "gzip_invalid", False),
    "gzip not announced": (packed(EMPTY), "", 400, "json_invalid", False),
    "gzip twice, announced once": (packed(packed(EMPTY)), "gzip", 400, "json_invalid", False),
}


@pytest.mark.parametrize("what", ENCODED)
def test_only_whole_gzip_or_nothing_is_unpacked(
    client: FlaskClient, still: World, what: str
) -> None:
    body, encoding, *expected = ENCODED[what]
    answer = post(client, still, body, Content_Encoding=encoding)
    assert refusal(answer) == tuple(expected)


def test_a_refused_encoding_tells_which_is_taken(client: FlaskClient, still: World) -> None:
    answer = post(client, still, b"x", Content_Encoding="br")
    assert answer.headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "x-gzip", "GZIP", " gzip "])
def test_the_known_encodings_are_taken(client: FlaskClient, still: World, encoding: str) -> None:
    body = packed(empty_batch()) if "gzip" in encoding.lower() else empty_batch()
    assert post(client, still, body, Content_Encoding=encoding).status_code == 200


def test_a_body_of_more_than_2_mib_is_refused_with_the_limit(
    client: FlaskClient, still: World
) -> None:
    answer = post(client, still, b" " * (2 * MIB + 1))
    assert refusal(answer) == (413, "body_too_large", False)
    fits = batch_of(" " * (2 * MIB - len(empty_batch())))
    assert post(client, still, fits).status_code == 200


def test_more_than_16_mib_unpacked_are_refused_with_the_limit(
    client: FlaskClient, still: World
) -> None:
    bomb = gzip.compress(b" " * (16 * MIB + 1), 9)
    answer = post(client, still, bomb, Content_Encoding="gzip")
    assert refusal(answer) == (413, "unpacked_too_large", False)
    assert answer.get_json()["limit"] == 16 * MIB


def test_one_submission_of_more_than_1_mib_is_pointed_at(client: FlaskClient, still: World) -> None:
    answer = post(client, still, with_answers(json.dumps(["x" * 60_000] * 18)))
    assert refusal(answer) == (413, "unpacked_too_large", False)
    assert answer.get_json()["errors"][0]["pointer"] == "/submissions/0"


def test_501_submissions_are_refused_with_the_limit(client: FlaskClient, still: World) -> None:
    answer = post(client, still, batch_of(*["1"] * 501))
    assert refusal(answer) == (422, "too_many_items", False)
    assert answer.get_json()["limit"] == 500
    assert post(client, still, batch_of(*["1"] * 500)).status_code == 200


HEADS: dict[str, tuple[dict[str, Any], str]] = {
    "no batch id": ({"batch_id": None}, "/batch_id"),
    "a batch id that is no UUID": ({"batch_id": "42"}, "/batch_id"),
    "a batch id that is a number": ({"batch_id": 42}, "/batch_id"),
    "a batch id that is a list": ({"batch_id": []}, "/batch_id"),
    "a time that is a number": ({"device_time": 1712146930}, "/device_time"),
    "fewer than no interviews held": ({"held": -1}, "/held"),
    "a million and one held": ({"held": 1_000_001}, "/held"),
    "half an interview held": ({"held": 0.5}, "/held"),
    "held as a word": ({"held": "3"}, "/held"),
}


@pytest.mark.parametrize("what", HEADS)
def test_a_wrong_head_is_pointed_at(client: FlaskClient, still: World, what: str) -> None:
    changes, pointer = HEADS[what]
    head = {"batch_id": str(uuid.uuid4()), "submissions": []} | changes
    answer = post(client, still, json.dumps(head).encode())
    assert refusal(answer) == (422, "validation_failed", False)
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]


@pytest.mark.parametrize("value", ["null", "{}", '"x"', "1"])
def test_submissions_must_be_a_list(client: FlaskClient, still: World, value: str) -> None:
    body = f'{{"batch_id": "{uuid.uuid4()}", "submissions": {value}}}'.encode()
    answer = post(client, still, body)
    assert refusal(answer) == (422, "validation_failed", False)
    assert answer.get_json()["errors"][0]["pointer"] == "/submissions"


@pytest.mark.parametrize(
    "when",
    ["1970-01-01T00:00:00Z", "2038-01-19T03:14:08Z", "0001-01-01T00:00:00+14:00",
     "9999-12-31T23:59:59-12:00", "2054-04-03T19:22:10+07:00", "2016-12-31t23:59:60z",
     "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2024-04-03T19:22:10", "yesterday"],
)  # fmt: skip
def test_a_tablet_with_a_wrong_clock_is_received(
    client: FlaskClient, still: World, when: str
) -> None:
    assert post(client, still, body_of(device_time=when)).status_code == 200


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "text/json", "multipart/form-data", "application/xml", "@"]
)
def test_other_content_types_are_refused(client: FlaskClient, still: World, kind: str) -> None:
    answer = post(client, still, empty_batch(), Content_Type=kind)
    assert refusal(answer) == (415, "unsupported_media_type", False)


def test_a_body_without_a_length_is_asked_for_one(client: FlaskClient, still: World) -> None:
    assert refusal(post(client, still, b"")) == (411, "length_required", False)


def test_an_empty_body_is_no_batch(client: FlaskClient, still: World) -> None:
    for encoding, expected in (("", "json_invalid"), ("gzip", "gzip_truncated")):
        answer = client.post(
            BATCHES,
            headers={
                "Authorization": f"Bearer {still.secrets['lan']}",
                "Content-Type": "application/json",
                "Content-Encoding": encoding,
            },
            environ_overrides={"CONTENT_LENGTH": "0"},
        )
        assert refusal(answer)[:2] == (400, expected)


def test_a_body_shorter_than_announced_is_to_be_sent_again(
    client: FlaskClient, still: World
) -> None:
    answer = client.post(
        BATCHES,
        data=empty_batch(),
        headers={"Authorization": f"Bearer {still.secrets['lan']}"},
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": "1000"},
    )
    assert refusal(answer) == (400, "bad_request", True)


class SilentWire(io.RawIOBase):
    """A connection over which nothing more comes; it notes how long it is asked to wait."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def settimeout(self, seconds: float) -> None:
        self.waits.append(seconds)

    def readable(self) -> bool:
        return True

    def readinto(self, room: object) -> int:
        raise TimeoutError


def test_a_body_that_falls_silent_is_let_go_of(client: FlaskClient, still: World) -> None:
    wire = SilentWire()
    answer = client.post(
        BATCHES,
        headers={"Authorization": f"Bearer {still.secrets['lan']}"},
        content_type="application/json",
        environ_overrides={
            "CONTENT_LENGTH": "1000",
            "wsgi.input": wire,
            "gunicorn.socket": wire,
        },
    )
    assert refusal(answer) == (400, "bad_request", True)
    assert wire.waits == [30.0]


STRANGE_BUT_RIGHT = {
    "decomposed Vietnamese": "Nguyễn",
    "emoji": "👩‍👩‍👧‍👦",
    "right to left override": "a\u202eb",
    "zero width": "a\u200bb\ufeff",
    "a private character": "\ue000\U0010ffff",
    "not a character": "\ufffe\uffff",
    "SQL": "'); DROP TABLE submissions; --",
    "HTML": "<script>alert(1)</script>",
}


@pytest.mark.parametrize("what", STRANGE_BUT_RIGHT)
def test_strange_text_is_kept_as_it_came(client: FlaskClient, world: World, what: str) -> None:
    answers = {"household": {"address": STRANGE_BUT_RIGHT[what]}}
    body = packed(body_of(world.submission(world.unit(EAS[0], 1), answers=answers)))
    answer = post(client, world, body, Content_Encoding="gzip")
    assert answer.get_json()["results"][0]["outcome"] == "stored"
    assert packed_bodies(world) == [body]


def test_nothing_that_was_refused_is_stored_or_said_back(client: FlaskClient, still: World) -> None:
    secret = "Nguyễn Thị Bí Mật"
    body = with_answers(json.dumps({"name": secret, "nul": "\0"}, ensure_ascii=False))
    answer = post(client, still, body)
    assert answer.status_code == 422
    assert secret not in answer.get_data(as_text=True)
    assert stored_in(still) == 0
