"""Many tablets in one process, each with its own store, sync loop, network and randomness.

Tablets are shared out over threads; a thread goes round among its tablets, one exchange at a time,
and waits where all of them wait.
"""

import heapq
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from survey_server.simulator.network import Network, Weather
from survey_server.simulator.planning import Place
from survey_server.simulator.truth import Ledger
from survey_server.tablet.clock import SystemClock
from survey_server.tablet.connection import HttpConnection
from survey_server.tablet.pace import Pace
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Next, Sync

QUICK = Pace(shortest_wait=0.2, longest_wait=10.0)
# Somebody stands by and taps "sync now", however long the server asked to wait.
IMPATIENT = replace(QUICK, longest_wait=2.0, longest_asked=2.0)


@dataclass(frozen=True, slots=True)
class Device:
    device_id: str
    secret: str


class Tablet:
    def __init__(
        self,
        device: Device,
        url: str,
        store: Store,
        weather: Weather,
        seed: int,
        ledger: Ledger,
        pace: Pace = QUICK,
    ) -> None:
        random = Random(f"{seed}/{device.device_id}/network")
        self.device_id = device.device_id
        self.store = store
        self.stopped = ""
        self._http = HttpConnection(url, device.secret, timeout=60.0)
        self.network = Network(self._http, weather, random)
        self.sync = Sync(
            store,
            self.network,
            clock=SystemClock(),
            # Batch ids must differ between runs, waits between tablets: no seed here.
            random=Random(),
            pace=pace,
            level=1,
            fetch_forms=False,
            on_receipt=lambda batch, receipt: ledger.acknowledged(self.device_id, batch, receipt),
        )

    def places(self) -> list[Place]:
        forms = {one.ea: one.form_id for one in self.store.assignments()}
        return [
            Place(self.device_id, unit.code, form, "đường" in (unit.address or ""))
            for unit in self.store.units()
            if (form := forms.get(unit.ea))
        ]

    def step(self) -> Next:
        following = self.sync.step()
        if following.do == "stop":
            self.stopped = following.reason
        if following.do in ("stop", "rest"):
            self._http.close()
        return following

    def close(self) -> None:
        self._http.close()
        self.store.close()


def store_of(folder: Path | None, device_id: str) -> Store:
    """In memory, unless the tablets are to remember their work after this run."""
    if folder is None:
        return Store(":memory:", durable=False)
    folder.mkdir(parents=True, exist_ok=True)
    name = "".join(letter if letter.isalnum() else "_" for letter in device_id)
    return Store(folder / f"{name}.sqlite", durable=False)


def drive(
    tablets: Sequence[Tablet], threads: int, until: float, progress: Callable[[], None]
) -> None:
    """Steps all tablets until each rests or is stopped, or the monotonic clock reaches `until`."""
    count = max(1, min(threads, len(tablets)))
    failed: list[BaseException] = []
    workers = [
        threading.Thread(target=_go_round, args=(tablets[place::count], until, failed), daemon=True)
        for place in range(count)
    ]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        time.sleep(0.1)
        progress()
    if failed:
        raise failed[0]


def _go_round(tablets: Iterable[Tablet], until: float, failed: list[BaseException]) -> None:
    try:
        due = [(0.0, place, tablet) for place, tablet in enumerate(tablets)]
        while due and time.monotonic() < until:
            moment, place, tablet = heapq.heappop(due)
            time.sleep(max(0.0, min(moment, until) - time.monotonic()))
            following = tablet.step()
            if following.do in ("go_on", "wait"):
                heapq.heappush(due, (time.monotonic() + following.seconds, place, tablet))
    except BaseException as error:
        failed.append(error)
        raise
