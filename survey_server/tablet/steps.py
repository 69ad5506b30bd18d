"""What the loop does after each exchange, and how long it waits after a failure."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from survey_server.tablet.clock import Clock
from survey_server.tablet.pace import Pace, asked_wait
from survey_server.tablet.protocol import Answer


@dataclass(frozen=True, slots=True)
class Next:
    """What to do after a step: `wait` so many seconds and go on, or rest until something is new."""

    do: Literal["go_on", "wait", "rest", "stop"]
    seconds: float = 0.0
    reason: str = ""


GO_ON = Next("go_on")


class Patience:
    """Waits longer after every failure in a row, and at least as long as the server asked for."""

    def __init__(self, pace: Pace, clock: Clock, random: Random) -> None:
        self._pace = pace
        self._clock = clock
        self._random = random
        self._failures = 0

    def later(self, reason: str, asked: float | None) -> Next:
        self._failures += 1
        return Next("wait", self._pace.wait(self._failures, asked, self._random), reason)

    def calm(self) -> None:
        self._failures = 0

    def asked(self, answer: Answer) -> float | None:
        return asked_wait(answer.headers.get("retry-after"), self._clock.now())
