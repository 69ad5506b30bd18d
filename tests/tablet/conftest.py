"""A fake server, a tablet with its store in a file, and a clock that runs as fast as it is told."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from survey_server.tablet.connection import HttpConnection
from survey_server.tablet.records import Record, digest, spelt
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync
from tests.tablet.fake_server import SECRET, FakeServer


class RunningClock:
    """Sleeps by turning its hands, and remembers for how long."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._seconds = 0.0

    def now(self) -> datetime:
        return datetime(2024, 4, 3, 12, tzinfo=UTC) + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def sleep(self, seconds: float) -> None:
        if seconds:
            self.waits.append(seconds)
        self._seconds += seconds


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def random() -> Random:
    return Random(7)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "tablet.sqlite")
    yield store
    store.close()


@pytest.fixture
def connection(server: FakeServer) -> Iterator[HttpConnection]:
    connection = HttpConnection(server.url, SECRET, timeout=60)
    yield connection
    connection.close()


@pytest.fixture
def sync(store: Store, connection: HttpConnection, clock: RunningClock, random: Random) -> Sync:
    return Sync(store, connection, clock=clock, random=random)


@pytest.fixture
def interview(random: Random) -> Callable[..., Record]:
    def make(unit: str = "01-001-00001-001-001", **answers: object) -> Record:
        written = spelt({"household": {"head_name": "Nguyễn Thị Đào"}} | answers)
        return Record(
            instance_id=str(UUID(int=random.getrandbits(128), version=4)),
            form_id="census_2024_long",
            form_version="0123456789ab",
            interview_id=str(UUID(int=random.getrandbits(128), version=4)),
            unit=unit,
            started_at="2024-04-03T11:00:00+07:00",
            finished_at="2024-04-03T11:30:00+07:00",
            answers=written,
            sha256=digest(written),
        )

    return make
