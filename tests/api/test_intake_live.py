"""Uploads through a real gunicorn, as in production: bad HTTP, damage, crowds, and dead servers."""

import json
import os
import random
import signal
import socket
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from survey_server import problems
from survey_server.domain.forms import CompiledForm
from tests import patient
from tests.damage import bomb, mutated
from tests.living import Live, living, small, status_of, wait_until
from tests.world import EAS, body_of, packed

CROWD = 160
ROUNDS = 20
DEVICES = ("lan", "mai", "tung")


@pytest.fixture(scope="module")
def live(long_form: CompiledForm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    data = tmp_path_factory.mktemp("live")
    with living(long_form, data, more=patient.ENV, made_by=patient.MADE_BY) as made:
        yield made


def test_a_chunked_body_is_received(live: Live) -> None:
    body = body_of(small(live))
    pieces = [body[start : start + 100] for start in range(0, len(body), 100)]
    chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
    status, answer = live.raw(
        live.head("Transfer-Encoding: chunked", "Connection: close"), *chunks, b"0\r\n\r\n"
    )
    assert (status, json.loads(answer)["results"][0]["outcome"]) == (200, "stored")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("Content-Length: 20", "Transfer-Encoding: chunked"), 400),
        (("Content-Length: 20", "Content-Length: 21"), 400),
        (("Content-Length: 20, 20",), 400),
        (("Content-Length: -1",), 400),
        (("Content-Length: x",), 400),
        (("Content-Length: 0x10",), 400),
        (("Content-Length: 99999999999999999999",), 413),
        (("Content-Length: 2097153",), 413),
        (("Transfer-Encoding: chunked, chunked",), 400),
        ((), 411),
        (("Content-Length: 0",), 400),
    ],
)
def test_a_body_of_doubtful_length_is_refused(
    live: Live, lines: tuple[str, ...], status: int
) -> None:
    sent = live.head(*lines, "Connection: close") + b"0\r\n\r\n"
    assert live.raw(sent, end=True)[0] == status


def test_a_broken_chunk_is_to_be_sent_again(live: Live) -> None:
    head = live.head("Transfer-Encoding: chunked", "Connection: close")
    for broken in (b"zz\r\nabc\r\n", b"5\r\nabc", b"3\r\nabcdef\r\n0\r\n\r\n"):
        status, answer = live.raw(head, broken, end=True)
        assert status == 400
        assert (json.loads(answer)["code"], json.loads(answer)["retry"]) == ("bad_request", True)


def test_a_body_shorter_than_announced_is_to_be_sent_again(live: Live) -> None:
    body = body_of(small(live))
    before = live.stored()
    status, answer = live.raw(live.head(f"Content-Length: {len(body) + 1}"), body, end=True)
    assert (status, json.loads(answer)["code"]) == (400, "bad_request")
    assert json.loads(answer)["retry"] is True
    assert live.stored() == before


def test_a_body_longer_than_announced_is_refused(live: Live) -> None:
    body = body_of(small(live))
    before = live.stored()
    head = live.head(f"Content-Length: {len(body) - 1}", "Connection: close")
    status, answer = live.raw(head, body)
    assert (status, json.loads(answer)["code"]) == (400, "json_invalid")
    assert live.stored() == before


