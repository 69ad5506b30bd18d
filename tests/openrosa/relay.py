"""A line that is cut: an answer that the server has given, and nobody hears.

It passes bytes on and reads none, so that it works under TLS.
"""

import asyncio
import threading
from typing import TypeAlias

Writer: TypeAlias = asyncio.StreamWriter


class Relay:
    """In a thread of its own. While `unheard` is more than 0, a connection that has sent more than
    `large` bytes is cut in the place of its next answer."""

    def __init__(self, port: int, large: int) -> None:
        self.unheard = 0
        self._server_port, self._large = port, large
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._listener = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        self.port = int(self._listener.sockets[0].getsockname()[1])

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._listener.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        above, upward = await asyncio.open_connection("127.0.0.1", self._server_port)
        sent = 0

        async def up() -> None:
            nonlocal sent
            while piece := await reader.read(65536):
                sent += len(piece)
                upward.write(piece)
                await upward.drain()
            upward.close()

        async def down() -> None:
            while piece := await above.read(65536):
                if self.unheard and sent > self._large:
                    self.unheard -= 1
                    break
                writer.write(piece)
                await writer.drain()
            writer.close()

        await asyncio.gather(up(), down(), return_exceptions=True)
        upward.close()
