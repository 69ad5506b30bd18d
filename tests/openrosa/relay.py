"""A line that is thin, or is cut: an answer that the server has given, and nobody hears.

It passes bytes on and reads none, so that it works under TLS.
"""

import math
import socket
import threading
import time
from contextlib import suppress

# A slow line delivers a second's bytes in so many.
PIECES = 10


class Relay:
    """While `unheard` is more than 0, a connection that has sent more than `large` bytes is cut in
    the place of its next answer. Each connection sends at most so many bytes a second, and no more
    than `most` before `may_end` is set."""

    def __init__(
        self,
        port: int,
        large: int,
        bytes_per_second: int | None = None,
        most: float = math.inf,
    ) -> None:
        self.unheard = 0
        self.most = most
        self.may_end = threading.Event()
        self.bytes_per_second = bytes_per_second
        self._server_port, self._large = port, large
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lines: list[_Line] = []
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()

    def stop(self) -> None:
        # Closing alone would leave the thread where it waits.
        self.may_end.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listening.join(10)
        self._listener.close()
        for line in self._lines:
            line.stop()

    def on_their_way(self, bytes_each: int) -> int:
        """Connections over which more than that was sent."""
        return sum(line.sent > bytes_each for line in self._lines)

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                tablet, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._lines.append(_Line(self, tablet, server))

    def keeps_to_itself(self, sent: int) -> bool:
        if not self.unheard or sent <= self._large:
            return False
        self.unheard -= 1
        return True


class _Line:
    def __init__(self, relay: Relay, tablet: socket.socket, server: socket.socket) -> None:
        self._relay, self._tablet, self._server = relay, tablet, server
        self.sent = 0
        self._threads = [threading.Thread(target=one) for one in (self._up, self._down)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._cut()
        for thread in self._threads:
            thread.join(10)
        self._tablet.close()
        self._server.close()

    def _up(self) -> None:
        with suppress(OSError):
            pace = self._relay.bytes_per_second
            while piece := self._tablet.recv(65536 if pace is None else pace // PIECES):
                self.sent += len(piece)
                if self.sent > self._relay.most:
                    self._relay.may_end.wait()
                if pace is not None:
                    time.sleep(len(piece) / pace)
                self._server.sendall(piece)
        self._cut()

    def _down(self) -> None:
        with suppress(OSError):
            while piece := self._server.recv(65536):
                if self._relay.keeps_to_itself(self.sent):
                    break
                self._tablet.sendall(piece)
        self._cut()

    def _cut(self) -> None:
        for end in (self._tablet, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
