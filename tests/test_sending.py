"""In how many pieces an answer leaves, and that it is the same answer as gunicorn's own."""

import os
import socket
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest
from gunicorn import util
from gunicorn.config import Config
from gunicorn.http.wsgi import FileWrapper, Response

from survey_server.serving.sending import LARGE, Answer

Headers = list[tuple[str, str]]
TEXT = ("Content-Type", "text/plain")


@pytest.fixture(autouse=True)
def one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """In which everything is sent."""
    monkeypatch.setattr(util, "http_date", lambda: "Sun, 22 Nov 2026 10:00:00 GMT")


class Wire:
    """A socket that notes what it is given at once."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.sent.append(bytes(data))

    def sendfile(self, file: BinaryIO, offset: int, count: int) -> None:
        file.seek(offset)
        self.sent.append(file.read(count))


def asked(method: str = "GET", version: tuple[int, int] = (1, 1)) -> SimpleNamespace:
    read = SimpleNamespace(reader=SimpleNamespace(length=0))
    return SimpleNamespace(method=method, version=version, body=read, should_close=lambda: False)


def told(
    kind: type[Response],
    request: SimpleNamespace,
    status: str,
    headers: Headers,
    pieces: Sequence[bytes] | FileWrapper,
) -> list[bytes]:
    wire = Wire()
    answer = kind(request, wire, Config())
    answer.start_response(status, headers)
    if isinstance(pieces, FileWrapper):
        answer.write_file(pieces)
    else:
        for piece in pieces:
            answer.write(piece)
    answer.close()
    return wire.sent


@pytest.fixture
def file(tmp_path: Path) -> Iterator[BinaryIO]:
    place = tmp_path / "file"
    place.write_bytes(os.urandom(3 * LARGE))
    with place.open("rb") as opened:
        yield opened


def length(of: int) -> Headers:
    return [TEXT, ("Content-Length", str(of))]


CASES: dict[str, tuple[SimpleNamespace, str, Headers, list[bytes], int]] = {
    "short": (asked(), "201 CREATED", length(6), [b"thanks"], 1),
    "of no length": (asked(), "200 OK", [TEXT], [b"one", b"", b"two"], 3),
    "empty": (asked(), "200 OK", length(0), [b""], 1),
    "nothing at all": (asked(), "200 OK", length(0), [], 1),
    "in pieces": (asked(), "200 OK", length(6), [b"one", b"two"], 2),
    "too much for its length": (asked(), "200 OK", length(4), [b"one", b"two"], 2),
    "none allowed": (asked(), "204 NO CONTENT", [], [b"forgotten"], 1),
    "not changed": (asked(), "304 NOT MODIFIED", [("ETag", '"a"')], [], 1),
    "only asked for its head": (asked("HEAD"), "200 OK", length(6), [b"thanks"], 1),
    "large": (asked(), "200 OK", length(LARGE + 1), [bytes(LARGE + 1)], 2),
    "for an old client": (asked(version=(1, 0)), "200 OK", [TEXT], [b"one", b"two"], 2),
}


@pytest.mark.parametrize("case", CASES)
def test_an_answer_is_gunicorns_own_in_fewer_pieces(case: str) -> None:
    request, status, headers, pieces, most = CASES[case]
    ours = told(Answer, request, status, headers, pieces)
    theirs = told(Response, request, status, headers, pieces)
    assert b"".join(ours) == b"".join(theirs)
    assert len(ours) == most


@pytest.mark.parametrize("headers", [[TEXT], length(3 * LARGE)])
def test_a_file_comes_after_its_head(file: BinaryIO, headers: Headers) -> None:
    ours = told(Answer, asked(), "200 OK", headers, FileWrapper(file))
    file.seek(0)
    assert ours[0].startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"".join(ours) == b"".join(
        told(Response, asked(), "200 OK", headers, FileWrapper(file))
    )  # fmt: skip


def test_what_is_no_file_of_the_system_is_read_in_pieces() -> None:
    content = os.urandom(20_000)
    sent = told(Answer, asked(), "200 OK", length(20_000), FileWrapper(BytesIO(content)))
    assert b"".join(sent).endswith(b"\r\n\r\n" + content)


def test_where_much_of_a_body_is_on_its_way_the_answer_says_that_it_is_the_last() -> None:
    request = asked("POST")
    request.body.reader.length = 1_000_000
    (sent,) = told(Answer, request, "413 TOO LARGE", length(2), [b"no"])
    assert b"Connection: close\r\n" in sent


def test_an_answer_arrives_over_a_real_socket() -> None:
    near, far = socket.socketpair()
    with near, far:
        answer: Any = Answer(asked(), near, Config())
        answer.start_response("200 OK", length(5))
        answer.write(b"there")
        answer.close()
        assert far.recv(10_000).endswith(b"\r\n\r\nthere")
