"""What a tablet goes through: a good line, one that is hardly there, a thin one, deaths, silence.

Each stage says what it sets up and how the tablet fares; all of them together have one end.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from survey_server.benches.installation import BenchFailed
from survey_server.benches.thin_app import App, TimeIsOver, Told, app
from survey_server.benches.thin_heard import Heard
from survey_server.benches.thin_line import Line

Say = Callable[[str], None]
GOOD_KBIT = 20_000
# On the worse line, in time-outs: it shows what it does, and is no test of patience.
WORSE_TIMEOUTS = 20
# Into an exchange, before the app is killed.
MOMENT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Course:
    """`worse` in kbit/s, 0 to leave it out; `black_hole`, `timeout` and `longest` in seconds."""

    records: int
    kbit: int
    loss: int
    worse: int
    black_hole: float
    timeout: float
    longest: float


@dataclass
class Trial:
    line: Line
    configuration: Mapping[str, object]
    course: Course
    say: Say
    heard: Heard = field(default_factory=Heard)
    over: bool = False
    _stage: str = ""
    _begun: float = field(default_factory=time.monotonic)

    def carry_out(self) -> float:
        """Seconds. Raises BenchFailed where the tablet stops."""
        self._begun = time.monotonic()
        try:
            self._to_the_first_death()
            self._to_the_second()
            self._to_the_end()
        except TimeIsOver:
            self.over = True
            self.say("The time is over.")
        return self._now()

    def _to_the_first_death(self) -> None:
        course = self.course
        with self._app() as running:
            self._set("good line", GOOD_KBIT, 0)
            self._go(running, lambda step: step["records"] <= course.records * 2 // 3)
            if course.worse:
                self._set("worse line", course.worse, 0)
                self._go(running, _alone_and_answered(), WORSE_TIMEOUTS * course.timeout)
            self._set("thin line", course.kbit, course.loss)
            self._go(running, lambda step: step["records"] <= course.records // 3)
            self._go_until_it_sends(running, "interviews")
        self._was_killed("a batch")

    def _to_the_second(self) -> None:
        course = self.course
        with self._app() as running:
            self._go(running, lambda step: step["do"] in ("go_on", "rest"))
            self._set("black hole", course.kbit, 100)
            self._go(running, lambda step: step["do"] == "rest", course.black_hole)
            self._set("thin line", course.kbit, course.loss)
            self._go_until_it_sends(running, "photos")
        self._was_killed("a photo")

    def _to_the_end(self) -> None:
        with self._app() as running:
            self._go(running, lambda step: step["do"] == "rest")

    def _set(self, stage: str, kbit: int, loss: int) -> None:
        self._stage = stage
        self.line.shape(kbit, loss)
        self._tell(f"{stage}: {kbit} kbit/s, {loss} % of packets lost each way")

    def _app(self) -> AbstractContextManager[App]:
        return app(self.line.entering, self.configuration, self._hear)

    def _go(
        self, running: App, enough: Callable[[Told], bool], seconds: float | None = None
    ) -> None:
        """What is under way when the seconds are over goes on. Raises TimeIsOver at the end of the
        whole trial only."""
        until = self._end if seconds is None else min(time.monotonic() + seconds, self._end)
        try:
            step: Told = {}
            while not step or not enough(step):
                running.step()
                step = running.end_of_step(until)
        except TimeIsOver:
            if until == self._end:
                raise

    def _go_until_it_sends(self, running: App, what: str) -> None:
        """It is in the middle of that afterwards; or has nothing more to send."""
        told: Told = {}
        while told.get("do") != "rest":
            running.step()
            told = running.next(self._end)
            if told.get("sends") == what and self._is_at_it_still(running):
                return

    def _is_at_it_still(self, running: App) -> bool:
        try:
            running.end_of_step(time.monotonic() + MOMENT_SECONDS)
        except TimeIsOver:
            return True
        return False

    def _hear(self, told: Told) -> None:
        self.heard.hear(told, self._stage)
        if "sends" in told:
            return
        left = f"{told['records']:4} interviews, {told['files']} photos left"
        how = f"{told['do']} {told['reason']}".strip()
        self._tell(f"  batch {told['batch']:3}  {left}  {told['seconds']:6.1f} s  {how}")
        if told["do"] == "stop":
            raise BenchFailed(f"The tablet stopped: {told['reason']}")

    def _was_killed(self, what: str) -> None:
        self.heard.was_killed()
        self._tell(f"the app was killed in the middle of {what}")

    def _tell(self, sentence: str) -> None:
        self.say(f"{self._now():7.1f}  {sentence}")

    @property
    def _end(self) -> float:
        return self._begun + self.course.longest

    def _now(self) -> float:
        return round(time.monotonic() - self._begun, 1)


def _alone_and_answered() -> Callable[[Told], bool]:
    """A batch of one went through, or everything did."""
    alone = False

    def enough(step: Told) -> bool:
        nonlocal alone
        through = alone and step["do"] == "go_on"
        alone = step["batch"] == 1
        return through or not step["records"]

    return enough