def test_a_slow_body_that_is_cut_off_stores_nothing_and_hurts_nobody(live: Live) -> None:
    body = packed(body_of(small(live)))
    before = live.stored()
    head = live.head(f"Content-Length: {len(body)}", "Content-Encoding: gzip")
    for _ in range(20):
        wire = socket.create_connection(("127.0.0.1", live.port))
        wire.sendall(head + body[: len(body) // 2])
        # Closed with a reset, as by a tablet that is switched off.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        wire.close()
    assert live.post(body)[0] == 200
    assert live.stored() == before + 1
    status, answer = live.raw(head, body[:50], body[50:], pause=0.2)
    assert (status, json.loads(answer)["replayed"]) == (200, True)


@pytest.mark.parametrize(
    "target",
    ["/api/v1/sync/state?since=" + "x" * 8000, "/api/v1/" + "x" * 8000, "/api/v1/forms?\x01=1"],
)
def test_an_overlong_or_broken_address_is_refused(live: Live, target: str) -> None:
    assert 400 <= live.raw(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())[0] < 500


def refusals(live: Live, bodies: list[bytes]) -> Counter[tuple[int, str | None]]:
    """How often each status and code is answered, over few connections."""
    found: Counter[tuple[int, str | None]] = Counter()
    connection = live.connect()
    for body in bodies:
        connection.request("POST", "/api/v1/batches", body, live.headers())
        answer = connection.getresponse()
        found[answer.status, json.loads(answer.read()).get("code")] += 1
    connection.close()
    return found


def test_gzip_cut_at_any_place_is_to_be_sent_again(live: Live) -> None:
    body = packed(body_of(live.world.submission(live.world.unit(EAS[0], 1))))
    places = [len(body) * step // 200 for step in range(200)]
    before = live.stored()
    assert refusals(live, [body[:place] for place in places]) == {(400, "gzip_truncated"): 200}
    assert live.stored() == before


def test_a_damaged_body_never_fails_the_server(live: Live) -> None:
    chance = random.Random(20240403)
    plain = body_of(live.world.submission(live.world.unit(EAS[0], 1)))
    bodies = [mutated(chance, packed(plain)) for _ in range(150)]
    bodies += [packed(mutated(chance, plain)) for _ in range(150)]
    found = refusals(live, bodies)
    assert found.total() == 300
    assert {status for status, _ in found} <= {200, 400, 413, 422}
    assert found[400, "gzip_invalid"] > 50


def highest_memory(live: Live) -> dict[int, int]:
    """Peak bytes of each process of the web server."""
    assert live.process.pid
    peaks = {}
    for pid in (live.process.pid, *children_of(live.process.pid)):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
        peaks[pid] = int(peak) * 1024
    return peaks


def work_done(live: Live) -> float:
    """Seconds of a processor that the web server has used."""
    assert live.process.pid
    ticks = 0
    for pid in (live.process.pid, *children_of(live.process.pid)):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_bomb_of_two_gigabytes_is_refused_at_once(live: Live) -> None:
    body = bomb()
    assert 1_500_000 < len(body) < 2 * 1024 * 1024
    before = highest_memory(live)
    assert len(before) == 3
    worked = work_done(live)
    for _ in range(3):
        status, _, answer = live.post(body)
        assert (status, answer["code"]) == (413, "unpacked_too_large")
    # Unpacked as a whole it would be some seconds' work each time.
    assert work_done(live) - worked < 3
    after = highest_memory(live)
    assert after.keys() == before.keys()
    assert all(after[pid] - before[pid] < 64 * 1024 * 1024 for pid in before)


def crowd(live: Live, bodies: list[tuple[str, bytes]]) -> list[tuple[int, Any]]:
    """Everybody connects, waits for the others, and uploads."""
    gate = threading.Barrier(len(bodies))

    def one(name: str, body: bytes) -> tuple[int, Any]:
        connection = live.connect()
        connection.connect()
        gate.wait(60)
        try:
            connection.request("POST", "/api/v1/batches", body, live.headers(name))
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(lambda given: one(*given), bodies))


def test_a_crowd_of_retries_of_one_batch_stores_each_submission_once(live: Live) -> None:
    before = live.stored()
    for _ in range(ROUNDS):
        body = packed(body_of(small(live, 1), small(live, 2), small(live, 3)))
        answers = crowd(live, [("lan", body)] * CROWD)
        assert Counter(status for status, _ in answers) == {200: CROWD}
        results = [answer["results"] for _, answer in answers]
        assert all(one == results[0] for one in results)
        assert {one["outcome"] for one in results[0]} == {"stored"}
        assert Counter(answer["replayed"] for _, answer in answers) == {True: CROWD - 1, False: 1}
    assert live.stored() == before + 3 * ROUNDS


def test_a_crowd_of_overlapping_batches_in_any_order_does_not_deadlock(live: Live) -> None:
    chance = random.Random(7)
    shared = [small(live, 1 + number % 10) for number in range(12)]
    before = live.stored()
    for _ in range(3):
        bodies = []
        for number in range(CROWD):
            # Half of them say something else, so that variants meet too.
            mine = [one | {"revision": 1 + chance.randrange(2)} for one in shared]
            chance.shuffle(mine)
            bodies.append((DEVICES[number % 3], packed(body_of(*mine, small(live)))))
        answers = crowd(live, bodies)
        assert Counter(status for status, _ in answers) == {200: CROWD}
    assert live.stored() == before + len(shared) + 3 * CROWD
    variants = live.world.sql(
        "SELECT v.instance_id, count(*) FROM submission_variants v JOIN submissions s"
        " USING (instance_id) WHERE s.survey_id = :survey GROUP BY 1"
    )
    assert Counter(row.count for row in variants) == {1: len(shared)}


def test_a_dead_queue_delays_no_upload(live: Live) -> None:
    """The first upload finds out; three of them, for a machine may stand still once."""
    waits = []
    for _ in range(3):
        valkey = live.servers.valkey
        assert valkey.process
        os.kill(valkey.process.pid, signal.SIGKILL)
        valkey.process.wait()
        try:
            started = time.monotonic()
            assert live.post(packed(body_of(small(live))))[0] == 200
            waits.append(time.monotonic() - started)
            assert live.post(packed(body_of(small(live))))[0] == 200
            assert status_of(live, "/readyz") == 200
        finally:
            valkey.start()
        assert live.post(packed(body_of(small(live))))[0] == 200
    assert min(waits) < 1


def test_a_dead_database_is_told_as_such_and_forgotten_when_it_is_back(live: Live) -> None:
    body = packed(body_of(small(live), batch_id=str(uuid.uuid4())))
    assert live.post(body)[0] == 200
    before = live.stored()
    postgres = live.servers.postgres
    assert postgres.process
    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.process.wait()
    try:
        for _ in range(5):
            status, headers, problem = live.post(packed(body_of(small(live))))
            assert (status, problem["code"], problem["retry"]) == (503, "db_unavailable", True)
            soonest, latest = problems.DbUnavailable.waits
            assert soonest <= int(headers["Retry-After"]) <= latest
        assert status_of(live, "/readyz") == 503
        assert status_of(live, "/healthz") == 200
    finally:
        postgres.start()
    wait_until(lambda: status_of(live, "/readyz") == 200)
    for _ in range(10):
        status, _, answer = live.post(body)
        assert (status, answer["replayed"]) == (200, True)
    assert live.stored() == before
    assert live.post(packed(body_of(small(live))))[0] == 200
