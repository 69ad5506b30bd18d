"""What the proxy does to a request is what its fate says, seen from both ends."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from survey_server.faults import proxy as proxies
from survey_server.faults.history import History, events_in
from survey_server.faults.proxy import FATES, Proxy

BODY = b"x" * 10_000


class Server(ThreadingHTTPServer):
    """Notes how much of each body arrived."""

    answer: tuple[int, dict[str, str], bytes]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: list[int] = []
        self.answer = (200, {}, b"y" * 5000)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            length = int(self.rfile.readline(), 16)
            self.server.bodies.append(len(self.rfile.read(length)))
        else:
            self.server.bodies.append(len(self.rfile.read(int(self.headers["Content-Length"]))))
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


@contextmanager
def both(folder: Path) -> Iterator[tuple[Server, Proxy]]:
    server = Server()
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    with History(folder / "history.jsonl") as history:
        proxy = Proxy(server.server_port, 1, history)
        proxy.start()
        yield server, proxy
        proxy.stop()
    server.shutdown()
    server.server_close()


def ask(proxy: Proxy, **how: object) -> bytes | None:
    """The whole answer, or None."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
    try:
        connection.request("POST", "/", **{"body": BODY, **how})  # type: ignore[arg-type]
        return connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def settled(server: Server, proxy: Proxy, bodies: int) -> list[int]:
    end = time.monotonic() + 60
    while (len(server.bodies) < bodies or proxy.late_copies) and time.monotonic() < end:
        time.sleep(0.01)
    return server.bodies


@pytest.mark.parametrize(
    ("fate", "answered", "served"),
    [
        ("through", True, 1),
        ("drop request", False, 0),
        ("drop response", False, 1),
        ("truncate response", False, 1),
        ("duplicate", True, 2),
        ("three at once", True, 3),
        ("late copy", True, 2),
        ("delay", True, 1),
    ],
)
def test_each_fate_is_what_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fate: str, answered: bool, served: int
) -> None:
    monkeypatch.setattr(proxies, "FATES", {fate: 1})
    monkeypatch.setattr(proxies, "LATE_SECONDS", (0.05, 0.1))
    with both(tmp_path) as (server, proxy):
        assert (ask(proxy) == b"y" * 5000) is answered
        assert settled(server, proxy, served) == [len(BODY)] * served


def test_of_a_halved_request_the_server_gets_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxies, "FATES", {"half request": 1})
    with both(tmp_path) as (server, proxy):
        assert ask(proxy) is None
        assert settled(server, proxy, 1) == [len(BODY) // 2]


def test_when_the_faults_end_everything_passes(tmp_path: Path) -> None:
    with both(tmp_path) as (server, proxy):
        proxy.be_calm()
        assert [ask(proxy) for _ in range(20)] == [b"y" * 5000] * 20
        assert len(server.bodies) == 20


def test_a_chunked_body_passes_as_it_came(tmp_path: Path) -> None:
    with both(tmp_path) as (server, proxy):
        proxy.be_calm()
        assert ask(proxy, body=iter([BODY]), encode_chunked=True) == b"y" * 5000
        assert server.bodies == [len(BODY)]


def test_who_keeps_a_connection_is_answered_on_it_until_a_fault_cuts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handler, "protocol_version", "HTTP/1.1")
    monkeypatch.setattr(proxies, "FATES", {"drop response": 1})
    with both(tmp_path) as (server, proxy):
        proxy.be_calm()
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
        for _ in range(3):
            connection.request("POST", "/", BODY, {"Connection": "Keep-Alive"})
            assert connection.getresponse().read() == b"y" * 5000
            # Nothing was opened anew.
            assert connection.sock is not None
        assert proxy.met["kept alive"] == 2
        proxy.be_calm(False)
        connection.request("POST", "/", BODY, {"Connection": "Keep-Alive"})
        with pytest.raises((OSError, http.client.HTTPException)):
            connection.getresponse()
        connection.close()
        assert len(settled(server, proxy, 4)) == 4


@pytest.mark.parametrize(
    ("answer", "bad"),
    [
        ((200, {}, b"{}"), False),
        ((422, {}, b"{}"), False),
        ((503, {"Retry-After": "31"}, b'{"code": "db_unavailable"}'), False),
        ((503, {"Retry-After": "31"}, b"<OpenRosaResponse xmlns=..."), False),
        ((503, {}, b'{"code": "db_unavailable"}'), True),
        ((503, {}, b"<OpenRosaResponse xmlns=..."), True),
        ((503, {"Retry-After": "31"}, b"busy"), True),
        ((500, {"Retry-After": "31"}, b'{"code": "internal_error"}'), True),
    ],
)
def test_a_failure_without_a_reason_or_a_time_is_noted(
    tmp_path: Path, answer: tuple[int, dict[str, str], bytes], bad: bool
) -> None:
    with both(tmp_path) as (server, proxy):
        proxy.be_calm()
        server.answer = answer
        assert ask(proxy) == answer[2]
    noted = list(events_in(tmp_path / "history.jsonl"))
    assert [(one.f, one.res[0]) for one in noted] == ([("answer", answer[0])] if bad else [])


def test_the_shares_of_fates_add_up() -> None:
    assert sum(FATES.values()) == 100
