"""What a tablet does on a line that is slow: less at once, patience, and the small things first."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import pytest

from survey_server.local.ports import kept_port
from survey_server.tablet.connection import HttpConnection, TooSlow
from survey_server.tablet.pace import Pace
from survey_server.tablet.protocol import Answer
from survey_server.tablet.records import Record
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync
from tests.tablet.conftest import RunningClock
from tests.tablet.fake_server import SECRET, Exchange, FakeServer, Misbehaviour, silence

Making = Callable[..., Record]
PATIENCE = 60.0
# Of a tablet whose line is really slow, and not only said to be.
REAL_PATIENCE = 1.5


class Hurried(HttpConnection):
    """Patient as it is told to be; but where there will be silence, no test waits for its end."""

    def __init__(self, server: FakeServer) -> None:
        super().__init__(server.url, SECRET, timeout=PATIENCE)
        self._server = server

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        told = self.timeout
        if method == "POST" and self._server.will(silence):
            self.timeout = told / 600
        try:
            return super()._exchange(method, path, body, headers)
        finally:
            self.timeout = told


@pytest.fixture
def connection(server: FakeServer) -> Iterator[HttpConnection]:
    connection = Hurried(server)
    yield connection
    connection.close()


def after(seconds: float, clock: RunningClock) -> Misbehaviour:
    """The receipt, so much later."""

    def answer(exchange: Exchange) -> None:
        clock.sleep(seconds)
        exchange.receipt(exchange.server_of_ours.receive(exchange.packed))

    return answer


def size(store: Store) -> int:
    return int(store.setting("batch_size") or 0)


def test_silence_makes_batches_small_at_once_and_they_grow_again(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview() for _ in range(130)])
    store.note("batch_size", "100")
    server.misbehave(*[silence] * 3)
    sync.step()
    told = []
    for _ in range(3):
        assert sync.step().reason == "ReadTimeoutError"
        told.append(size(store))
    assert told == [25, 6, 1]
    assert sync.run().do == "rest"
    assert server.sizes == [1, 2, 4, 8, 16, 32, 64, 3]
    assert set(server.times_stored.values()) == {1}


def test_a_network_that_is_away_says_nothing_about_batches(
    sync: Sync, store: Store, server: FakeServer, clock: RunningClock, interview: Making
) -> None:
    sync.run()
    store.keep([interview() for _ in range(12)])
    nowhere = HttpConnection(f"http://127.0.0.1:{kept_port()}", SECRET)
    away = Sync(store, nowhere, clock=clock, random=Random(1), fetch_forms=False)
    assert {away.step().do for _ in range(9)} == {"wait"}
    assert sync.run().do == "rest"
    assert server.sizes == [10, 2]


def test_slow_answers_make_batches_smaller_until_they_are_quick(
    sync: Sync, store: Store, server: FakeServer, clock: RunningClock, interview: Making
) -> None:
    store.keep([interview() for _ in range(60)])
    server.misbehave(after(40, clock), after(31, clock), after(20, clock), after(14, clock))
    assert sync.run().do == "rest"
    assert server.sizes == [10, 5, 2, 2, 4, 8, 16, 13]


def test_a_single_interview_is_waited_for_longer_also_by_an_app_that_was_closed(
    sync: Sync,
    store: Store,
    server: FakeServer,
    connection: HttpConnection,
    clock: RunningClock,
    random: Random,
    interview: Making,
) -> None:
    store.keep([interview()])
    server.misbehave(silence, silence)
    for _ in range(3):
        sync.step()
    assert connection.timeout == 4 * PATIENCE
    reopened = Hurried(server)
    again = Sync(store, reopened, clock=clock, random=random)
    assert reopened.timeout == 4 * PATIENCE
    assert again.run().do == "rest"
    assert reopened.timeout == PATIENCE
    assert store.states()["acked"] == 1
    reopened.close()


def test_patience_has_an_end(
    sync: Sync, store: Store, server: FakeServer, clock: RunningClock, interview: Making
) -> None:
    store.keep([interview()])
    sync.run()
    store.keep([interview()])
    connection = Hurried(server)
    pace = Pace(longest_answer=1.5 * PATIENCE)
    impatient = Sync(store, connection, clock=clock, random=Random(1), pace=pace)
    server.misbehave(silence, silence)
    for _ in range(3):
        impatient.step()
    assert connection.timeout == 1.5 * PATIENCE
    connection.close()


def test_a_body_may_take_longer_than_an_answer() -> None:
    body = bytes(12_000_000)
    with slow_reader(len(body)) as port:
        connection = HttpConnection(f"http://127.0.0.1:{port}", SECRET, timeout=REAL_PATIENCE)
        started = time.monotonic()
        assert connection.put("/", body, {}).status == 201
        assert time.monotonic() - started > 2 * REAL_PATIENCE
        connection.close()


def test_whoever_reads_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        connection = HttpConnection(f"http://127.0.0.1:{deaf.getsockname()[1]}", None, timeout=0.2)
        with pytest.raises(TooSlow):
            connection.put("/", bytes(12_000_000), {})
        connection.close()


@contextmanager
def slow_reader(length: int) -> Iterator[int]:
    """Takes a body in over two or three patiences, without a pause as long as one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # The kernel takes most of a body from whoever sends it, if it may.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)

        def serve() -> None:
            wire, _ = listener.accept()
            with wire:
                left = length - len(wire.recv(65536).partition(b"\r\n\r\n")[2])
                for _ in range(30):
                    left -= len(wire.recv(65536))
                    time.sleep(REAL_PATIENCE / 12)
                while left > 0:
                    left -= len(wire.recv(65536))
                wire.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

        serving = threading.Thread(target=serve)
        serving.start()
        yield listener.getsockname()[1]
        serving.join()


def test_interviews_go_before_forms(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview()])
    sync.step()
    sync.step()
    assert store.states()["acked"] == 1
    assert store.forms_without_content()
    assert sync.run().do == "rest"
    assert not store.forms_without_content()
