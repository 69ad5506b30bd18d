"""Everybody who takes part in a trial, ready to begin; in the end all of them are stopped."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from survey_server.faults.asking import OnLine
from survey_server.faults.country import MANAGER
from survey_server.faults.crew import Crew
from survey_server.faults.desk import Desk
from survey_server.faults.history import History
from survey_server.faults.mutants import MUTANTS, NAME
from survey_server.faults.mutating import Mutant
from survey_server.faults.nemesis import Malice, Nemesis
from survey_server.faults.office import Errands, Office
from survey_server.faults.place import Ground, Place
from survey_server.faults.proxy import Proxy
from survey_server.faults.staff import Staff
from survey_server.faults.writers import Crowd, Writer


@dataclass(frozen=True, slots=True)
class Script:
    """What is drawn from the seed, and who does what; `pause`: most seconds between two sessions of
    a writer. The office is closed beside a mutant, so that it is found by what it does."""

    seed: int
    mutant: str | None
    malice: Malice | None
    errands: Errands | None
    workers: int
    pause: float

    @property
    def planted(self) -> Mutant | None:
        return MUTANTS[self.mutant] if self.mutant else None


@dataclass(frozen=True, slots=True)
class Stage:
    """`url` is the server's own, and not that of the bad network."""

    url: str
    history: History
    staff: Staff
    proxy: Proxy
    writers: list[Writer] = field(repr=False)
    crowd: Crowd
    nemesis: Nemesis
    office: Office


@contextmanager
def staged(place: Place, ground: Ground, script: Script) -> Iterator[Stage]:
    with ExitStack() as leaving:
        history = leaving.enter_context(History(history_of(ground)))
        staff = _staff(place, ground, script)
        leaving.callback(staff.stop)
        staff.wait_until_ready()
        proxy = Proxy(ground.port, script.seed, history)
        proxy.start()
        leaving.callback(proxy.stop)
        url = f"http://127.0.0.1:{ground.port}"
        desk = Desk(OnLine(url, history), history, place.form.version)
        desk.get_to_know()
        crew = Crew(place, ground, proxy.url, desk, script.seed, history)
        writers = crew.writers(script.planted)
        for writer in writers:
            leaving.callback(writer.close)
        nemesis = _nemesis(place, staff, script, history)
        leaving.callback(nemesis.rest)
        office = _office(place, ground, script, desk, url, history)
        leaving.callback(office.close)
        crowd = Crowd(writers, script.seed, script.pause)
        leaving.callback(crowd.end)
        yield Stage(url, history, staff, proxy, writers, crowd, nemesis, office)


def history_of(ground: Ground) -> Path:
    return ground.folder / "history.jsonl"


def _staff(place: Place, ground: Ground, script: Script) -> Staff:
    env = dict(ground.env)
    if script.mutant and script.planted:
        env[NAME] = script.mutant
        place.run(ground.database, *script.planted.damage)
    return Staff(
        place.servers, ground.folder, ground.port, env,
        planted=script.planted is not None, workers=script.workers,
    )  # fmt: skip


def _nemesis(place: Place, staff: Staff, script: Script, history: History) -> Nemesis:
    usual = script.planted.malice if script.planted else Malice()
    return Nemesis(script.malice or usual, staff, place.disk, script.seed, history)


def _office(
    place: Place, ground: Ground, script: Script, desk: Desk, url: str, history: History
) -> Office:
    usual = Errands({}) if script.planted else Errands()
    lines = OnLine(url, history), OnLine(url, history, MANAGER)
    return Office(
        script.errands or usual, desk, lines, place.country, place.form, ground.env,
        script.seed, history,
    )  # fmt: skip
