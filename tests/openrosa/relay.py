"""A line that is cut: an answer that the server has given, and nobody hears.

It passes bytes on and reads none, so that it works under TLS.
"""

import socket
import threading
from contextlib import suppress


class Relay:
    """While `unheard` is more than 0, a connection that has sent more than `large` bytes is cut in
    the place of its next answer."""

    def __init__(self, port: int, large: int) -> None:
        self.unheard = 0
        self._server_port, self._large = port, large
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lines: list[_Line] = []
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()

    def stop(self) -> None:
        # Closing alone would leave the thread where it waits.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listening.join(10)
        self._listener.close()
        for line in self._lines:
            line.stop()

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
        self._sent = 0
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
            while piece := self._tablet.recv(65536):
                self._sent += len(piece)
                self._server.sendall(piece)
        self._cut()

    def _down(self) -> None:
        with suppress(OSError):
            while piece := self._server.recv(65536):
                if self._relay.keeps_to_itself(self._sent):
                    break
                self._tablet.sendall(piece)
        self._cut()

    def _cut(self) -> None:
        for end in (self._tablet, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
