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
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from gunicorn.http import wsgi
from gunicorn.http.errors import UnsupportedTransferCoding
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import TConn, ThreadWorker

from survey_server.serving.arriving import AskedFor, is_read
from survey_server.serving.sending import Answer
from survey_server.serving.unreadable import is_clients, refusal

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# Lines that lose packets are silent for half of this.
SILENCE_SECONDS = 60.0
PARTING_SECONDS = 10.0
# More than any upload that is taken has.
MOST_FORGOTTEN = 12 * 1024 * 1024
PIECE = 64 * 1024
GOING_ON_MILLISECONDS = 10


class Patient(socket.socket):
    """Waits for the other side, but not for ever.

    To Python, a socket with a limit is one whose every call asks first whether it would block. Here
    the system is asked only after it did, which is rare: what is read was announced.
    """

    _patience: float | None = SILENCE_SECONDS

    @classmethod
    def made_of(cls, plain: socket.socket) -> Self:
        made = cls(fileno=plain.detach())
        socket.socket.setblocking(made, False)
        return made

    def settimeout(self, value: float | None, /) -> None:
        self._patience = value

    def gettimeout(self) -> float | None:
        return self._patience

    def setblocking(self, flag: bool, /) -> None:
        self._patience = SILENCE_SECONDS if flag else 0.0

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        while True:
            try:
                return super().recv(bufsize, flags)
            except BlockingIOError as nothing:
                self._wait(select.POLLIN, nothing)

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        while True:
            try:
                return super().send(data, flags)
            except BlockingIOError as full:
                self._wait(select.POLLOUT, full)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        """A large answer may take as long as it takes, as it may over TLS, while it goes on."""
        left = memoryview(data).cast("B")
        while left:
            left = left[self.send(left, flags) :]

    def _wait(self, event: int, why: BlockingIOError) -> None:
        """Raises TimeoutError, or `why` where nobody wants to wait."""
        if self._patience == 0.0:
            raise why
        soon = select.poll()
        soon.register(self, event)
        if not soon.poll(None if self._patience is None else self._patience * 1000):
            raise TimeoutError("timed out")


class Connection(TConn):  # type: ignore[misc]
    sock: socket.socket

    def init(self) -> None:
        """Also what wraps a socket for TLS, and shakes hands, takes over how patient it is."""
        if not self.initialized:
            self.sock = Patient.made_of(self.sock)
        super().init()
        self.sock.settimeout(SILENCE_SECONDS)


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

    def handle_request(self, req: Any, conn: Any) -> bool:
        """As gunicorn does, without its hooks; whether the connection goes on."""
        if req.must_close:
            # Packed for its way, which nobody here undoes.
            raise UnsupportedTransferCoding("beside chunked")
        if req._expected_100_continue:
            req._expected_100_continue = False
            req.body = AskedFor(req.body, conn.sock)
        answer, environ = wsgi.create(req, conn.sock, conn.client, conn.server, self.cfg, Answer)
        environ["wsgi.multithread"] = True
        if not self._has_time_for_more():
            answer.force_close()
        try:
            self._answer(answer, environ)
        except OSError:
            raise
        except (Exception, SystemExit):
            if not answer.headers_sent:
                raise
            # Another answer would be read as a part of this one.
            self.log.exception("Error handling request")
            close_graceful(conn.sock)
            return False
        return not answer.should_close()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        if not is_clients(exc):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("No HTTP that can be read: %s", type(exc).__name__)
        with suppress(OSError):
            client.sendall(refusal(exc))

    def _has_time_for_more(self) -> bool:
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        return self.alive and len(self.keepalived_conns) < self.max_keepalived

    def _answer(self, answer: Answer, environ: dict[str, Any]) -> None:
        begun = time.monotonic()
        pieces = self.wsgi(environ, answer.start_response)
        try:
            if isinstance(pieces, environ["wsgi.file_wrapper"]):
                answer.write_file(pieces)
            else:
                for piece in pieces:
                    answer.write(piece)
            answer.close()
        finally:
            took = timedelta(seconds=time.monotonic() - begun)
            self.log.access(answer, answer.req, environ, took)
            if hasattr(pieces, "close"):
                pieces.close()

    def _keepalive_after(self, conn: Any, keepalive: Any) -> bool:
        if keepalive and is_read(conn.parser.mesg.body):
            return True
        return bool(super()._keepalive_after(conn, keepalive))

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
