"""A simulated field operation: tablets learn their lists, visit households, and sync.

In a burst everything is made first and sent then, as fast as the server takes it. Live, visits
trickle in and tablets sync now and then, for ever, as they would in the evening of a real count.
"""

import heapq
import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec

from survey_server.simulator.fleet import IMPATIENT, QUICK, Device, Tablet, drive, store_of
from survey_server.simulator.making import Made, Maker, moment_of
from survey_server.simulator.mistakes import edited
from survey_server.simulator.network import CALM, Weather
from survey_server.simulator.planning import INTERVIEWED, Place, Shares, Visit, plan
from survey_server.simulator.truth import Ledger
from survey_server.tablet.records import edit_of

VIETNAM = timezone(timedelta(hours=7))
SHUFFLED_TABLETS = 0.1
EDIT_BEFORE_ORIGINAL = 0.3
PROGRESS_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Wishes:
    url: str
    households: int | None  # None: everybody on the lists.
    seed: int
    shares: Shares = field(default_factory=Shares)
    weather: Weather = CALM
    days: float = 1.0
    threads: int = 32
    most_seconds: float = 3600.0
    stores: Path | None = None
    visited: frozenset[str] = frozenset()  # Units that somebody else has seen to.
    impatient: bool = False  # Do not wait as long as the server asks.


