"""Processes that may have no more memory: said as such, nothing half kept, nobody blamed."""

import http.client
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask

from survey_server.domain.forms import CompiledForm
from survey_server.domain.openrosa import Allowed
from survey_server.jobs.intake import OUT_OF_MEMORY
from survey_server.local.children import Child, ChildProcess, command
from survey_server.openrosa.blueprint import LARGEST_SUBMISSION
from survey_server.queueing import Bell
from tests.faults_rows.doors import Collect
from tests.living import Live, living, small, status_of, wait_until
from tests.openrosa.sent import PHOTO, upload
from tests.world import EAS, body_of, packed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sets limits of others")

MEGABYTE = 1024 * 1024
MOST_OF_A_PROCESS = 512 * MEGABYTE
LARGEST_BATCH = 500


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def live(long_form: CompiledForm, data: Path) -> Iterator[Live]:
    with living(long_form, data) as made:
        yield made


@pytest.fixture(scope="module")
def batch(live: Live) -> bytes:
    """As large as one may be: 500 interviews, close to 16 MiB unpacked."""
    told = [large(live, number) for number in range(LARGEST_BATCH)]
    body = body_of(*told)
    assert 15 * MEGABYTE < len(body) < 16 * MEGABYTE
    return packed(body)


def large(live: Live, number: int, characters: int = 32_000) -> dict[str, Any]:
    """Each about a household of its own."""
    answers = {"household": {"size": "3", "note": "x" * characters}}
    return small(live) | {"unit": f"{EAS[0]}-new-{number}", "answers": answers}


def bytes_of(pid: int, what: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith(f"{what}:"))
    return int(kilobytes) * 1024


def web_workers(live: Live) -> list[int]:
    pid = live.process.pid
    assert pid
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# What counts, and where it is told: addresses, and what may be written to.
LIMITS = ((resource.RLIMIT_AS, "VmSize"), (resource.RLIMIT_DATA, "VmData"))


def leave(pid: int, room: int) -> None:
    """So many bytes more than it has."""
    for limit, name in LIMITS:
        resource.prlimit(pid, limit, (bytes_of(pid, name) + room, resource.RLIM_INFINITY))


def leave_all(pid: int) -> None:
    for limit, _ in LIMITS:
        resource.prlimit(pid, limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def answered(live: Live, body: bytes) -> tuple[int, int]:
    """Status and Retry-After, or zeros where the connection broke."""
    try:
        status, headers, _ = live.post(body)
    except (OSError, http.client.HTTPException):
        return 0, 0
    return status, int(headers.get("Retry-After", 0))


def test_a_web_process_without_memory_keeps_nothing_by_half(live: Live, batch: bytes) -> None:
    for pid in web_workers(live):
        leave(pid, MEGABYTE)
    told = [answered(live, batch) for _ in range(4)]
    # Whoever dies is replaced by a process that has what it needs.
    assert {status for status, _ in told} <= {503, 0, 200}
    assert told[0][0] != 200
    assert all(waits >= 5 for status, waits in told if status == 503)
    kept = LARGEST_BATCH if (200, 0) in told else 0
    assert live.stored() == kept
    assert bool(live.world.sql("SELECT FROM batches")) == bool(kept)
    assert bool(live.world.sql("SELECT FROM batch_bodies")) == bool(kept)
    for pid in web_workers(live):
        leave_all(pid)
    wait_until(lambda: status_of(live, "/readyz") == 200)
    assert live.post(batch)[0] == 200
    assert live.stored() == LARGEST_BATCH


def test_a_request_that_gets_no_memory_is_asked_to_come_again(alone: APIFlask) -> None:
    with alone.test_request_context("/api/v1/batches", method="POST"):
        answer = alone.make_response(alone.handle_user_exception(MemoryError()))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "overloaded")
    assert 30 <= int(answer.headers["Retry-After"]) <= 300


def test_a_web_process_stays_small_whatever_the_largest_uploads_are(
    live: Live, batch: bytes, long_form: CompiledForm
) -> None:
    collect = Collect(live, long_form)
    files = [(f"{number}.jpg", PHOTO + os.urandom(4_500_000)) for number in range(2)]
    _, interview = collect.interview(files=files)
    assert 9_000_000 < len(interview) < LARGEST_SUBMISSION
    for _ in range(3):
        assert live.post(batch)[0] == 200
        assert collect.post(interview).status == 201
        assert collect.post(upload(b"<x>" + b" " * Allowed().xml + b"</x>")).status == 413
    for pid in web_workers(live):
        assert bytes_of(pid, "VmHWM") < MOST_OF_A_PROCESS


def test_a_worker_without_memory_ends_and_another_goes_on(
    live: Live, data: Path, tmp_path: Path
) -> None:
    bell = Bell(live.servers.env["SURVEY_REDIS_URL"])
    env = {**os.environ, **live.servers.env, "SURVEY_DATA": str(data), "SURVEY_LEASE_SECONDS": "2"}
    worker = ChildProcess(Child("worker", command("worker", "intake"), env), tmp_path / "log")

    def held(yes: bool, batch: str = "batch") -> None:
        lease = "now() + interval '1 minute'" if yes else "NULL"
        live.world.change(f"UPDATE pending_batches SET lease_until = {lease} WHERE batch = {batch}")

    def rung_until_done(batch: str = "batch") -> bool:
        bell.ring()
        return not live.world.sql(f"SELECT FROM pending_batches WHERE batch = {batch}")

    told = [large(live, number, 60_000) for number in range(30)]
    assert live.post(packed(body_of(*told)))[0] == 200
    last = "(SELECT max(id) FROM batches)"
    held(yes=True)
    try:
        worker.launch()
        wait_until(lambda: bool(bell.connection.smembers("rq:workers")), 60)
        assert worker.pid
        leave(worker.pid, MEGABYTE // 4)
        held(False, last)
        bell.ring()
        wait_until(lambda: worker.pid is None)
        assert worker.process
        assert worker.process.returncode == OUT_OF_MEMORY
        assert not rung_until_done(last)
        worker.launch()
        wait_until(lambda: rung_until_done(last), 60)
        held(yes=False)
        wait_until(rung_until_done, 60)
        assert worker.pid
        assert bytes_of(worker.pid, "VmHWM") < MOST_OF_A_PROCESS
    finally:
        worker.stop()
    states = live.world.sql("SELECT DISTINCT state FROM submissions WHERE survey_id = :survey")
    assert [row.state for row in states] == ["derived"]
    assert not live.world.sql("SELECT FROM quarantine")
