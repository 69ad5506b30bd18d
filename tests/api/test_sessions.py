"""Signing in and out for programs: whatever is sent, never a failure of the server."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.http import signed_in
from tests.world import World


def refusal(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


BAD_SMALL_BODIES = {
    "no JSON": (b"x", 400, "json_invalid"),
    "half": (b'{"username": ', 400, "json_invalid"),
    "a list": (b"[]", 422, "validation_failed"),
    "null": (b"null", 422, "validation_failed"),
    "nothing": (b"{}", 422, "validation_failed"),
    "30,000 levels": (b"[" * 30_000, 422, "too_deep"),
    "40 levels": (b"[" * 40 + b"]" * 40, 422, "too_deep"),
    "6,000 digits": (b'{"username": ' + b"9" * 6000 + b"}", 422, "number_out_of_range"),
    "NaN": (b'{"username": NaN}', 400, "json_invalid"),
    "U+0000": (b'{"username": "a\\u0000", "password": "b"}', 422, "nul_not_allowed"),
    "half a pair": (b'{"username": "a", "password": "\\ud800"}', 400, "utf8_invalid"),
    "no UTF-8": (b'{"username": "\xff", "password": "b"}', 400, "utf8_invalid"),
    "a number": (b'{"username": 1, "password": "b"}', 422, "validation_failed"),
    "100 KB": (b'"' + b"x" * 100_000 + b'"', 413, "body_too_large"),
    "3 MB": (b'"' + b"x" * 3_000_000 + b'"', 413, "body_too_large"),
    "a wrong password": (b'{"username": "a", "password": "b"}', 401, "login_failed"),
}


@pytest.mark.parametrize("what", BAD_SMALL_BODIES)
def test_a_bad_sign_in_is_a_refusal_and_no_failure(client: FlaskClient, what: str) -> None:
    body, *expected = BAD_SMALL_BODIES[what]
    answer = client.post("/api/v1/sessions", data=body, content_type="application/json")
    assert refusal(answer) == tuple(expected)


def test_a_sign_in_that_is_no_json_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/sessions", data={"username": "a", "password": "b"})
    assert refusal(answer) == (415, "unsupported_media_type")


def test_after_signing_out_the_token_is_unknown(client: FlaskClient, still: World) -> None:
    head = signed_in(client, still, "hoa")
    answer = client.delete("/api/v1/sessions/current", headers=head)
    assert (answer.status_code, answer.get_data()) == (204, b"")
    answer = client.get(f"/api/v1/coverage?survey={still.code}", headers=head)
    assert refusal(answer) == (401, "unauthenticated")
