"""The proof: interviews by many simulated tablets, through everything, counted again."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import survey_server
from survey_server.benches import fieldwork, proof, recount_bodies
from survey_server.benches.carrying import watched
from survey_server.benches.installation import Installation, installation
from survey_server.benches.load import percentiles
from survey_server.benches.processes import cpu_seconds, difference, peak_megabytes
from survey_server.benches.proof import Check
from survey_server.simulator.truth import read_truth

Say = Callable[[str], None]
SHEET = Path(survey_server.__file__).parent.parent / "forms" / fieldwork.LONG / "survey.csv"


@dataclass(frozen=True, slots=True)
class Wishes:
    interviews: int = 40_000
    tablets: int = 200
    seed: int = 1
    bad_network: bool = False


@dataclass
class Report:
    """`simulation` is what the tablets said of their work; seconds are of each step."""

    simulation: dict[str, object] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    lag: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    megabytes: dict[str, float] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return all(check.held for check in self.checks)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "held": self.held}

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[step] = round(time.monotonic() - started, 1)


def carry_out(wishes: Wishes, say: Say) -> Report:
    report = Report()
    with installation() as place:
        eas = fieldwork.eas_for(wishes.interviews, wishes.tablets, 1)
        work = fieldwork.prepare(place.owner, eas, wishes.tablets, wishes.seed)
        fieldwork.write_devices(work.tablets, place.folder / "devices.csv")
        place.serve()
        say(f"Servers are running; {eas:,} EAs, {len(work.tablets)} tablets.")
        _simulate(place, wishes, report, say)
        for check in _checks(place, work.supervisor, report):
            report.checks.append(check)
            say(sentence(check))
        report.megabytes = peak_megabytes(place)
    return report


def _simulate(place: Installation, wishes: Wishes, report: Report, say: Say) -> None:
    words = ["simulate", "--url", place.url, "--devices", str(place.folder / "devices.csv")]
    words += ["--tablets", str(wishes.tablets), "--households", str(wishes.interviews)]
    words += ["--seed", str(wishes.seed), "--truth", str(_ledger(place)), "--json"]
    words += ["--bad-network"] if wishes.bad_network else []
    before = cpu_seconds(place)
    with report.timed("tablets and coverage"), watched(place.owner) as carried:
        report.simulation = json.loads(place.run(*words))
    used = difference(before, cpu_seconds(place))
    report.cpu = {kind: round(seconds, 2) for kind, seconds in used.items()}
    report.lag = {
        share: round(value / 1000, 2) for share, value in percentiles(carried.seconds).items()
    }
    say(
        f"{report.simulation['records']:,} records of {report.simulation['interviews']:,}"
        f" interviews, {report.simulation['acknowledged_per_second']:,} acknowledged a second;"
        f" seconds to coverage {report.lag}."
    )


def _ledger(place: Installation) -> Path:
    return place.folder / "ledger.jsonl"


def _checks(place: Installation, who: fieldwork.Supervisor, report: Report) -> Iterator[Check]:
    truth = read_truth(_ledger(place))
    demands = recount_bodies.demands_of(SHEET)
    with place.owner.connect() as connection:
        with report.timed("reading all bodies"):
            keys = place.folder / "keys" / "surveys"
            bodies = proof.read_bodies(connection, demands, keys)
        yield from proof.promises(truth, bodies)
        yield proof.nothing_left(connection)
        yield from proof.coverage(connection, bodies)
        yield proof.coverage_told(place.url, who.username, who.password, connection)
        yield proof.mistakes(connection, truth)
        yield from proof.duplicates(connection, truth)
    out = place.folder / "export"
    with report.timed("export"):
        place.run("export", "--survey", fieldwork.SURVEY, "--out", str(out), "--json")
    yield proof.export(out, bodies)
    with report.timed("rebuild"):
        said = json.loads(place.run("rebuild", "--survey", fieldwork.SURVEY, "--json"))
    yield proof.rebuilt(said["differences"])


def sentence(check: Check) -> str:
    figures = ", ".join(f"{name} {value}" for name, value in check.figures.items())
    return f"{'holds' if check.held else 'BROKEN':7} {check.what}: {figures}"
