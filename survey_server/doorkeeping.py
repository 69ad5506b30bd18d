"""How much a web process takes in at once, and from one tablet.

Threads are few, and whoever signs in or asks for a page needs one too. An upload waits a moment for
its turn; then it is asked to come again, before its body is read, each tablet after another while.
Bounds are by tablet and never by address, behind which a whole province may be. They hold for one
process: nothing is shared, so that nothing has to be asked. A tablet that sends five hundred
interviews one by one, with their pictures, is far below them.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from zlib import crc32

from flask import current_app

from survey_server import problems

AT_ONCE_OF_ONE = 2
PATIENCE_SECONDS = 2.0
SHORTEST_WAIT, LONGEST_WAIT = 5, 60
# What a tablet may send at once, and what it gains each second.
BURST_BYTES = 64 * 1024 * 1024
BYTES_PER_SECOND = 1024 * 1024
MOST_REMEMBERED = 50_000


@dataclass(slots=True)
class _Allowance:
    left: float
    at: float


class Doorkeeper:
    def __init__(
        self,
        most: int,
        *,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`most`: uploads in work at once, of all tablets."""
        self._most = most
        self._patience = patience
        self._clock = clock
        self._turn = threading.Condition()
        self._at_work = 0
        self._of: dict[int, int] = {}
        self._allowances: dict[int, _Allowance] = {}

    @contextmanager
    def admitted(self, device: int, size: int) -> Iterator[None]:
        """Around the work on one upload of `size` bytes, 0 where it does not say; its body must not
        have been read. Raises Overloaded, or RateLimited."""
        with self._turn:
            if not self._turn.wait_for(lambda: self._may_enter(device), self._patience):
                raise problems.Overloaded(retry_after=wait_of(device))
            self._charge(device, size)
            self._at_work += 1
            self._of[device] = self._of.get(device, 0) + 1
        try:
            yield
        finally:
            with self._turn:
                self._leave(device)

    def _may_enter(self, device: int) -> bool:
        return self._at_work < self._most and self._of.get(device, 0) < AT_ONCE_OF_ONE

    def _leave(self, device: int) -> None:
        self._at_work -= 1
        self._of[device] -= 1
        if not self._of[device]:
            del self._of[device]
        self._turn.notify_all()

    def _charge(self, device: int, size: int) -> None:
        now = self._clock()
        if len(self._allowances) >= MOST_REMEMBERED:
            self._forget_rested(now)
        known = self._allowances.setdefault(device, _Allowance(BURST_BYTES, now))
        known.left = min(BURST_BYTES, known.left + (now - known.at) * BYTES_PER_SECOND)
        known.at = now
        if known.left < 0:
            missing = -known.left / BYTES_PER_SECOND
            raise problems.RateLimited(retry_after=max(SHORTEST_WAIT, int(missing) + 1))
        # The last one may be larger than what is left, or none above the burst could ever come.
        known.left -= size

    def _forget_rested(self, now: float) -> None:
        """Whoever has not sent for so long has the whole allowance again."""
        rested = now - 2 * BURST_BYTES / BYTES_PER_SECOND
        self._allowances = {
            device: one for device, one in self._allowances.items() if one.at > rested
        }


def turn(device: int, size: int) -> AbstractContextManager[None]:
    """`admitted` by the doorkeeper of this process."""
    doorkeeper: Doorkeeper = current_app.extensions["doorkeeper"]
    return doorkeeper.admitted(device, size)


def wait_of(device: int) -> int:
    """Seconds, the same for a tablet each time and another for each."""
    return SHORTEST_WAIT + crc32(device.to_bytes(8)) % (LONGEST_WAIT - SHORTEST_WAIT + 1)
