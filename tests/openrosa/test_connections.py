"""Connections of clients that are slow, silent or gone: nobody else waits for them."""

import http.client
import os
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.workers.gthread import ThreadWorker

from survey_server.serving import connections
from survey_server.serving.arriving import MOST_DRAINED
from survey_server.serving.connections import PARTING_SECONDS, Patient
from tests.openrosa.encrypted import Encrypted
from tests.openrosa.sent import ADDRESS
from tests.openrosa.test_the_door import LIST, basic, lans
from tests.world import World

# More than the threads of the process.
MANY = 20
KIND = {"Content-Type": "multipart/form-data; boundary=x"}


@contextmanager
def connected(encrypted: Encrypted) -> Iterator[http.client.HTTPSConnection]:
    wire = encrypted.connect()
    wire.connect()
    try:
        yield wire
    finally:
        wire.close()


def answer_of(wire: socket.socket) -> http.client.HTTPResponse:
    found = http.client.HTTPResponse(wire)
    found.begin()
    return found


@contextmanager
def held(encrypted: Encrypted, sent: bytes) -> Iterator[None]:
    """Many who send this, are answered, and neither go on nor go."""
    with ExitStack() as stack:
        for _ in range(MANY):
            wire = stack.enter_context(connected(encrypted))
            wire.sock.sendall(sent)
            answer_of(wire.sock).read()
        yield


def seconds_of_five(encrypted: Encrypted) -> float:
    start = time.monotonic()
    for _ in range(5):
        assert encrypted.get("/healthz", {})[0] == 200
    return time.monotonic() - start


def test_nobody_waits_for_those_who_say_nothing(encrypted: Encrypted) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(socket.create_connection(("127.0.0.1", encrypted.port)))
        assert seconds_of_five(encrypted) < PARTING_SECONDS


def test_nobody_waits_for_those_who_do_not_hang_up(encrypted: Encrypted) -> None:
    asked = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with held(encrypted, asked):
        assert seconds_of_five(encrypted) < PARTING_SECONDS


def test_nobody_waits_for_the_rest_of_what_was_refused(encrypted: Encrypted) -> None:
    refused = (
        b"POST /openrosa/submission HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    )
    with held(encrypted, refused):
        assert seconds_of_five(encrypted) < PARTING_SECONDS


def test_a_large_body_that_is_refused_ends_its_connection_and_the_answer_says_so(
    encrypted: Encrypted, world: World
) -> None:
    wrong = basic("tablet-lan", "x" * 43)
    with connected(encrypted) as wire:
        wire.request("POST", ADDRESS, b"x" * 8_000_000, {**KIND, **wrong})
        answer = wire.getresponse()
        assert (answer.status, answer.headers["Connection"]) == (401, "close")
        assert b"OpenRosaResponse" in answer.read()


def test_what_is_left_of_a_refused_body_is_never_a_request(
    encrypted: Encrypted, world: World
) -> None:
    inner = b"HEAD /openrosa/submission HTTP/1.1\r\nHost: x\r\n\r\n"
    for padding, over in ((0, False), (10 * MOST_DRAINED, True)):
        body = inner + b"x" * padding
        head = f"POST {ADDRESS} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        with connected(encrypted) as wire:
            wire.sock.sendall(head.encode() + body)
            answer = answer_of(wire.sock)
            assert (answer.status, answer.headers["Connection"] == "close") == (401, over)
            answer.read()
            if over:
                assert wire.sock.recv(1) == b""
            else:
                wire.request("GET", LIST, headers=lans(world))
                assert wire.getresponse().read()


@pytest.mark.parametrize(("known", "expected"), [(True, b"100 Continue"), (False, b"401 ")])
def test_a_body_is_asked_for_only_from_those_who_may_send_it(
    encrypted: Encrypted, world: World, known: bool, expected: bytes
) -> None:
    who = lans(world) if known else basic("tablet-lan", "x" * 43)
    lines = [f"{name}: {value}" for name, value in {**KIND, **who}.items()]
    fixed = [f"POST {ADDRESS} HTTP/1.1", "Host: x", "Expect: 100-continue"]
    head = "\r\n".join([*fixed, *lines, "Content-Length: 100", "", ""])
    with connected(encrypted) as wire:
        wire.sock.sendall(head.encode())
        assert expected in wire.sock.recv(30)


def test_collect_may_ask_after_two_hundred_households_at_once(
    encrypted: Encrypted, world: World
) -> None:
    asked = "%2C".join(str(uuid.uuid4()) for _ in range(200))
    path = f"/openrosa/entities/units/integrity?id={asked}&deviceID=collect%3Aabcdefgh12345678"
    assert encrypted.get(path, lans(world))[0] == 200


def test_silence_ends_a_connection_and_slowness_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SILENCE_SECONDS", 0.2)
    ours, theirs = socket.socketpair()
    with Patient.made_of(ours) as patient, theirs:
        patient.setblocking(True)
        with pytest.raises(TimeoutError):
            patient.recv(1)
        with pytest.raises(TimeoutError):
            patient.sendall(b"x" * 100_000_000)


def test_a_large_answer_arrives_whole_although_nobody_reads_it_at_first() -> None:
    content = os.urandom(5_000_000)
    ours, theirs = socket.socketpair()
    with Patient.made_of(ours) as patient, theirs:
        sending = threading.Thread(target=patient.sendall, args=(content,))
        sending.start()
        arrived = b""
        while len(arrived) < len(content):
            arrived += theirs.recv(100_000)
        sending.join()
        assert arrived == content
        theirs.sendall(b"thanks")
        assert patient.recv(100) == b"thanks"
        theirs.shutdown(socket.SHUT_WR)
        assert patient.recv(100) == b""


def test_whoever_watches_many_connections_waits_for_none() -> None:
    ours, theirs = socket.socketpair()
    with Patient.made_of(ours) as patient, theirs:
        patient.setblocking(False)
        with pytest.raises(BlockingIOError):
            patient.recv(1)
        patient.settimeout(None)
        theirs.sendall(b"x")
        assert (patient.gettimeout(), patient.recv(1)) == (None, b"x")


class Served:
    """A worker of one thread, and how many requests it has served."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: Sequence[object]) -> None:
        self.worker: Any = connections.ConsiderateWorker.__new__(connections.ConsiderateWorker)
        self.worker.alive = True
        self.worker.line = deque()
        self.left = list(answers)
        monkeypatch.setattr(ThreadWorker, "handle", lambda worker, conn: self.left.pop(0))

    def handle(self, wire: socket.socket) -> object:
        conn = SimpleNamespace(sock=wire)
        self.worker.line.append(conn)
        return self.worker.handle(conn)


@pytest.fixture
def wires() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_whoever_goes_on_at_once_keeps_its_thread(
    monkeypatch: pytest.MonkeyPatch, wires: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = wires
    theirs.sendall(b"the next request")
    served = Served(monkeypatch, [True, True, False, True])
    assert served.handle(ours) is False
    assert served.left == [True]


def test_a_thread_is_handed_on_where_somebody_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, wires: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = wires
    theirs.sendall(b"the next request")
    served = Served(monkeypatch, [True, False])
    served.worker.line.append(SimpleNamespace())
    assert served.handle(ours) is True
    assert served.left == [False]


def test_a_thread_does_not_wait_long_for_whoever_says_no_more(
    monkeypatch: pytest.MonkeyPatch, wires: tuple[socket.socket, socket.socket]
) -> None:
    served = Served(monkeypatch, [True, False])
    assert served.handle(wires[0]) is True
    assert served.left == [False]
