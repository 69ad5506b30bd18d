"""The body of a request on its way: asked for, read, or not yet."""

import socket
from typing import Any

# Of which no more is missing, it is read to its end, so that the connection serves on.
MOST_DRAINED = 16 * 1024


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


def is_read(body: Any) -> bool:
    """To its end, as far as it said where that is."""
    return getattr(getattr(body, "reader", None), "length", None) == 0
