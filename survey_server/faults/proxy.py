"""The network between tablets and server: each request meets a drawn fate.

Everything is a real TCP connection: a dropped answer is one whose request the server has served, a
halved request one that ends in the middle of its body, a late copy one that arrives seconds after
the tablet was answered. The proxy also judges what the server says, for it hears every answer.
"""

import asyncio
import re
import threading
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from survey_server.faults.history import History

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter

FATES = {
    "through": 55,
    "drop request": 6,
    "half request": 5,
    "drop response": 10,
    "truncate response": 5,
    "duplicate": 5,
    "three at once": 4,
    "late copy": 4,
    "delay": 6,
}
LATE_SECONDS = (1.0, 6.0)
DELAY_SECONDS = (0.2, 2.0)
PATIENCE_SECONDS = 60.0
LARGEST_HEAD = 64 * 1024

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_HOP = re.compile(rb"\r\n(?:connection|keep-alive):[^\r]*", re.IGNORECASE)
_LASTS = re.compile(rb"\r\nconnection: *keep-alive", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_SENTENCE = re.compile(rb"<OpenRosaResponse")
_CODE = re.compile(rb'"code": *"[a-z_]+"')
_RETRY_AFTER = re.compile(rb"\r\nretry-after: *\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """Its head has no empty line, and says nothing of connections. `lasting`: who sent it keeps
    theirs."""

    head: bytes
    body: bytes
    lasting: bool

    @property
    def whole(self) -> bytes:
        """The last on its connection."""
        return self.head + b"Connection: close\r\n\r\n" + self.body

    @property
    def one_of_many(self) -> bytes:
        return self.head + b"\r\n" + self.body

    @property
    def half(self) -> bytes:
        """At least something of it, and never all."""
        return self.whole[: len(self.whole) - (len(self.body) + 1) // 2 if self.body else 20]


class Proxy:
    """In a thread of its own, with an event loop of its own."""

    def __init__(self, port_of_server: int, seed: int, history: History) -> None:
        self._server_port = port_of_server
        self._rng = Random(f"{seed}/proxy")
        self._history = history
        self._calm = False
        self._copies: set[asyncio.Task[bytes]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.met: Counter[str] = Counter()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LARGEST_HEAD)
        self._listener = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        self.port = self._listener.sockets[0].getsockname()[1]

    def be_calm(self, yes: bool = True) -> None:
        """From now on everything passes, but for the copies that are under way."""
        self._calm = yes

    @property
    def late_copies(self) -> int:
        return len(self._copies)

    def stop(self) -> None:
        """What is under way is given up."""
        asyncio.run_coroutine_threadsafe(self._give_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _give_up(self) -> None:
        self._listener.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        lasting = _Lasting(self._server_port)
        try:
            while True:
                request = await _read_request(reader)
                fate = self._draw()
                goes_on = fate == "through" and request.lasting
                answer = await (
                    self._in_turn(request, lasting) if goes_on else self._answer(request, fate)
                )
                writer.write(answer)
                await writer.drain()
                if not goes_on or lasting.over:
                    break
        except (OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            # The tablet went away, or spoke no HTTP; or the trial is over.
            pass
        finally:
            lasting.close()
            writer.close()

    async def _in_turn(self, request: Request, lasting: "_Lasting") -> bytes:
        self.met["kept alive"] += lasting.used
        answer = await lasting.ask(request.one_of_many)
        self._judge(answer)
        return answer

    async def _answer(self, request: Request, fate: str) -> bytes:
        """What reaches the tablet; where that is nothing, or half, its connection is cut."""
        if fate == "drop request":
            return b""
        if fate == "half request":
            await self._ask(request.half, cut=True)
            return b""
        if fate == "delay":
            await asyncio.sleep(self._rng.uniform(*DELAY_SECONDS))
        if fate == "three at once":
            answers = await asyncio.gather(*(self._ask(request.whole) for _ in range(3)))
            return self._rng.choice(answers)
        answer = await self._ask(request.whole)
        if fate == "duplicate":
            return await self._ask(request.whole)
        if fate == "late copy":
            self._copy_later(request)
        if fate == "drop response":
            return b""
        return answer[: len(answer) // 2] if fate == "truncate response" else answer

    def _draw(self) -> str:
        fate = "through" if self._calm else self._rng.choices(*zip(*FATES.items(), strict=True))[0]
        self.met[fate] += 1
        return fate

    def _copy_later(self, request: Request) -> None:
        seconds = self._rng.uniform(*LATE_SECONDS)

        async def copy() -> bytes:
            await asyncio.sleep(seconds)
            return await self._ask(request.whole)

        task = self._loop.create_task(copy())
        self._copies.add(task)
        task.add_done_callback(self._copies.discard)

    async def _ask(self, said: bytes, cut: bool = False) -> bytes:
        """All that the server answers until it closes; nothing where it died meanwhile."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            self.met["no server"] += 1
            return b""
        answer = bytearray()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                writer.write(said)
                if cut:
                    writer.write_eof()
                while part := await reader.read(65536):
                    answer += part
        except (OSError, TimeoutError):
            # Killed in the middle: what came so far is what the tablet sees.
            pass
        finally:
            writer.close()
        self._judge(bytes(answer))
        return bytes(answer)

    def _judge(self, answer: bytes) -> None:
        """No failure without a reason and a time to come back."""
        head, ended, body = answer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not ended or length is None or len(body) < int(length[1]):
            self.met["server cut off"] += 1
            return
        status = int(head.split(b" ", 2)[1])
        self.met[str(status)] += 1
        if status >= 500:
            code = _CODE.search(body) or _SENTENCE.search(body)
            if status == 500 or code is None or not _RETRY_AFTER.search(head):
                said = [status, code[0].decode() if code else None]
                self._history.note("proxy", "answer", "fail", res=said)


class _Lasting:
    """The connection to the server that belongs to a tablet's: one request after the other."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[Reader, Writer] | None = None
        self.over = False

    @property
    def used(self) -> bool:
        return self._open is not None

    async def ask(self, said: bytes) -> bytes:
        """One answer, or as much of it as came: then, as when the server says so, it is over."""
        answer = bytearray()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if self._open is None:
                    self._open = await asyncio.open_connection("127.0.0.1", self._port)
                reader, writer = self._open
                writer.write(said)
                answer += await reader.readuntil(b"\r\n\r\n")
                self.over = bool(_CLOSES.search(answer))
                if length := _LENGTH.search(answer):
                    answer += await reader.readexactly(int(length[1]))
        except asyncio.IncompleteReadError as cut:
            answer += cut.partial
            self.over = True
        except (OSError, TimeoutError):
            self.over = True
        return bytes(answer)

    def close(self) -> None:
        if self._open is not None:
            self._open[1].close()


async def _read_request(reader: Reader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    body = b""
    if length := _LENGTH.search(head):
        body = await reader.readexactly(int(length[1]))
    elif _CHUNKED.search(head):
        body = await _read_chunks(reader)
    return Request(_HOP.sub(b"", head)[:-2], body, lasting=bool(_LASTS.search(head)))


async def _read_chunks(reader: Reader) -> bytes:
    """As they came, for they are passed on as they came."""
    body = bytearray()
    while True:
        line = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(line.split(b";")[0], 16) + 2)
        body += line + chunk
        if chunk == b"\r\n":
            return bytes(body)
