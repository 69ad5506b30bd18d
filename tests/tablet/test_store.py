"""What a tablet's store holds on to: immutability, rescue files, being killed."""

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from survey_server.tablet.connection import HttpConnection
from survey_server.tablet.records import Record, digest, spelt
from survey_server.tablet.rescue import export_store
from survey_server.tablet.store import NotAmendable, Store
from survey_server.tablet.sync import Sync
from tests.tablet.conftest import RunningClock
from tests.tablet.fake_server import SECRET, FakeServer, lost_response, refusal

Making = Callable[..., Record]

PROJECT = Path(__file__).parents[2]


def _rewritten(record: Record) -> Record:
    answers = spelt({"changed": "yes"})
    return replace(record, answers=answers, sha256=digest(answers))


def test_a_record_nobody_was_offered_may_still_be_rewritten(
    store: Store, interview: Making
) -> None:
    record = interview()
    store.keep([record])
    store.amend(_rewritten(record))
    assert store.record(record.instance_id) == _rewritten(record)


def test_a_record_offered_once_is_immutable_even_without_an_answer(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    record = interview()
    store.keep([record])
    server.misbehave(lost_response)
    sync.step()
    sync.step()
    with pytest.raises(NotAmendable):
        store.amend(_rewritten(record))
    assert store.record(record.instance_id) == record


def test_the_database_itself_guards_what_was_offered_and_what_is_not_acknowledged(
    sync: Sync, store: Store, server: FakeServer, interview: Making, tmp_path: Path
) -> None:
    store.keep([interview()])
    server.misbehave(lost_response)
    sync.step()
    sync.step()
    other = sqlite3.connect(tmp_path / "tablet.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="immutable"):
        other.execute("UPDATE records SET answers = x'7b7d'")
    with pytest.raises(sqlite3.IntegrityError, match="stays"):
        other.execute("DELETE FROM records")
    other.close()


def test_what_was_acknowledged_long_ago_can_be_forgotten_and_nothing_else(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview()])
    sync.run()
    store.keep([interview()])
    assert store.forget_acknowledged("2024-01-01T00:00:00+00:00") == 0
    assert store.forget_acknowledged("2030-01-01T00:00:00+00:00") == 1
    assert store.states() == {"pending": 1, "acked": 0, "rescue": 0}


def test_rescue_files_hold_everything_unacknowledged_within_the_bounds(
    sync: Sync,
    store: Store,
    server: FakeServer,
    clock: RunningClock,
    random: Random,
    interview: Making,
    tmp_path: Path,
) -> None:
    server.limits["submissions"] = 2
    aside, *waiting = [interview(number=str(number)) for number in range(5)]
    store.keep([aside])
    server.misbehave(refusal(422, "too_deep", False, "/submissions/0"))
    sync.run()
    store.keep(waiting)
    written = export_store(store, tmp_path / "rescue", clock=clock, random=random)
    bodies = [json.loads(gzip.decompress(path.read_bytes())) for path in written]
    assert [len(body["submissions"]) for body in bodies] == [2, 2, 1]
    assert {one["instance_id"] for body in bodies for one in body["submissions"]} == {
        record.instance_id for record in [aside, *waiting]
    }
    assert store.states()["pending"] == 4
    assert sorted(path.suffix for path in (tmp_path / "rescue").iterdir()) == [".gz"] * 3


def test_what_was_set_aside_can_be_offered_again(
    sync: Sync, store: Store, server: FakeServer, interview: Making
) -> None:
    store.keep([interview()])
    server.misbehave(refusal(422, "too_deep", False, "/submissions/0"))
    sync.run()
    assert store.put_back() == 1
    sync.run()
    assert store.states()["acked"] == 1


TABLET = """
import sys
from pathlib import Path
from random import Random
from uuid import uuid4
from survey_server.tablet.clock import SystemClock
from survey_server.tablet.connection import HttpConnection
from survey_server.tablet.pace import Pace
from survey_server.tablet.records import Record, digest, spelt
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync

folder, url, secret = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
store = Store(folder / "killed.sqlite")
sync = Sync(store, HttpConnection(url, secret, timeout=5), clock=SystemClock(), random=Random(),
            pace=Pace(shortest_wait=0.01, longest_wait=0.02))
made = open(folder / "made.txt", "a")
while True:
    for _ in range(3):
        answers = spelt({"number": str(uuid4())})
        record = Record(str(uuid4()), "census_2024_long", "0123456789ab", str(uuid4()), "u",
                        "2024-04-03T11:00:00Z", "2024-04-03T11:30:00Z", answers, digest(answers))
        store.keep([record])
        print(record.instance_id, record.sha256, file=made, flush=True)
    sync.run()
"""


def test_a_tablet_killed_again_and_again_loses_nothing_and_sends_nothing_twice(
    server: FakeServer, tmp_path: Path, clock: RunningClock, random: Random
) -> None:
    command = [sys.executable, "-c", TABLET, str(tmp_path), server.url, SECRET]
    log = tmp_path / "made.txt"
    log.touch()
    server.misbehave(*[lost_response] * 5)
    kills = 0
    # On a slow machine one is killed more often until so much was told.
    while kills < 8 or len(log.read_text().splitlines()) <= 20:
        kills += 1
        assert kills < 40
        before = log.stat().st_size
        tablet = subprocess.Popen(command, cwd=PROJECT)
        while log.stat().st_size == before and tablet.poll() is None:
            time.sleep(0.01)
        time.sleep(random.uniform(0.0, 0.3))
        tablet.send_signal(signal.SIGKILL)
        tablet.wait()
    store = Store(tmp_path / "killed.sqlite")
    connection = HttpConnection(server.url, SECRET)
    assert Sync(store, connection, clock=clock, random=random).run().do == "rest"
    made = [line.split() for line in log.read_text().splitlines()]
    assert {one: digest(server.stored[one]) for one, _ in made} == dict(made)
    assert set(server.times_stored.values()) == {1}
    assert store.held() == 0
    connection.close()
    store.close()
