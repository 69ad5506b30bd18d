"""Time as the sync loop sees it, passed in so that a test can run a day of back-off in a moment."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The wall clock: a claim that travels with what is sent; nothing is decided by it."""

    def monotonic(self) -> float:
        """Seconds that never go back, for round trips and waits."""

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
