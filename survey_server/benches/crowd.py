"""Tablets that all come at once: each sends one body from an address of its own, until it is taken.

One process, one loop, bodies made before: the crowd must cost much less than the server. A tablet
does as the reference tablet does: it comes again after a lost connection, and waits for as long as
it is asked to.
"""

import asyncio
import errno
import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from random import Random

from survey_server.benches.load import Upload
from survey_server.tablet.protocol import Answer, NoReceipt, ReceiptKey, check_signature

ATTEMPT_SECONDS = 60.0
LONGEST_SECONDS = 600.0
FIRST_ADDRESS = int(IPv4Address("127.1.0.1"))
# Checking all signatures would cost the crowd more than its requests.
SIGNATURE_EVERY = 50
HEALTH_EVERY_SECONDS = 0.5


class Lost(Exception):
    """The connection ended, or was never made, without an answer."""


@dataclass
class Came:
    """What came of it. `seconds` are from when a tablet was due until it was acknowledged."""

    acknowledged: int = 0
    stored: int = 0
    given_up: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    without_retry_after: int = 0
    signatures: int = 0
    most_open: int = 0
    seconds: list[float] = field(default_factory=list)
    health_seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0


class _Exchange(asyncio.Protocol):
    """One request, one answer, one connection."""

    def __init__(self, request: bytes) -> None:
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._request = request
        self._got = bytearray()
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, separator, body = bytes(self._got).partition(b"\r\n\r\n")
        if not separator or self.answer.done():
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)
        }
        if len(body) >= int(headers.get("content-length", "0")):
            self.answer.set_result(Answer(int(first.split()[1]), headers, body))
            if self._transport:
                self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.answer.done():
            self.answer.set_exception(Lost(type(exc).__name__ if exc else "closed"))


@dataclass
class _Crowd:
    host: str
    port: int
    key: ReceiptKey
    random: Random
    came: Came
    open: int = 0

    async def one(self, number: int, upload: Upload, due: float) -> None:
        await asyncio.sleep(due - time.monotonic())
        request = _request(upload, self.host)
        while time.monotonic() < due + LONGEST_SECONDS:
            try:
                answer = await self.ask(request, str(IPv4Address(FIRST_ADDRESS + number)))
            except Lost as lost:
                self.came.lost[str(lost)] += 1
                await asyncio.sleep(self.random.uniform(1.0, 2.0))
                continue
            if answer.status == 200:
                self._acknowledged(number, upload, answer, time.monotonic() - due)
                return
            await asyncio.sleep(self._refused(answer))
        self.came.given_up += 1

    async def ask(self, request: bytes, source: str) -> Answer:
        """Raises Lost."""
        loop = asyncio.get_running_loop()
        exchange = _Exchange(request)
        self.open += 1
        self.came.most_open = max(self.came.most_open, self.open)
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await loop.create_connection(
                    lambda: exchange, self.host, self.port, local_addr=(source, 0)
                )
                return await exchange.answer
        except (OSError, TimeoutError) as error:
            number = getattr(error, "errno", None)
            raise Lost(errno.errorcode.get(number or 0, type(error).__name__)) from None
        finally:
            self.open -= 1

    def _acknowledged(self, number: int, upload: Upload, answer: Answer, seconds: float) -> None:
        results = answer.body.count(b'"outcome":"stored"'), answer.body.count(b'"outcome":"dup')
        if number % SIGNATURE_EVERY == 0:
            try:
                check_signature(answer, self.key)
            except NoReceipt:
                self.came.refused["signature"] += 1
            self.came.signatures += 1
        self.came.stored += results[0]
        self.came.acknowledged += sum(results) == upload.submissions
        self.came.seconds.append(seconds)

    def _refused(self, answer: Answer) -> float:
        self.came.refused[str(answer.status)] += 1
        asked = answer.headers.get("retry-after", "")
        if not asked.isdecimal():
            self.came.without_retry_after += 1
            return self.random.uniform(1.0, 2.0)
        return float(asked) * self.random.uniform(1.0, 1.25)

    async def look_at_health(self) -> None:
        """Whether the server still answers others."""
        request = f"GET /healthz HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n"
        while True:
            started = time.monotonic()
            try:
                await self.ask(request.encode(), "127.0.0.1")
            except Lost:
                self.came.lost["health"] += 1
            self.came.health_seconds.append(time.monotonic() - started)
            await asyncio.sleep(HEALTH_EVERY_SECONDS)


def _request(upload: Upload, host: str) -> bytes:
    head = (
        f"POST /api/v1/batches HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
        f"Authorization: Bearer {upload.secret}\r\nContent-Type: application/json\r\n"
        f"Content-Encoding: gzip\r\nContent-Length: {len(upload.body)}\r\n\r\n"
    )
    return head.encode() + upload.body


def come(
    address: tuple[str, int], uploads: Sequence[Upload], ramp: float, key: ReceiptKey, seed: int
) -> Came:
    """All within `ramp` seconds, at moments drawn from `seed`."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return asyncio.run(_come(_Crowd(*address, key, Random(f"{seed}/crowd"), Came()), uploads, ramp))


async def _come(crowd: _Crowd, uploads: Sequence[Upload], ramp: float) -> Came:
    started = time.monotonic() + 0.5
    health = asyncio.create_task(crowd.look_at_health())
    await asyncio.gather(
        *(
            crowd.one(number, upload, started + crowd.random.uniform(0, ramp))
            for number, upload in enumerate(uploads)
        )
    )
    health.cancel()
    crowd.came.elapsed = time.monotonic() - started
    return crowd.came
