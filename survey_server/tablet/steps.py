"""What the loop does after each exchange, how long it waits after a failure, and for an answer."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from survey_server.tablet.clock import Clock
from survey_server.tablet.connection import Connection, NoAnswer, TooSlow, Waits
from survey_server.tablet.pace import Pace, asked_wait
from survey_server.tablet.protocol import Answer
from survey_server.tablet.store import Store

ANSWER_SECONDS = "answer_seconds"


@dataclass(frozen=True, slots=True)
class Next:
    """What to do after a step: `wait` so many seconds and go on, or rest until something is new."""

    do: Literal["go_on", "wait", "rest", "stop"]
    seconds: float = 0.0
    reason: str = ""


GO_ON = Next("go_on")


class Patience:
    """Waits longer after every failure in a row, and at least as long as the server asked for.

    What did not go through in the time that is waited for an answer is sent in smaller pieces.
    Where nothing smaller can be sent, an answer is waited for twice as long, until an upload took
    much less: over the thinnest line, and by an app that is closed every few minutes, one interview
    still arrives.
    """

    def __init__(
        self, pace: Pace, clock: Clock, random: Random, store: Store, connection: Connection
    ) -> None:
        self._pace = pace
        self._clock = clock
        self._random = random
        self._store = store
        self._failures = 0
        self._waits = connection if isinstance(connection, Waits) else None
        if self._waits is not None:
            self._first = self._waits.timeout
            self._waits.timeout = float(store.setting(ANSWER_SECONDS) or self._first)

    def later(self, reason: str, asked: float | None) -> Next:
        self._failures += 1
        return Next("wait", self._pace.wait(self._failures, asked, self._random), reason)

    def calm(self) -> None:
        self._failures = 0

    def whole_was_broken(self, how: NoAnswer) -> None:
        """An exchange that cannot be made smaller."""
        if self._waits is not None and isinstance(how, TooSlow):
            longest = max(self._first, self._pace.longest_answer)
            self._wait_for(min(longest, self._waits.timeout * 2))

    def uploaded(self, seconds: float) -> None:
        if self._waits is not None and self._waits.timeout > self._first:
            self._wait_for(max(self._first, min(self._waits.timeout, seconds * 4)))

    def _wait_for(self, seconds: float) -> None:
        if self._waits is not None:
            self._waits.timeout = seconds
            self._store.note(ANSWER_SECONDS, str(seconds) if seconds > self._first else None)

    def asked(self, answer: Answer) -> float | None:
        return asked_wait(answer.headers.get("retry-after"), self._clock.now())
