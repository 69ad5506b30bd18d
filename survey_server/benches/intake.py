"""The intake bench: what a submission costs from the upload to coverage, and how many fit a second.

First one burst with few and one with many stored, because nothing may grow with the table. Then,
with as many stored, for each batch size: a burst, as fast as it is answered, drained while it
arrives; and a steady rate.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from survey_server.benches import fieldwork, stored
from survey_server.benches.carrying import Carried, watched
from survey_server.benches.installation import BenchFailed, Installation, installation
from survey_server.benches.load import Interviewers, Sent, percentiles, send
from survey_server.benches.processes import (
    PG_OWN,
    PG_WEB,
    PG_WORKER,
    WEB,
    WORKER,
    cpu_seconds,
    difference,
    peak_megabytes,
)

Say = Callable[[str], None]
CONNECTIONS = 16
GROWTH_BATCH = 50
# Connections are opened, statements planned and forms compiled before anything is measured.
WARMING = 400


@dataclass(frozen=True, slots=True)
class Wishes:
    """Counts are submissions; `rate` is submissions offered a second, for `seconds`."""

    batches: tuple[int, ...] = (10, 50)
    submissions: int = 8000
    rate: float = 300.0
    seconds: float = 30.0
    stored: tuple[int, ...] = (10_000, 1_000_000)
    tablets: int = 200
    seed: int = 1

    @property
    def most_submissions(self) -> int:
        steady = int(self.rate * self.seconds)
        loads = (
            len(self.batches) * (self.submissions + steady) + len(self.stored) * self.submissions
        )
        return loads + WARMING * (1 + len(self.stored))


@dataclass(frozen=True, slots=True)
class Load:
    """What one load came to. `cpu` is in seconds per 1,000 submissions, by kind of process.

    `through_per_second` is from the first upload until nothing is pending; `lag` are the seconds
    from arrival to coverage.
    """

    name: str
    batch: int
    submissions: int
    acknowledged_per_second: float
    milliseconds: Mapping[str, float]
    through_per_second: float
    lag: Mapping[str, float]
    cpu: Mapping[str, float]
    refused: Mapping[str, int]
    stored_before: int

    @property
    def receiving(self) -> float:
        return self.cpu[WEB] + self.cpu[PG_WEB]

    @property
    def deriving(self) -> float:
        return self.cpu[WORKER] + self.cpu[PG_WORKER]

    @property
    def everything(self) -> float:
        return self.receiving + self.deriving + self.cpu[PG_OWN]


@dataclass
class Report:
    loads: list[Load] = field(default_factory=list)
    growth: list[Load] = field(default_factory=list)
    megabytes: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {
            "loads": [asdict(one) for one in self.loads],
            "growth": [asdict(one) for one in self.growth],
            "growth_ratio": self.growth_ratio(),
            "peak_megabytes": self.megabytes,
        }

    def growth_ratio(self) -> dict[str, float]:
        """CPU per submission with the most stored, to that with the least."""
        if len(self.growth) < 2:
            return {}
        first, last = self.growth[0], self.growth[-1]
        return {
            "receiving": round(last.receiving / first.receiving, 3),
            "deriving": round(last.deriving / first.deriving, 3),
            "everything": round(last.everything / first.everything, 3),
        }


def carry_out(wishes: Wishes, say: Say) -> Report:
    report = Report()
    with installation() as place:
        say("Servers are running; the frame is made.")
        work = _fieldwork(place, wishes)
        tablets = Interviewers(work, _version(place), wishes.seed)
        place.serve()
        bench = _Bench(place, tablets, say)
        bench.load("warming", GROWTH_BATCH, WARMING)
        for target in wishes.stored:
            report.growth.append(_with_stored(bench, work.spare, target, wishes.submissions))
        for size in wishes.batches:
            report.loads.append(bench.load("burst", size, wishes.submissions))
            if steady := int(wishes.rate * wishes.seconds):
                report.loads.append(bench.load("steady", size, steady, wishes.rate))
        report.megabytes = peak_megabytes(place)
    return report


def _fieldwork(place: Installation, wishes: Wishes) -> fieldwork.Fieldwork:
    largest = max((*wishes.batches, GROWTH_BATCH))
    eas = fieldwork.eas_for(wishes.most_submissions, wishes.tablets, largest)
    spare = fieldwork.eas_of(max(wishes.stored, default=0))
    return fieldwork.prepare(place.owner, eas, wishes.tablets, wishes.seed, spare)


def _version(place: Installation) -> str:
    with place.owner.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT v.version FROM form_versions v JOIN forms f ON f.id = v.form"
            f" WHERE f.form_id = '{fieldwork.LONG}'"
        )
        return str(found.scalar_one())


def _with_stored(bench: "_Bench", eas: Sequence[str], target: int, submissions: int) -> Load:
    bench.say(f"Filling up to {target:,} submissions …")
    stored.fill_up(bench.place, eas, target)
    bench.load("warming", GROWTH_BATCH, WARMING)
    return bench.load("stored", GROWTH_BATCH, submissions)


@dataclass(frozen=True, slots=True)
class _Bench:
    place: Installation
    tablets: Interviewers
    say: Say

    def load(self, name: str, batch: int, submissions: int, rate: float | None = None) -> Load:
        uploads = self.tablets.uploads(submissions, batch)
        before = stored.count(self.place.owner)
        spent = cpu_seconds(self.place)
        with watched(self.place.owner) as carried:
            sent = send(self.place.url, uploads, CONNECTIONS, rate)
        used = difference(spent, cpu_seconds(self.place))
        if carried.pending:
            raise BenchFailed(
                f"{carried.pending} batches are still pending; the workers are stuck."
            )
        load = _load(name, batch, sent, carried, used, before)
        self.say(sentence(load))
        return load


def _load(
    name: str, batch: int, sent: Sent, carried: Carried, used: Mapping[str, float], before: int
) -> Load:
    thousands = max(sent.acknowledged, 1) / 1000
    lags = percentiles(carried.seconds)
    return Load(
        name=name,
        batch=batch,
        submissions=sent.acknowledged,
        acknowledged_per_second=round(sent.per_second, 1),
        milliseconds=percentiles(sent.seconds),
        through_per_second=round(sent.acknowledged / max(carried.elapsed, 1e-9), 1),
        lag={share: round(value / 1000, 2) for share, value in lags.items()},
        cpu={kind: round(seconds / thousands, 4) for kind, seconds in used.items()},
        refused=sent.refused,
        stored_before=before,
    )


def sentence(load: Load) -> str:
    cpu = "  ".join(f"{kind} {seconds:.3f}" for kind, seconds in load.cpu.items())
    refused = f"  REFUSED {dict(load.refused)}" if load.refused else ""
    return (
        f"{load.name:8} batch {load.batch:3}  {load.submissions:,} submissions,"
        f" {load.stored_before:,} stored before{refused}\n"
        f"    acknowledged {load.acknowledged_per_second:,.0f}/s  ms {_shares(load.milliseconds)}\n"
        f"    to coverage  {load.through_per_second:,.0f}/s  seconds {_shares(load.lag)}\n"
        f"    CPU s/1,000  {cpu}"
    )


def _shares(values: Mapping[str, float]) -> str:
    return " ".join(f"{share} {value:g}" for share, value in values.items())
