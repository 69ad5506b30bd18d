"""How fast a tablet goes: how many submissions at once, how long to wait after a failure, and for
an answer.

A hundred thousand tablets come back after an outage within minutes. Each waits longer after every
failure and never exactly as long as the others, and what the server asks for is the least.
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from random import Random


@dataclass(frozen=True, slots=True)
class Pace:
    first_batch: int = 10
    fast_round_trip: float = 15.0
    slow_round_trip: float = 30.0
    shortest_wait: float = 2.0
    longest_wait: float = 300.0
    longest_asked: float = 3600.0  # A Retry-After beyond this is taken for a mistake.
    broken_before_smaller: int = 3  # Broken exchanges after which a batch is cut in two.
    setbacks_before_rescue: int = 5
    longest_answer: float = 960.0  # To wait for an answer, where nothing smaller can be sent.

    def after_success(self, size: int, seconds: float, most: int) -> int:
        if seconds > self.slow_round_trip:
            return self.after_error(size)
        return min(size * 2, most) if seconds < self.fast_round_trip else min(size, most)

    def after_error(self, size: int) -> int:
        return max(1, size // 2)

    def after_silence(self, size: int) -> int:
        """So much did not go through in the time that is waited: 100, 25, 6, 1."""
        return max(1, size // 4)

    def wait(self, failures: int, asked: float | None, random: Random) -> float:
        """Seconds to wait after so many failures in a row, at least what the server asked for."""
        doubled = min(self.longest_wait, self.shortest_wait * 2.0 ** min(failures - 1, 30))
        jittered = doubled * random.uniform(0.5, 1.0)
        if asked is None:
            return jittered
        return min(asked, self.longest_asked) * random.uniform(1.0, 1.25) + jittered / 10


def asked_wait(retry_after: str | None, now: datetime) -> float | None:
    """Retry-After in seconds; it may be a number or a date, or nonsense from a proxy."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment - now).total_seconds()) if moment.tzinfo else None
