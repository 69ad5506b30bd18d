"""Uploads made before the clock starts, and the connections that send them.

Every submission is a whole long-form interview of a unit that was not visited before, and an
upload is what a tablet has finished: units of an EA, one after the other.
"""

import http.client
import itertools
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import urlsplit

from survey_server.benches.fieldwork import LONG, Fieldwork, Tablet
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import interview
from survey_server.tablet.protocol import body_of, pack
from survey_server.tablet.records import Record, as_submission, digest, spelt

TRIES = 3


@dataclass(frozen=True, slots=True)
class Upload:
    secret: str
    body: bytes
    submissions: int


class Interviewers:
    """The tablets of a field operation; each goes down its own list."""

    def __init__(self, fieldwork: Fieldwork, version: str, seed: int) -> None:
        self._left = [(tablet, iter(tablet.units)) for tablet in fieldwork.tablets]
        self._version = version
        self._random = Random(f"{seed}/interviews")

    def uploads(self, submissions: int, size: int) -> list[Upload]:
        """Uploads of `size` from one tablet after the other; raises ValueError without units."""
        made: list[Upload] = []
        tired = 0
        for tablet, units in itertools.cycle(self._left):
            if len(made) * size >= submissions:
                return made
            codes = list(itertools.islice(units, size))
            if len(codes) == size:
                tired = 0
                made.append(self._upload(tablet, codes))
            else:
                tired += 1
            if tired > len(self._left):
                raise ValueError("the tablets' lists have no more units")
        return made

    def _upload(self, tablet: Tablet, units: Sequence[str]) -> Upload:
        when = datetime.now(UTC) - timedelta(hours=2)
        told = [as_submission(self._record(unit, when)) for unit in units]
        body = body_of(str(uuid.uuid4()), when.isoformat(), len(units), told)
        return Upload(tablet.secret, pack(body), len(units))

    def _record(self, unit: str, when: datetime) -> Record:
        rng = self._random
        met = household(Random(f"{rng.random()}"), Profile())
        answers = interview(rng, LONG, met, unit, when)
        written = spelt(answers)
        return Record(
            instance_id=str(uuid.uuid4()),
            form_id=LONG,
            form_version=self._version,
            interview_id=str(uuid.uuid4()),
            unit=unit,
            started_at=str(answers["started_at"]),
            finished_at=str(answers["finished_at"]),
            answers=written,
            sha256=digest(written),
        )


@dataclass(slots=True)
class Sent:
    """What came of a load. `seconds` are of each request; open-loop, from when it was due."""

    elapsed: float = 0.0
    acknowledged: int = 0
    seconds: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.acknowledged / self.elapsed if self.elapsed else 0.0


def send(url: str, uploads: Sequence[Upload], connections: int, rate: float | None = None) -> Sent:
    """As fast as they are answered; or, with a rate (submissions/s), when they are due."""
    sent = Sent()
    started = time.monotonic()
    due = _due(uploads, started, rate)
    lock = threading.Lock()
    threads = [
        threading.Thread(target=_send_all, args=(url, due, lock, sent)) for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent.elapsed = time.monotonic() - started
    return sent


def _due(
    uploads: Sequence[Upload], started: float, rate: float | None
) -> Iterator[tuple[Upload, float | None]]:
    before = 0
    for upload in uploads:
        yield upload, started + before / rate if rate else None
        before += upload.submissions


def _send_all(
    url: str, due: Iterator[tuple[Upload, float | None]], lock: threading.Lock, sent: Sent
) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    while True:
        with lock:
            upload, moment = next(due, (None, None))
        if upload is None:
            connection.close()
            return
        if moment is not None:
            time.sleep(max(0.0, moment - time.monotonic()))
        started = moment if moment is not None else time.monotonic()
        status, stored = _send(connection, upload)
        with lock:
            sent.seconds.append(time.monotonic() - started)
            sent.acknowledged += stored
            if stored != upload.submissions:
                sent.refused[status] = sent.refused.get(status, 0) + 1


def _send(connection: http.client.HTTPConnection, upload: Upload) -> tuple[str, int]:
    """The status, and how many submissions the answer says are stored."""
    headers = {
        "Authorization": f"Bearer {upload.secret}",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    failed = ""
    for _ in range(TRIES):
        try:
            connection.request("POST", "/api/v1/batches", upload.body, headers)
            response = connection.getresponse()
            answer = response.read()
            return str(response.status), answer.count(b'"outcome":"stored"')
        except (OSError, http.client.HTTPException) as error:
            # The server closes a connection that was silent for a while.
            connection.close()
            failed = type(error).__name__
    return failed, 0


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 in milliseconds."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    last = len(ordered) - 1
    return {
        f"p{share}": round(1000 * ordered[round(last * share / 100)], 1) for share in (50, 95, 99)
    }
