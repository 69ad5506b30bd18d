"""A hundred thousand tablets come back after an hour without a server: nobody is told to come at
the same moment as everybody else, and the server works off what has gathered.

A tenth of them is played through, with a tenth of the server, by the tablets' own back-off and the
server's own Retry-After.
"""

import heapq
import itertools
from dataclasses import dataclass, field
from random import Random
from statistics import pstdev

import pytest
from apiflask import APIFlask

from survey_server import problems
from survey_server.doorkeeping import LONGEST_WAIT, SHORTEST_WAIT, wait_of
from survey_server.tablet.pace import Pace
from survey_server.waiting import LONGEST_SECONDS

TABLETS = 10_000
OUTAGE = 3600.0
# Interviews a second in the peak hour of a full census, of these tablets; the server takes three
# times as many, as it is to be laid out; and what a refusal costs of an interview's cost.
LOAD = 17.6
CAPACITY = 3 * LOAD
REFUSAL = 1 / 20
DRAINED = 45 * 60.0


@dataclass
class Tablet:
    number: int
    size: int
    failures: int
    # Left from the outage, and what came after it.
    old: int
    new: int = 0
    trying: bool = True
    served_at: float | None = None
    drained_at: float | None = None


@dataclass
class Storm:
    """What happens from the moment on that the server is back."""

    seed: int
    pace: Pace = field(default_factory=Pace)
    free_at: float = 0.0
    refused: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.order = itertools.count()
        self.events: list[tuple[float, int, Tablet, bool]] = []
        self.tablets = [self.waiting_tablet(number) for number in range(TABLETS)]

    def waiting_tablet(self, number: int) -> Tablet:
        """After an hour of failures, somewhere within its longest wait."""
        tablet = Tablet(number, size=1, failures=16, old=self.gathered())
        last = self.pace.wait(tablet.failures, None, self.random)
        self.at(self.random.uniform(0, last), tablet)
        self.at(self.random.expovariate(LOAD / TABLETS), tablet, interview=True)
        return tablet

    def gathered(self) -> int:
        """Interviews of an hour."""
        count, told = 0, self.random.expovariate(LOAD / TABLETS)
        while told < OUTAGE:
            count, told = count + 1, told + self.random.expovariate(LOAD / TABLETS)
        return count

    def at(self, moment: float, tablet: Tablet, interview: bool = False) -> None:
        heapq.heappush(self.events, (moment, next(self.order), tablet, interview))

    def play(self, until: float) -> None:
        while self.events and self.events[0][0] < until:
            now, _, tablet, interview = heapq.heappop(self.events)
            if interview:
                self.tell(now, tablet)
            else:
                self.send(now, tablet)

    def tell(self, now: float, tablet: Tablet) -> None:
        """A new interview; whoever has nothing under way sends it at once."""
        tablet.new += 1
        self.at(now + self.random.expovariate(LOAD / TABLETS), tablet, interview=True)
        if not tablet.trying:
            tablet.trying = True
            self.at(now, tablet)

    def send(self, now: float, tablet: Tablet) -> None:
        """One request: it stands in line, and is taken in or asked to come again."""
        count = min(tablet.size, tablet.old + tablet.new)
        tablet.trying = count > 0
        if not count:
            tablet.drained_at = tablet.drained_at or now
            return
        begins = max(now, self.free_at)
        if begins - now > LONGEST_SECONDS:
            self.refused += 1
            self.free_at = begins + REFUSAL / CAPACITY
            tablet.size = self.pace.after_error(tablet.size)
            tablet.failures += 1
            asked = float(wait_of(tablet.number))
            wait = self.pace.wait(tablet.failures, asked, self.random)
            self.at(self.free_at + wait, tablet)
            return
        self.free_at = begins + count / CAPACITY
        old = min(count, tablet.old)
        tablet.old, tablet.new = tablet.old - old, tablet.new - (count - old)
        tablet.size = self.pace.after_success(tablet.size, self.free_at - now, 500)
        tablet.failures = 0
        tablet.served_at = tablet.served_at or self.free_at
        if tablet.old == 0:
            tablet.drained_at = tablet.drained_at or self.free_at
        self.at(self.free_at, tablet)


def test_what_has_gathered_is_worked_off_and_nobody_starves() -> None:
    storm = Storm(seed=1)
    gathered = sum(tablet.old for tablet in storm.tablets)
    assert gathered == pytest.approx(LOAD * OUTAGE, rel=0.05)
    storm.play(until=DRAINED)
    # Had everybody to come again after five seconds, it would be thirty times each.
    assert TABLETS < storm.refused < 20 * TABLETS
    assert not [tablet for tablet in storm.tablets if tablet.old]
    assert max(tablet.drained_at or DRAINED for tablet in storm.tablets) < DRAINED
    # Those who are still waiting are no more than on any evening.
    assert sum(tablet.new for tablet in storm.tablets) < TABLETS / 10


def test_tablets_are_told_to_come_again_at_moments_of_their_own() -> None:
    waits = [wait_of(device) for device in range(100_000)]
    assert (min(waits), max(waits)) == (SHORTEST_WAIT, LONGEST_WAIT)
    assert is_spread_evenly(waits, SHORTEST_WAIT, LONGEST_WAIT)


def test_whoever_cannot_be_looked_up_is_told_a_moment_between_half_a_minute_and_five(
    alone: APIFlask,
) -> None:
    waits = [told(alone, number) for number in range(3000)]
    assert waits[:50] == [told(alone, number) for number in range(50)]
    assert 30 <= min(waits) < 35
    assert 295 < max(waits) <= 300
    assert is_spread_evenly(waits, 30, 300)


def told(app: APIFlask, number: int) -> int:
    """The Retry-After of an answer to a tablet."""
    who = {"Authorization": f"Bearer secret-of-tablet-{number}"}
    with app.test_request_context("/api/v1/batches", method="POST", headers=who):
        answer = app.make_response(app.handle_user_exception(problems.StorageFull()))
    return int(answer.headers["Retry-After"])


def is_spread_evenly(waits: list[int], shortest: int, longest: int) -> bool:
    """As wide as where every second is as likely as any other, and none is twice as likely."""
    seconds = longest - shortest + 1
    tenths = [0] * 10
    for wait in waits:
        tenths[(wait - shortest) * 10 // seconds] += 1
    wide = abs(pstdev(waits) - seconds / 12**0.5) < seconds / 50
    return wide and max(tenths) < 1.5 * min(tenths)
