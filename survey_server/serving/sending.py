"""How an answer goes out: its head together with what comes first of its body.

gunicorn sends them one after the other, and whoever waits for the answer is woken twice.
"""

from typing import Any

from gunicorn.http.wsgi import Response

from survey_server.serving.arriving import is_mostly_unread

# More is not copied once again to put a head before it.
LARGE = 64 * 1024


class Answer(Response):  # type: ignore[misc]
    """`headers_sent` says that the head is settled; it leaves with the first piece."""

    headers_sent: bool
    _head = b""
    _head_goes_first = False

    def should_close(self) -> bool:
        """A connection on which much of a body is still to come ends with the answer."""
        return bool(super().should_close()) or is_mostly_unread(self.req.body)

    def send_headers(self) -> None:
        if self.headers_sent:
            return
        lines = [*self.default_headers(), *(f"{name}: {value}\r\n" for name, value in self.headers)]
        self._head = ("".join(lines) + "\r\n").encode("latin-1")
        self.headers_sent = True
        if self._head_goes_first:
            self._send(b"")

    def sendfile(self, pieces: Any) -> bool:
        """The kernel reads the file, and knows of no head."""
        self._head_goes_first = True
        return bool(super().sendfile(pieces))

    def close(self) -> None:
        self.send_headers()
        if self.chunked:
            self._emit_body(b"")
        elif self._head:
            self._send(b"")

    def _emit_body(self, data: bytes) -> None:
        self._send(b"%X\r\n%b\r\n" % (len(data), data) if self.chunked else data)

    def _send(self, data: bytes) -> None:
        head, self._head = self._head, b""
        if len(data) > LARGE and head:
            self.sock.sendall(head)
        elif head:
            data = head + data
        self.sock.sendall(data)
