"""A database that somebody else keeps busy, and a web process that is replaced, or killed, while it
works."""

import http.client
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest

from survey_server.domain.forms import CompiledForm
from survey_server.local.spawning import children_of
from tests.faults_rows.doors import Collect
from tests.living import Live, living, small, status_of, wait_until
from tests.world import body_of, packed

# At each door: together more than the web process has threads.
CROWD = 6


@pytest.fixture(scope="module")
def live(long_form: CompiledForm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with living(long_form, tmp_path_factory.mktemp("live")) as made:
        yield made


def outside(live: Live) -> str:
    return live.servers.postgres.url("postgres")


@pytest.mark.parametrize(
    ("table", "at_once"), [("submissions", CROWD), ("batches", 2), ("devices", 2)]
)
def test_a_table_that_somebody_has_locked_is_told_at_both_doors_and_holds_no_crowd(
    live: Live, long_form: CompiledForm, table: str, at_once: int
) -> None:
    """Not 409, which says that this very batch is being received: it is not."""
    bodies = [packed(body_of(small(live))) for _ in range(at_once)]
    collect = Collect(live, long_form)
    with psycopg.connect(outside(live)) as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(2 * at_once) as threads:
            interviews = [threads.submit(collect.send) for _ in bodies]
            tablets = list(threads.map(live.post, bodies))
            collects = [one.result() for one in interviews]
        assert {status for status, _, _ in tablets} | {one.status for one in collects} == {503}
        assert {told["code"] for _, _, told in tablets} <= {"db_unavailable", "overloaded"}
        waits = [int(headers["Retry-After"]) for _, headers, _ in tablets]
        assert min(waits + [one.retry_after or 0 for one in collects]) >= 5
        assert status_of(live, "/healthz") == 200
        holder.rollback()
    assert live.post(bodies[0])[0] == 200
    assert collect.send().status == 201


def test_a_database_without_a_free_connection_is_told_and_is_back_at_once(live: Live) -> None:
    held: list[psycopg.Connection] = []
    body = packed(body_of(small(live)))
    assert live.post(body)[0] == 200
    try:
        with pytest.raises(psycopg.OperationalError):
            while True:
                held.append(psycopg.connect(outside(live)))
        # Those that the web process had already go too, and somebody else takes them.
        held[0].execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
            " WHERE usename LIKE 'survey_%'"
        )
        held[0].commit()
        with pytest.raises(psycopg.OperationalError):
            while True:
                held.append(psycopg.connect(outside(live)))
        answers = [live.post(packed(body_of(small(live)))) for _ in range(6)]
        assert {status for status, _, _ in answers} == {503}
        for _, headers, problem in answers:
            assert (problem["retry"], int(headers["Retry-After"]) > 0) == (True, True)
        assert status_of(live, "/readyz") == 503
        assert status_of(live, "/healthz") == 200
    finally:
        for connection in held:
            connection.close()
    wait_until(lambda: status_of(live, "/readyz") == 200)
    status, _, told = live.post(body)
    assert (status, told["replayed"]) == (200, True)


def replaced(master: int, before: set[int]) -> bool:
    now = set(children_of(master))
    return len(now) == len(before) and not now & before


def went_on(told: Counter[object], before: int) -> bool:
    return told.total() > before + 10


def test_no_request_is_lost_while_the_web_process_is_replaced(live: Live) -> None:
    """As a release does it: HUP, and the workers of before finish what they have."""
    ended = threading.Event()
    told: Counter[object] = Counter()
    lock = threading.Lock()

    def send() -> None:
        while not ended.is_set():
            body = packed(body_of(small(live)))
            try:
                status: object = live.post(body)[0]
            except (OSError, http.client.HTTPException) as lost:
                status = type(lost).__name__
            with lock:
                told[status] += 1

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            master, answered = live.process.pid, told.total()
            assert master
            before = set(children_of(master))
            os.kill(master, signal.SIGHUP)
            wait_until(partial(replaced, master, before))
            wait_until(partial(went_on, told, answered))
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert told.keys() == {200}


def test_a_web_process_that_is_killed_is_back_on_its_port_and_knows_what_it_promised(
    live: Live,
) -> None:
    """With SIGKILL, so that those it has forked find out for themselves, and hold its port."""
    body = packed(body_of(small(live)))
    assert live.post(body)[0] == 200
    assert live.process.process
    live.process.process.kill()
    live.process.process.wait()
    live.process.launch()
    wait_until(lambda: len(children_of(live.process.pid or 0)) == 2)

    def is_known() -> bool:
        try:
            status, _, told = live.post(body)
        except (OSError, http.client.HTTPException):
            # Of a process whose parent has died.
            return False
        return status == 200 and bool(told["replayed"])

    wait_until(is_known)
    assert live.process.pid, live.process.log.read_text()
