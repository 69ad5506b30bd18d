"""One trial, from the first tablet to the last comparison.

    work under faults, for so many seconds → faults end → tablets drain → late copies and pending
    marks come to their end → everything is read and compared

The history, the tablets' stores, the logs and what was found stay in a folder where a promise was
broken; a trial that held leaves nothing.
"""

import json
import math
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from survey_server.faults.account import account_of
from survey_server.faults.checks import violations
from survey_server.faults.draining import drain
from survey_server.faults.evidence import Evidence
from survey_server.faults.final import read_final
from survey_server.faults.history import events_in
from survey_server.faults.left import key_in
from survey_server.faults.mutants import MUTANTS
from survey_server.faults.nemesis import Malice
from survey_server.faults.office import Errands
from survey_server.faults.place import Ground, Place
from survey_server.faults.staff import CannotTry
from survey_server.faults.stage import Script, Stage, history_of, staged
from survey_server.faults.watch import Watch

PAUSE_SECONDS = 3.0
LONGEST_TIMES = 5
LOOK_EVERY_SECONDS = 0.02

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """`seconds`: that of a mutant may be over before; another goes on until there were so many
    `kills`, but not for more than five times as long. `malice`: None for the mutant's, or
    everything there is. `errands`: None for an office that does everything, or nothing beside a
    mutant. `commands`: whether export and audit trail are read too, which takes some seconds."""

    seed: int
    seconds: float
    mutant: str | None = None
    malice: Malice | None = None
    errands: Errands | None = None
    kills: int = 0
    workers: int = 2
    commands: bool = True
    pause: float = PAUSE_SECONDS
    keep: Path | None = None

    @property
    def name(self) -> str:
        return f"{self.mutant or 'server'}_{self.seed}"

    @property
    def script(self) -> Script:
        return Script(self.seed, self.mutant, self.malice, self.errands, self.workers, self.pause)


@dataclass
class Report:
    """`violations` by check; figures are of the whole trial."""

    seed: int
    mutant: str | None
    violations: dict[str, list[str]] = field(default_factory=dict)
    made: int = 0
    stored: int = 0
    variants: int = 0
    events: Mapping[str, int] = field(default_factory=dict)
    kills: Mapping[str, int] = field(default_factory=dict)
    errands: Mapping[str, int] = field(default_factory=dict)
    network: Mapping[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    kept_in: str = ""

    @property
    def held(self) -> bool:
        return not self.violations

    def as_json(self) -> dict[str, object]:
        return {"held": self.held, **asdict(self)}


def carry_out(place: Place, wishes: Wishes, say: Say) -> Report:
    report = Report(wishes.seed, wishes.mutant)
    with place.ground(wishes.name) as ground:
        try:
            _try(place, ground, wishes, report, say)
        except BaseException:
            _keep(ground, wishes, report)
            raise
        finally:
            if wishes.mutant:
                place.run(ground.database, *MUTANTS[wishes.mutant].repair)
        if report.violations:
            _keep(ground, wishes, report)
    shutil.rmtree(ground.folder)
    return report


def _try(place: Place, ground: Ground, wishes: Wishes, report: Report, say: Say) -> None:
    watch = _Stopwatch(report.seconds)
    with staged(place, ground, wishes.script) as stage:
        watch.lap("start")
        with Watch(stage.url, stage.history):
            _play(stage, wishes)
            watch.lap("faults")
            stage.proxy.be_calm()
            drain(stage.crowd, stage.staff, stage.proxy, ground.owner)
            watch.lap("drain")
        stage.staff.wait_until_ready()
        stage.history.flush()
        report.network = dict(stage.proxy.met.most_common())
        _compare(ground, stage, wishes, report)
        watch.lap("compare")
        say(f"  seconds {report.seconds}")


def _play(stage: Stage, wishes: Wishes) -> None:
    """The work under faults. A mutant may have been given enough promises before the time is up; on
    a slow machine it takes longer until enough was killed."""
    planted = wishes.script.planted
    enough = planted.promises if planted else math.inf
    end = time.monotonic() + wishes.seconds
    longest = end + wishes.seconds * (LONGEST_TIMES - 1)
    stage.office.open()
    stage.crowd.work()
    while stage.history.promises < enough:
        now = time.monotonic()
        if now > longest or (now > end and stage.nemesis.kills >= wishes.kills):
            break
        stage.crowd.busy()
        stage.staff.look()
        stage.nemesis.strike_if_due(spare=stage.office.asks_for_quiet)
        time.sleep(LOOK_EVERY_SECONDS)
    stage.nemesis.rest()
    stage.office.close()


def _compare(ground: Ground, stage: Stage, wishes: Wishes, report: Report) -> None:
    key = key_in(ground.folder / "keys" / "receipt.pem")
    devices = {one.name: one.left(key) for one in stage.writers}
    account = account_of(events_in(history_of(ground)))
    if not account.made:
        raise CannotTry("Nothing was made.")
    final = read_final(ground, stage.url, wishes.commands)
    report.violations = violations(Evidence(account, devices, final))
    report.made, report.stored = len(account.made), len(final.stored)
    report.variants = len(final.variants)
    report.events = dict(sorted(account.figures.items()))
    report.kills = dict(account.kills.most_common())
    report.errands = dict(account.errands.most_common())


def _keep(ground: Ground, wishes: Wishes, report: Report) -> None:
    """What somebody needs who looks for the cause; the keys stay with the servers and go."""
    if wishes.keep is None:
        return
    kept = wishes.keep / wishes.name
    report.kept_in = str(kept)
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(
        ground.folder, kept, ignore=shutil.ignore_patterns("keys", "export", "run", "audit")
    )
    (kept / "report.json").write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=1))


class _Stopwatch:
    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._since = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self._seconds[name] = round(now - self._since, 1)
        self._since = now
