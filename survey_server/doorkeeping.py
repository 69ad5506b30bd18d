"""How much a web process takes in at once, and from one tablet.

Threads are few, and whoever signs in or asks for a page needs one too. An upload waits a moment for
a place; then it is asked to come again, before its body is read, each tablet after another while.
Once it has a place, its body may take as long as it takes: over 2G that is minutes, and costs a
thread and nothing else. Only what is here takes a turn at the work, of which fewer go on at once
than there are places: tablets on thin lines do not keep those on good ones waiting.

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
# Uploads that have a place: fewer than the threads of a web process.
PLACES = 6
PATIENCE_SECONDS = 2.0
# For a turn at the work; what is here already is not sent back lightly.
LONG_PATIENCE_SECONDS = 20.0
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
        places: int = PLACES,
        patience: float = PATIENCE_SECONDS,
        long_patience: float = LONG_PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`most`: uploads in work at once, of all tablets."""
        self._work = threading.Semaphore(most)
        self._places = max(places, most)
        self._patience = patience
        self._long_patience = long_patience
        self._clock = clock
        self._leaving = threading.Condition()
        self._taken = 0
        self._of: dict[int, int] = {}
        self._allowances: dict[int, _Allowance] = {}

    @contextmanager
    def admitted(self, device: int, size: int) -> Iterator[None]:
        """A place for an upload of `size` bytes, 0 where it does not say, while it comes in and is
        worked on; its body must not have been read. Raises Overloaded, or RateLimited."""
        with self._leaving:
            if not self._leaving.wait_for(lambda: self._has_place(device), self._patience):
                raise problems.Overloaded(retry_after=wait_of(device))
            self._charge(device, size)
            self._taken += 1
            self._of[device] = self._of.get(device, 0) + 1
        try:
            yield
        finally:
            with self._leaving:
                self._leave(device)

    @contextmanager
    def at_work(self, device: int) -> Iterator[None]:
        """Around the work on what was admitted, and is here. Raises Overloaded."""
        if not self._work.acquire(timeout=self._long_patience):
            raise problems.Overloaded(retry_after=wait_of(device))
        try:
            yield
        finally:
            self._work.release()

    def _has_place(self, device: int) -> bool:
        return self._taken < self._places and self._of.get(device, 0) < AT_ONCE_OF_ONE

    def _leave(self, device: int) -> None:
        self._taken -= 1
        self._of[device] -= 1
        if not self._of[device]:
            del self._of[device]
        self._leaving.notify_all()

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


def admitted(device: int, size: int) -> AbstractContextManager[None]:
    """By the doorkeeper of this process."""
    return _doorkeeper().admitted(device, size)


def at_work(device: int) -> AbstractContextManager[None]:
    """By the doorkeeper of this process."""
    return _doorkeeper().at_work(device)


def _doorkeeper() -> Doorkeeper:
    found: Doorkeeper = current_app.extensions["doorkeeper"]
    return found


def wait_of(device: int) -> int:
    """Seconds, the same for a tablet each time and another for each."""
    return SHORTEST_WAIT + crc32(device.to_bytes(8)) % (LONGEST_WAIT - SHORTEST_WAIT + 1)
