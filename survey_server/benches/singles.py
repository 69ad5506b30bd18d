"""The OpenRosa bench: what it costs to take interviews in one by one, as ODK Collect sends them.

Each is a request of its own, and of a household that no list has: all of them are counted in one
place, which must cost no more when a million are there. Then the same once more, as tablets do
after a lost answer, and the list of forms. All of it in several rounds, of which the middle one is
judged: processes share caches with neighbours, and the same work costs a third more at times.
"""

import base64
import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from random import Random
from statistics import median
from urllib.parse import urlsplit

from sqlalchemy import Engine, text

from survey_server.benches import fieldwork, household, singles_stored
from survey_server.benches.bars import Bar
from survey_server.benches.installation import BenchFailed, Installation, installation
from survey_server.benches.load import percentiles
from survey_server.benches.processes import (
    PG_OWN,
    PG_WEB,
    PG_WORKER,
    WEB,
    WORKER,
    cpu_seconds,
    difference,
)

Say = Callable[[str], None]
ADDRESS = "/openrosa/submission?deviceID=collect%3Abench"
FORM_LIST = "/openrosa/formList?deviceID=collect%3Abench"
BOUNDARY = "----bench7d1f0c"
TRIES = 3
LONGEST_DRAIN_SECONDS = 600.0
WARMING = 300

ACKNOWLEDGE, EVERYTHING, AGAIN, LIST, GROWTH = 1.5, 5.0, 1.0, 0.5, 1.2


@dataclass(frozen=True, slots=True)
class Wishes:
    submissions: int = 4000
    stored: tuple[int, ...] = (0, 1_000_000)
    rounds: int = 3
    connections: int = 8
    tablets: int = 20
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Load:
    """`cpu` is in seconds per 1,000 requests, by kind of process; `filled` to how many submissions
    at least the database was before the rounds."""

    name: str
    filled: int
    stored_before: int
    requests: int
    per_second: float
    milliseconds: dict[str, float]
    through_per_second: float
    answers: dict[str, int]
    cpu: dict[str, float]

    @property
    def web(self) -> float:
        return self.cpu[WEB] + self.cpu[PG_WEB]

    @property
    def everything(self) -> float:
        return self.web + self.cpu[WORKER] + self.cpu[PG_WORKER] + self.cpu[PG_OWN]


@dataclass
class Report:
    loads: list[Load] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {"loads": [asdict(one) for one in self.loads]}

    def costs(self, name: str, cost: Callable[[Load], float]) -> dict[int, float]:
        """Of the middle round, by how far the database was filled."""
        found: dict[int, list[float]] = {}
        for one in self.loads:
            if one.name == name:
                found.setdefault(one.filled, []).append(cost(one))
        return {filled: median(costs) for filled, costs in found.items()}


def bars(report: Report) -> Iterator[Bar]:
    web, everything = attrgetter("web"), attrgetter("everything")
    acknowledged, done = report.costs("new", web), report.costs("new", everything)
    for filled in acknowledged:
        stored = f", {filled:,} stored"
        yield _most(f"CPU s/1,000 to acknowledge{stored}", ACKNOWLEDGE, acknowledged[filled])
        yield _most(f"CPU s/1,000 with all that follows{stored}", EVERYTHING, done[filled])
    for filled, cost in report.costs("again", web).items():
        yield _most(f"CPU s/1,000 sent again, {filled:,} stored", AGAIN, cost)
    for filled, cost in report.costs("formList", web).items():
        yield _most(f"CPU s/1,000 lists of forms, {filled:,} stored", LIST, cost)
    if len(acknowledged) > 1:
        yield _most("to acknowledge, most stored to least", GROWTH, _growth(acknowledged))
        yield _most("with all that follows, most stored to least", GROWTH, _growth(done))


def _growth(costs: dict[int, float]) -> float:
    return costs[max(costs)] / costs[min(costs)]


def _most(what: str, bar: float, measured: float) -> Bar:
    return Bar(what, bar, round(measured, 3), measured <= bar)


