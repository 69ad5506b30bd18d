"""What is no HTTP that can be read: refused in our own words, and told to no log."""

import json
import uuid

import pytest

from survey_server.protecting import HEADERS
from tests.openrosa.encrypted import Encrypted
from tests.openrosa.test_connections import answer_of, connected

UPLOAD = b"POST /api/v1/batches HTTP/1.1\r\nHost: x\r\n"
ASKED = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
UNREADABLE = {
    "two lengths": (UPLOAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
    "a length, and chunks": (
        UPLOAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "a length that is none": (UPLOAD + b"Content-Length: two\r\n\r\n{}", 400),
    "packed for its way": (UPLOAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "another coding": (UPLOAD + b"Transfer-Encoding: br\r\n\r\n", 501),
    "two hosts": (ASKED + b"Host: y\r\n\r\n", 400),
    "a folded header": (ASKED + b"X-A: one\r\n two\r\n\r\n", 400),
    "a header without a colon": (ASKED + b"nonsense\r\n\r\n", 400),
    "a name with a space": (ASKED + b"X A: one\r\n\r\n", 400),
    "expects what nobody knows": (UPLOAD + b"Expect: 200-ok\r\nContent-Length: 2\r\n\r\n", 417),
    "a small method": (b"get /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "another protocol": (b"GET /healthz HTTP/9.1\r\nHost: x\r\n\r\n", 400),
    "no request": (b"nonsense\r\n\r\n", 400),
    "a letter in the address": ("GET /é HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 400),
    "a long address": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "a long header": (ASKED + b"X-A: " + b"a" * 9000 + b"\r\n\r\n", 431),
    "many headers": (ASKED + b"X-A: a\r\n" * 200 + b"\r\n", 431),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_problem_says_that_it_cannot_be_read(encrypted: Encrypted, what: str) -> None:
    sent, status = UNREADABLE[what]
    with connected(encrypted) as wire:
        wire.sock.sendall(sent)
        answer = answer_of(wire.sock)
        problem = json.loads(answer.read())
        assert answer.status == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Connection"] == "close"
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert wire.sock.recv(1) == b""
    assert (problem["code"], problem["status"], problem["retry"]) == ("bad_request", status, True)
    assert "gửi lại" in problem["title"]
    assert "again" in problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-Id"]


def test_nothing_of_it_is_told_to_the_log(encrypted: Encrypted) -> None:
    secret = uuid.uuid4().hex
    before = len(encrypted.log.read_text())
    lines = (
        f"Authorization Bearer {secret}",
        f"Authorization : Bearer {secret}",
        f"X: \x01{secret}",
    )
    for line in lines:
        with connected(encrypted) as wire:
            wire.sock.sendall(ASKED + line.encode() + b"\r\n\r\n")
            assert answer_of(wire.sock).status == 400
    told = encrypted.log.read_text()[before:]
    assert told.count("No HTTP that can be read") == len(lines)
    assert secret not in told
