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
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from survey_server.faults.account import account_of
from survey_server.faults.asking import OnLine
from survey_server.faults.checks import violations
from survey_server.faults.country import MANAGER
from survey_server.faults.crew import Crew
from survey_server.faults.desk import Desk
from survey_server.faults.draining import drain
from survey_server.faults.evidence import Evidence
from survey_server.faults.final import read_final
from survey_server.faults.history import History, events_in
from survey_server.faults.left import key_in
from survey_server.faults.mutants import MUTANTS, NAME
from survey_server.faults.mutating import Mutant
from survey_server.faults.nemesis import Malice, Nemesis
from survey_server.faults.office import Errands, Office
from survey_server.faults.place import Ground, Place
from survey_server.faults.proxy import Proxy
from survey_server.faults.staff import CannotTry, Staff
from survey_server.faults.watch import Watch
from survey_server.faults.writers import Crowd, Writer

PAUSE_SECONDS = 3.0
LOOK_EVERY_SECONDS = 0.02

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """`seconds`: no trial takes longer, but that of a mutant may be over before. `malice`: None for
    the mutant's, or everything there is. `errands`: None for an office that does everything, or
    nothing beside a mutant. `commands`: whether export and audit trail are read too, which takes
    some seconds."""

    seed: int
    seconds: float
    mutant: str | None = None
    malice: Malice | None = None
    errands: Errands | None = None
    workers: int = 2
    commands: bool = True
    pause: float = PAUSE_SECONDS
    keep: Path | None = None

    @property
    def name(self) -> str:
        return f"{self.mutant or 'server'}_{self.seed}"


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
    mutant = MUTANTS[wishes.mutant] if wishes.mutant else None
    watch = _Stopwatch(report.seconds)
    with ExitStack() as leaving:
        history = leaving.enter_context(History(_history_of(ground)))
        staff = _staff(place, ground, wishes, mutant)
        leaving.callback(staff.stop)
        staff.wait_until_ready()
        proxy = Proxy(ground.port, wishes.seed, history)
        proxy.start()
        leaving.callback(proxy.stop)
        url = f"http://127.0.0.1:{ground.port}"
        desk = Desk(OnLine(url, history), history, place.form.version)
        desk.get_to_know()
        crew = Crew(place, ground, proxy.url, desk, wishes.seed, history)
        writers = crew.writers(mutant)
        for writer in writers:
            leaving.callback(writer.close)
        watch.lap("start")
        crowd = Crowd(writers, wishes.seed, wishes.pause)
        malice = wishes.malice or (mutant.malice if mutant else Malice())
        nemesis = Nemesis(malice, staff, place.disk, wishes.seed, history)
        leaving.callback(nemesis.rest)
        office = _office(place, ground, wishes, desk, url, history)
        with Watch(url, history):
            office.open()
            leaving.callback(office.close)
            enough = mutant.promises if mutant else math.inf
            _under_faults(crowd, staff, nemesis, wishes.seconds, lambda: history.promises >= enough)
            nemesis.rest()
            office.close()
            watch.lap("faults")
            proxy.be_calm()
            drain(crowd, staff, proxy, ground.owner)
            watch.lap("drain")
        staff.wait_until_ready()
        history.flush()
        report.network = dict(proxy.met.most_common())
        _compare(ground, url, writers, wishes, report)
        watch.lap("compare")
        say(f"  seconds {report.seconds}")


def _staff(place: Place, ground: Ground, wishes: Wishes, mutant: Mutant | None) -> Staff:
    env = dict(ground.env)
    if wishes.mutant and mutant:
        env[NAME] = wishes.mutant
        place.run(ground.database, *mutant.damage)
    return Staff(
        place.servers, ground.folder, ground.port, env,
        planted=mutant is not None, workers=wishes.workers,
    )  # fmt: skip


def _office(
    place: Place, ground: Ground, wishes: Wishes, desk: Desk, url: str, history: History
) -> Office:
    """Closed where a mutant is tried, so that it is found by what it does."""
    errands = wishes.errands or (Errands({}) if wishes.mutant else Errands())
    lines = OnLine(url, history), OnLine(url, history, MANAGER)
    return Office(
        errands, desk, lines, place.country, place.form, ground.env, wishes.seed, history
    )  # fmt: skip


def _under_faults(
    crowd: Crowd, staff: Staff, nemesis: Nemesis, seconds: float, enough: Callable[[], bool]
) -> None:
    end = time.monotonic() + seconds
    crowd.work()
    while time.monotonic() < end and not enough():
        crowd.busy()
        staff.look()
        nemesis.strike_if_due()
        time.sleep(LOOK_EVERY_SECONDS)


def _compare(
    ground: Ground, url: str, writers: list[Writer], wishes: Wishes, report: Report
) -> None:
    key = key_in(ground.folder / "keys" / "receipt.pem")
    devices = {one.name: one.left(key) for one in writers}
    account = account_of(events_in(_history_of(ground)))
    if not account.made:
        raise CannotTry("Nothing was made.")
    final = read_final(ground, url, wishes.commands)
    report.violations = violations(Evidence(account, devices, final))
    report.made, report.stored = len(account.made), len(final.stored)
    report.variants = len(final.variants)
    report.events = dict(sorted(account.figures.items()))
    report.kills = dict(account.kills.most_common())
    report.errands = dict(account.errands.most_common())


def _history_of(ground: Ground) -> Path:
    return ground.folder / "history.jsonl"


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