@dataclass(frozen=True, slots=True)
class Summary:
    """`cpu_seconds` are this process's own, by phase: what the load costs where it is made."""

    tablets: int
    units: int
    interviews: int
    records: int
    planted: dict[str, int]
    acknowledged: int
    pending: int
    set_aside: int
    outcomes: dict[str, int]
    stopped: dict[str, int]
    answers: dict[str, int]
    batches: int
    bytes_sent: int
    seconds: dict[str, float]
    cpu_seconds: dict[str, float]
    acknowledged_per_second: float
    upload_seconds: dict[str, float]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class Campaign:
    def __init__(
        self,
        devices: Sequence[Device],
        wishes: Wishes,
        ledger: Ledger,
        say: Callable[[str], None],
    ) -> None:
        self._wishes = wishes
        self._ledger = ledger
        self._say = say
        self._seconds: dict[str, float] = {}
        self._cpu: dict[str, float] = {}
        self._planted: Counter[str] = Counter()
        self._units = 0
        self._interviews = 0
        self.tablets = {
            device.device_id: Tablet(
                device,
                wishes.url,
                store_of(wishes.stores, device.device_id),
                wishes.weather,
                wishes.seed,
                ledger,
                IMPATIENT if wishes.impatient else QUICK,
            )
            for device in devices
        }

    def close(self) -> None:
        for tablet in self.tablets.values():
            tablet.close()

    # The three phases of a burst

    def burst(self) -> Summary:
        self.learn()
        self.make()
        self.send()
        return self.summary()

    def learn(self) -> None:
        """Every tablet downloads its state, and sends what an earlier run left in its store."""
        self._say(f"{len(self.tablets)} tablets ask for their lists.")
        with _Measured("learning", self._seconds, self._cpu):
            self._drive()

    def make(self) -> None:
        with _Measured("making", self._seconds, self._cpu):
            maker, visits = self._maker(), self._plan()
            until = _now()
            rng = Random(f"{self._wishes.seed}/days")
            made = [maker.made(one, moment_of(rng, until, self._wishes.days)) for one in visits]
            self._note(made)
            of_tablet: dict[str, list[list[Made]]] = defaultdict(list)
            for records in made:
                of_tablet[records[0].visit.place.device].append(records)
            for device_id, records_of_tablet in of_tablet.items():
                kept = in_order_of_keeping(rng, records_of_tablet)
                self.tablets[device_id].store.keep(one.record for one in kept)
        self._say(f"Made {self._interviews:,} interviews at {self._units:,} units.")

    def send(self) -> None:
        for tablet in self.tablets.values():
            tablet.network.traffic.seconds.clear()
        with _Measured("sending", self._seconds, self._cpu):
            self._drive()

    # For ever

    def live(self, per_minute: float, seconds: float = math.inf) -> None:
        """Visits trickle in at this rate over all tablets, for so long; for ever, if not told."""
        self.learn()
        maker, rng = self._maker(), Random()
        waiting = self._plan()
        self._say(f"{len(waiting):,} visits are planned, {per_minute:g} a minute.")
        due: list[tuple[float, str]] = [
            (time.monotonic() + rng.uniform(5, 60), device_id) for device_id in self.tablets
        ]
        heapq.heapify(due)
        next_visit = now = time.monotonic()
        until = now + seconds
        while now < until:
            now = time.monotonic()
            if now >= next_visit:
                self._visit_now(maker, rng, waiting)
                next_visit = now + rng.expovariate(per_minute / 60)
            elif due[0][0] <= now:
                _, device_id = heapq.heappop(due)
                heapq.heappush(due, (now + self._sync_now(rng, device_id), device_id))
            else:
                time.sleep(min(next_visit, due[0][0]) - now)

    def _visit_now(self, maker: Maker, rng: Random, waiting: list[Visit]) -> None:
        if not waiting:
            self._correct_now(rng)
            return
        visit = waiting.pop()
        minutes = rng.uniform(10, 40)
        made = maker.made(visit, _now() - timedelta(minutes=minutes))
        self._note([made])
        self.tablets[visit.place.device].store.keep(one.record for one in made)

    def _correct_now(self, rng: Random) -> None:
        """Everybody was visited: what is left to do is to correct what was written."""
        tablet = rng.choice(list(self.tablets.values()))
        units = sorted(tablet.store.units_visited())
        record = tablet.store.newest(rng.choice(units)) if units else None
        if record is None:
            return
        answers = edited(rng, msgspec.json.decode(record.answers, type=dict[str, object]))
        instance_id = str(UUID(int=rng.getrandbits(128), version=4))
        edit = edit_of(record, instance_id, answers, _now().isoformat())
        tablet.store.keep([edit])
        place = Place(tablet.device_id, edit.unit, edit.form_id, urban=False)
        self._ledger.made([Made(edit, Visit(place, place), INTERVIEWED, None, 0)])

    def _sync_now(self, rng: Random, device_id: str) -> float:
        """One exchange of one tablet; seconds until its next."""
        tablet = self.tablets[device_id]
        following = tablet.step()
        if following.do in ("go_on", "wait"):
            return following.seconds
        if following.do == "stop":
            self._say(f"A tablet was stopped: {following.reason}.")
        tablet.sync.ask_for_state()
        return rng.uniform(60, 300)

    # Shared

    def _plan(self) -> list[Visit]:
        places = [place for tablet in self.tablets.values() for place in tablet.places()]
        done = {unit for tablet in self.tablets.values() for unit in tablet.store.units_visited()}
        done |= self._wishes.visited
        places = [place for place in places if place.unit not in done]
        self._units = len({place.unit for place in places})
        wanted = self._wishes.households
        if wanted is not None and wanted > len(places):
            self._say(f"The tablets' lists have {len(places):,} units; no more can be visited.")
        households = len(places) if wanted is None else wanted
        return plan(places, households, self._wishes.seed, self._wishes.shares)

    def _maker(self) -> Maker:
        versions = {
            form.form_id: form.version
            for tablet in self.tablets.values()
            for form in tablet.store.forms()
        }
        run = datetime.now(UTC).isoformat()
        return Maker(self._wishes.seed, run, versions)

    def _note(self, made: Sequence[Sequence[Made]]) -> None:
        for records in made:
            self._ledger.made(records)
            first = records[0]
            self._interviews += 1
            self._planted["records"] += len(records)
            self._planted["with_mistakes"] += bool(first.mistake)
            self._planted["duplicates"] += first.visit.duplicate
            self._planted["doubles"] += first.visit.second
            self._planted["edits"] += len(records) - 1
            self._planted["not_interviewed"] += first.visit.result != INTERVIEWED
        self._ledger.planted([records[0] for records in made])

    def _drive(self) -> None:
        tablets = list(self.tablets.values())
        told = [time.monotonic()]

        def progress() -> None:
            if time.monotonic() - told[0] >= PROGRESS_EVERY:
                told[0] = time.monotonic()
                pending = sum(tablet.store.held() for tablet in tablets)
                self._say(f"  {pending:,} on tablets")

        drive(
            tablets,
            self._wishes.threads,
            time.monotonic() + self._wishes.most_seconds,
            progress,
        )

    def summary(self) -> Summary:
        states, outcomes, answers = Counter[str](), Counter[str](), Counter[str]()
        seconds: list[float] = []
        for tablet in self.tablets.values():
            states.update(tablet.store.states())
            outcomes.update(tablet.store.outcomes())
            answers.update(tablet.network.traffic.statuses)
            seconds.extend(tablet.network.traffic.seconds)
        sending = self._seconds.get("sending", 0.0)
        return Summary(
            tablets=len(self.tablets),
            units=self._units,
            interviews=self._interviews,
            records=self._planted["records"],
            planted={name: count for name, count in self._planted.items() if name != "records"},
            acknowledged=states["acked"],
            pending=states["pending"],
            set_aside=states["rescue"],
            outcomes=dict(outcomes),
            stopped=dict(Counter(one.stopped for one in self.tablets.values() if one.stopped)),
            answers=dict(answers),
            batches=len(seconds),
            bytes_sent=sum(one.network.traffic.bytes_sent for one in self.tablets.values()),
            seconds={name: round(value, 3) for name, value in self._seconds.items()},
            cpu_seconds={name: round(value, 3) for name, value in self._cpu.items()},
            acknowledged_per_second=round(states["acked"] / sending, 1) if sending else 0.0,
            upload_seconds=_percentiles(seconds),
        )


def in_order_of_keeping(rng: Random, visits: Sequence[Sequence[Made]]) -> list[Made]:
    """Mostly as made; some edits come before their originals, and some tablets mix everything."""
    kept: list[Made] = []
    for records in visits:
        swapped = len(records) > 1 and rng.random() < EDIT_BEFORE_ORIGINAL
        kept.extend(reversed(records) if swapped else records)
    if rng.random() < SHUFFLED_TABLETS:
        rng.shuffle(kept)
    return kept


class _Measured:
    def __init__(self, name: str, seconds: dict[str, float], cpu: dict[str, float]) -> None:
        self._name, self._all_seconds, self._all_cpu = name, seconds, cpu

    def __enter__(self) -> None:
        self._started = time.monotonic(), time.process_time()

    def __exit__(self, *_: object) -> None:
        started, cpu = self._started
        self._all_seconds[self._name] = time.monotonic() - started
        self._all_cpu[self._name] = time.process_time() - cpu


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    if not ordered:
        return {}
    last = len(ordered) - 1
    return {
        f"p{share}": round(ordered[round(last * share / 100)], 4) for share in (50, 95, 99, 100)
    }


def _now() -> datetime:
    return datetime.now(VIETNAM)
