"""How a web process holds connections: gunicorn's threads, but none waits for a client that may be
gone. Tablets drive out of reach in the middle, and eight of them would keep everybody waiting.

- Until the first bytes are here, a connection takes no thread.
- Whoever falls silent after that is let go.
- A body is asked for (`Expect: 100-continue`) once somebody reads it: refusals come before it.
- A connection with much of a body still on its way ends with the answer, and says so; otherwise
  the rest would be read as what comes next.
- It ends on both sides: what is still sent is read and forgotten, or the client would see its
  connection fail instead of the answer. Meanwhile the others are served.
- Whoever goes on at once, as a proxy does or a tablet with many interviews, keeps its thread while
  nobody else waits for one: handing a connection to and fro is a fifth of the work of serving it.
"""

from __future__ import annotations

import logging
import select
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from gunicorn.workers.gthread import TConn, ThreadWorker

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# Lines that lose packets are silent for half of this.
SILENCE_SECONDS = 60.0
PARTING_SECONDS = 10.0
# More than any upload that is taken has.
MOST_FORGOTTEN = 12 * 1024 * 1024
PIECE = 64 * 1024
GOING_ON_MILLISECONDS = 10
# A body of which no more is missing is read to its end, so that the connection serves on.
MOST_DRAINED = 16 * 1024


class Patient(socket.socket):
    """Blocks, but not for ever."""

    def setblocking(self, flag: bool, /) -> None:
        self.settimeout(SILENCE_SECONDS if flag else 0.0)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        """A large answer may take as long as it takes, as it may over TLS, while it goes on."""
        left = memoryview(data).cast("B")
        while left:
            left = left[self.send(left, flags) :]


class Connection(TConn):  # type: ignore[misc]
    sock: socket.socket

    def init(self) -> None:
        """Also what wraps a socket for TLS, and shakes hands, takes over how patient it is."""
        if not self.initialized:
            self.sock = Patient(fileno=self.sock.detach())
        super().init()
        self.sock.settimeout(SILENCE_SECONDS)


class AskedFor:
    """A body that comes once it is asked for."""

    def __init__(self, body: Any, wire: socket.socket) -> None:
        self._body = body
        self._wire = wire
        self.asked = False

    def read(self, size: int | None = None) -> bytes:
        return self._asked().read(size)  # type: ignore[no-any-return]

    def readline(self, size: int | None = None) -> bytes:
        return self._asked().readline(size)  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def _asked(self) -> Any:
        if not self.asked:
            self.asked = True
            self._wire.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return self._body


def is_mostly_unread(body: Any) -> bool:
    """Of a request. Of chunks, nobody knows how many are on their way."""
    if isinstance(body, AskedFor) and not body.asked:
        return True
    reader = getattr(body, "reader", None)
    length = getattr(reader, "length", None)
    if length is not None:
        return bool(length > MOST_DRAINED)
    return getattr(reader, "parser", None) is not None


class ConsiderateWorker(ThreadWorker):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parting: deque[Connection] = deque()
        # What waits for a thread.
        self.line: deque[Connection] = deque()

    def init_process(self) -> None:
        logging.getLogger("gunicorn.error").addFilter(_is_no_silence)
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        try:
            wire, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            # Taken by another process, or gone again.
            return
        self.nr_conns += 1
        conn = Connection(self.cfg, wire, client, listener.getsockname())
        conn.timeout = time.monotonic() + SILENCE_SECONDS
        self.pending_conns.append(conn)
        self._watch(conn, self.on_pending_socket_readable)

    def enqueue_req(self, conn: Any) -> None:
        self.line.append(conn)
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        self.line.popleft()
        kept = super().handle(conn)
        while kept is True and self._goes_on(conn):
            kept = super().handle(conn)
        return kept

    def _goes_on(self, conn: Any) -> bool:
        if self.line or not self.alive:
            return False
        soon = select.poll()
        soon.register(conn.sock, select.POLLIN)
        return bool(soon.poll(GOING_ON_MILLISECONDS))

    def handle_request(self, req: Any, conn: Any) -> Any:
        if req._expected_100_continue:
            req._expected_100_continue = False
            req.body = AskedFor(req.body, conn.sock)
        closes: Callable[[], bool] = req.should_close
        req.should_close = lambda: closes() or is_mostly_unread(req.body)
        return super().handle_request(req, conn)

    def finish_request(self, conn: Any, served: Future[Any]) -> None:
        over = not served.cancelled() and served.exception() is None and served.result() is False
        if over and self.alive:
            self._part(conn)
        else:
            super().finish_request(conn, served)

    def murder_pending(self) -> None:
        """Now and then, by the loop of the process."""
        super().murder_pending()
        now = time.monotonic()
        while self.parting and self.parting[0].timeout <= now:
            self._leave(self.parting[0])

    def _cap_keepalive(self, deadline: float) -> None:
        """When the process ends."""
        super()._cap_keepalive(deadline)
        for conn in (*self.pending_conns, *self.parting):
            conn.timeout = min(conn.timeout, deadline)

    def _part(self, conn: Any) -> None:
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.nr_conns -= 1
            conn.close()
            return
        conn.timeout = time.monotonic() + PARTING_SECONDS
        conn.forgotten = 0
        self.parting.append(conn)
        self._watch(conn, self._forget)

    def _forget(self, conn: Any, wire: socket.socket) -> None:
        try:
            piece = wire.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        conn.forgotten += len(piece)
        if not piece or conn.forgotten > MOST_FORGOTTEN:
            self._leave(conn)

    def _leave(self, conn: Any) -> None:
        self.parting.remove(conn)
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def _watch(self, conn: Any, ready: Callable[[Any, Any], None]) -> None:
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(ready, conn))


def _is_no_silence(record: logging.LogRecord) -> bool:
    """That somebody fell silent is nothing to look into."""
    return record.exc_info is None or not isinstance(record.exc_info[1], TimeoutError)
