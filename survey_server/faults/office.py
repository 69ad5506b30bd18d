"""What the office does while the field work goes on, drawn from the seed, in bad times too.

    revoke      a tablet's secret ends; its enumerator comes for a card, and goes on with its store
    hand over   an EA's work goes to somebody else, while the first one is offline and knows nothing
    publish     a new version of the questionnaire, while tablets still send the old one
    rotate      a new key for what the survey receives

What failed is not done, or done without a word; it is tried again, at last in quiet. Nobody may
lose an interview by any of it.
"""

import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

from survey_server.commands.setup import FORMS
from survey_server.domain.forms import CompiledForm
from survey_server.faults.asking import TROUBLE, OnLine
from survey_server.faults.country import FORM, SURVEY, Country, Ea
from survey_server.faults.desk import Desk
from survey_server.faults.history import History
from survey_server.faults.mutating import changed
from survey_server.local.children import command

REVOKE, HAND_OVER, PUBLISH, ROTATE = "revoke", "hand over", "publish", "rotate"
SHARES = {REVOKE: 5, HAND_OVER: 3, PUBLISH: 1, ROTATE: 1}
# Some of the work of an EA; much of it is done already, which the successor does not know.
MOST_UNITS = 6
TRIES = 15
# After so many, nobody is killed for a while: where a server takes long to come back, nothing would
# ever be done.
LOUD_TRIES = 3
AGAIN_SECONDS = 0.7
LOOK_EVERY_SECONDS = 0.1
CHECKS = FORMS / FORM / "checks.csv"


@dataclass(frozen=True, slots=True)
class Errands:
    """How often which; none for an office that is closed."""

    shares: Mapping[str, int] = field(default_factory=lambda: SHARES)
    pause: tuple[float, float] = (0.5, 2.0)


class Office:
    def __init__(
        self,
        errands: Errands,
        desk: Desk,
        lines: tuple[OnLine, OnLine],
        country: Country,
        form: CompiledForm,
        env: Mapping[str, str],
        seed: int,
        history: History,
    ) -> None:
        """`lines` of a supervisor and of a data manager; `env` of commands."""
        self._errands = errands
        self._desk = desk
        self._supervisor, self._manager = lines
        self._country = country
        self._form = form
        self._env = dict(env)
        self._rng = Random(f"{seed}/office")
        self._history = history
        self._closing = threading.Event()
        self._worker = ThreadPoolExecutor(1)
        self._working: Future[None] | None = None
        self._published = 0
        self.asks_for_quiet = False
        drawn = self._rng.sample(list(errands.shares), len(errands.shares))
        # The command takes a while to start.
        self._ahead = deque(sorted(drawn, key=lambda errand: errand == ROTATE))
        self._ways: dict[str, Callable[[], None]] = {
            REVOKE: self._revoke,
            HAND_OVER: self._hand_over,
            PUBLISH: self._publish,
            ROTATE: self._rotate,
        }

    def open(self) -> None:
        self._working = self._worker.submit(self._work)

    def close(self) -> None:
        """What is begun is ended; the desk stays open. Raises what went wrong here: then the trial
        says nothing about the server."""
        self._closing.set()
        self._worker.shutdown()
        if self._working:
            self._working.result()

    def _work(self) -> None:
        while self._ahead and not self._closing.wait(self._rng.uniform(*self._errands.pause)):
            self._see_to(self._next())

    def _see_to(self, errand: str) -> None:
        for tried in range(TRIES):
            self.asks_for_quiet = tried >= LOUD_TRIES
            if self._is_done(errand) or self._closing.wait(AGAIN_SECONDS):
                break
        self.asks_for_quiet = False

    def _is_done(self, errand: str) -> bool:
        try:
            self._ways[errand]()
        except TROUBLE as trouble:
            self._history.note("office", "errand", "info", res=[errand, str(trouble)[:100]])
            return False
        self._history.note("office", "errand", "ok", res=[errand])
        return True

    def _next(self) -> str:
        """Each once, before some come more often."""
        errand = self._ahead.popleft()
        shares = self._errands.shares
        if not self._ahead:
            self._ahead += self._rng.choices(list(shares), list(shares.values()))
        return errand

    def _revoke(self) -> None:
        name = self._rng.choice(self._country.eas).device_id
        person = self._desk.person_of(name)
        rows = self._supervisor.devices(person=person, state="active")
        self._history.note(name, "revoke", "invoke")
        for row in rows:
            address = f"/api/v1/surveys/{SURVEY}/devices/{row['id']}/revoke"
            self._supervisor.told(address, {"reason": "thử"})
        self._history.note(name, "revoke", "ok")

    def _hand_over(self) -> None:
        leaving, coming = self._rng.sample(self._country.eas, 2)
        keep = self._rng.random() < 0.5
        people = [self._desk.person_of(one.device_id) for one in (leaving, coming)]
        if not keep:
            self._history.note(leaving.device_id, "revoke", "invoke")
        address = f"/api/v1/surveys/{SURVEY}/people/{people[0]}/replace"
        done = self._supervisor.told(address, {"by": people[1], "keep_devices": keep})
        if done["revoked"]:
            self._history.note(leaving.device_id, "revoke", "ok")
        self._desk.hand_over(coming.device_id, self._some_units(leaving))

    def _some_units(self, ea: Ea) -> list[str]:
        units = self._country.units_of(ea)[: MOST_UNITS * 3]
        return self._rng.sample(units, min(MOST_UNITS, len(units)))

    def _publish(self) -> None:
        """The same questions under another name, which is all that tablets see of a version."""
        name = f"faults-{self._published + 1}"
        was, will_be = (f'version="{one}"' for one in (self._form.version, name))
        files = {
            "form": (f"{FORM}.xml", changed(self._form.xform.decode(), was, will_be).encode()),
            "checks": (CHECKS.name, CHECKS.read_bytes()),
        }
        told = self._manager.put_up(f"/api/v1/surveys/{SURVEY}/forms", files)
        self._published += 1
        self._desk.version = told["version"]

    def _rotate(self) -> None:
        """Cut off where the office closes meanwhile."""
        words = command("keys", "rotate", "--survey", SURVEY)
        quiet = subprocess.DEVNULL
        with subprocess.Popen(words, env=self._env, stdout=quiet, stderr=quiet) as rotating:
            while rotating.poll() is None:
                if self._closing.wait(LOOK_EVERY_SECONDS):
                    rotating.kill()
        if rotating.returncode:
            raise OSError(f"keys rotate: {rotating.returncode}")
