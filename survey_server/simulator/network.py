"""The network between a simulated tablet and the server: measured, and as bad as it is told to be.

What goes wrong here goes wrong for real: a lost response is one whose request the server has
served, a repeated request reaches it twice.
"""

import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from survey_server.tablet.connection import Connection, NoAnswer
from survey_server.tablet.protocol import Answer


@dataclass(frozen=True, slots=True)
class Weather:
    """Shares of uploads, each from 0 to 1."""

    lost_requests: float = 0.0
    lost_responses: float = 0.0
    repeated: float = 0.0
    old_copies: float = 0.0  # An upload of earlier arrives once more.


CALM = Weather()
BAD = Weather(lost_requests=0.05, lost_responses=0.10, repeated=0.05, old_copies=0.05)


@dataclass(slots=True)
class Traffic:
    """What one tablet saw of the network."""

    seconds: list[float] = field(default_factory=list)  # of uploads that were answered
    statuses: Counter[str] = field(default_factory=Counter)
    bytes_sent: int = 0


class Network:
    def __init__(self, connection: Connection, weather: Weather, random: Random) -> None:
        self._connection = connection
        self._weather = weather
        self._random = random
        self._earlier: bytes | None = None
        self.traffic = Traffic()

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self._counted(self._connection.get(path, headers))

    def post_packed(self, path: str, packed: bytes) -> Answer:
        weather, drawn = self._weather, self._random.random
        if drawn() < weather.lost_requests:
            raise self._lost("lost request")
        if drawn() < weather.repeated:
            self._send(path, packed)
        if self._earlier is not None and drawn() < weather.old_copies:
            self._send(path, self._earlier)
        answer = self._send(path, packed)
        self._earlier = packed
        if drawn() < weather.lost_responses:
            raise self._lost("lost response")
        return answer

    def _send(self, path: str, packed: bytes) -> Answer:
        started = time.monotonic()
        self.traffic.bytes_sent += len(packed)
        try:
            answer = self._connection.post_packed(path, packed)
        except NoAnswer:
            self.traffic.statuses["no answer"] += 1
            raise
        self.traffic.seconds.append(time.monotonic() - started)
        return self._counted(answer)

    def _counted(self, answer: Answer) -> Answer:
        self.traffic.statuses[str(answer.status)] += 1
        return answer

    def _lost(self, how: str) -> NoAnswer:
        self.traffic.statuses[how] += 1
        return NoAnswer(how)