def carry_out(wishes: Wishes, say: Say) -> Report:
    report = Report()
    with installation() as place:
        tablets = _prepare(place, wishes)
        place.serve()
        bench = _Bench(place, tablets, wishes, Random(f"{wishes.seed}/singles"), say)
        bench.load("warming", 0, bench.interviews(WARMING))
        for target in wishes.stored:
            if target:
                say(f"Filling up to {target:,} submissions …")
                singles_stored.fill_up(place, fieldwork.SURVEY, household.FORM, target)
                bench.load("warming", target, bench.interviews(WARMING))
            for _ in range(wishes.rounds):
                sent = bench.interviews(wishes.submissions)
                report.loads.append(bench.load("new", target, sent))
                report.loads.append(bench.load("again", target, sent))
                lists = bench.form_lists(wishes.submissions // 2)
                report.loads.append(bench.load("formList", target, lists))
    return report


def _prepare(place: Installation, wishes: Wishes) -> Sequence[fieldwork.Tablet]:
    work = fieldwork.prepare(place.owner, wishes.tablets, wishes.tablets, wishes.seed)
    form = place.folder / "household.md"
    form.write_text(household.sheets(), encoding="utf-8")
    place.run("forms", "publish", str(form), "--survey", fieldwork.SURVEY)
    return work.tablets


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    address: str
    secret: str
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Bench:
    place: Installation
    tablets: Sequence[fieldwork.Tablet]
    wishes: Wishes
    random: Random
    say: Say

    def interviews(self, count: int) -> list[Request]:
        return [
            Request("POST", ADDRESS, self._secret(number), self._body()) for number in range(count)
        ]

    def form_lists(self, count: int) -> list[Request]:
        return [Request("GET", FORM_LIST, self._secret(number)) for number in range(count)]

    def _secret(self, number: int) -> str:
        tablet = self.tablets[number % len(self.tablets)]
        return base64.b64encode(f"{tablet.device_id}:{tablet.secret}".encode()).decode()

    def _body(self) -> bytes:
        xml = household.interview(self.random, household.VERSION)
        head = 'Content-Disposition: form-data; name="xml_submission_file"; filename="a.xml"'
        start = f"--{BOUNDARY}\r\n{head}\r\nContent-Type: text/xml\r\n\r\n".encode()
        return start + xml + f"\r\n--{BOUNDARY}--\r\n".encode()

    def load(self, name: str, filled: int, requests: Sequence[Request]) -> Load:
        stored = _count(self.place.owner, "submissions")
        spent = cpu_seconds(self.place)
        started = time.monotonic()
        seconds, answers = send(self.place.url, requests, self.wishes.connections)
        elapsed = time.monotonic() - started
        _drained(self.place.owner)
        through = time.monotonic() - started
        used = difference(spent, cpu_seconds(self.place))
        thousands = len(requests) / 1000
        load = Load(
            name=name,
            filled=filled,
            stored_before=stored,
            requests=len(requests),
            per_second=round(len(requests) / elapsed, 1),
            milliseconds=percentiles(seconds),
            through_per_second=round(len(requests) / through, 1),
            answers=dict(answers),
            cpu={kind: round(value / thousands, 4) for kind, value in used.items()},
        )
        self.say(sentence(load))
        return load


def sentence(load: Load) -> str:
    cpu = "  ".join(f"{kind} {seconds:.3f}" for kind, seconds in load.cpu.items())
    shares = " ".join(f"{share} {value:g}" for share, value in load.milliseconds.items())
    return (
        f"{load.name:8} {load.requests:,} requests, {load.stored_before:,} stored before,"
        f" answers {load.answers}\n"
        f"    answered {load.per_second:,.0f}/s  ms {shares}"
        f"  through {load.through_per_second:,.0f}/s\n"
        f"    CPU s/1,000  acknowledge {load.web:.3f}  everything {load.everything:.3f}\n"
        f"    {cpu}"
    )


def _count(owner: Engine, table: str) -> int:
    with owner.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def _drained(owner: Engine) -> None:
    deadline = time.monotonic() + LONGEST_DRAIN_SECONDS
    while _count(owner, "pending_batches"):
        if time.monotonic() > deadline:
            raise BenchFailed("Batches are still pending; the workers are stuck.")
        time.sleep(0.05)


def send(
    url: str, requests: Sequence[Request], connections: int
) -> tuple[list[float], Counter[str]]:
    """Seconds of each, and how many answers of each status; as fast as they are answered."""
    seconds: list[float] = []
    answers: Counter[str] = Counter()
    left = iter(requests)
    lock = threading.Lock()

    def send_all() -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        while True:
            with lock:
                one = next(left, None)
            if one is None:
                connection.close()
                return
            started = time.monotonic()
            status = _status(connection, one)
            with lock:
                seconds.append(time.monotonic() - started)
                answers[status] += 1

    threads = [threading.Thread(target=send_all) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds, answers


def _status(connection: http.client.HTTPConnection, one: Request) -> str:
    headers = {
        "Authorization": f"Basic {one.secret}",
        "X-OpenRosa-Version": "1.0",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    failed = ""
    for _ in range(TRIES):
        try:
            connection.request(one.method, one.address, one.body, headers)
            answer = connection.getresponse()
            answer.read()
            return str(answer.status)
        except (OSError, http.client.HTTPException) as error:
            # The server closes a connection that was silent for a while.
            connection.close()
            failed = type(error).__name__
    return failed
