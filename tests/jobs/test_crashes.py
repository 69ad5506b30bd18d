"""Whoever dies while interviews are worked through, all of them are counted once soon after."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from survey_server.domain.forms import CompiledForm
from tests.http import upload
from tests.jobs.deadly_worker import DEADLY
from tests.jobs.derived import forget
from tests.jobs.town import DEADLY_WORKER, HOUSEHOLDS, Staff, Town, town
from tests.world import EAS, body_of, packed

IN_A_BATCH = 20
RECEIVED = 600


@pytest.fixture(scope="module")
def place(long_form: CompiledForm) -> Iterator[Town]:
    with town(long_form) as made:
        units = [made.world.unit(ea, n) for n in range(1, HOUSEHOLDS + 1) for ea in EAS]
        for start in range(0, RECEIVED, IN_A_BATCH):
            told = [made.world.submission(unit) for unit in units[start : start + IN_A_BATCH]]
            upload(made.client, made.world.secrets["lan"], body_of(*told))
        yield made


@pytest.fixture
def waiting(place: Town) -> Town:
    """Everything is received and nothing derived yet; half of it somebody seems to be at."""
    forget(place.world)
    place.world.change(
        "UPDATE pending_batches SET lease_until = now() + interval '1 hour'"
        " WHERE batch > (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY batch)"
        "  FROM pending_batches)"
    )
    return place


def begun(place: Town) -> bool:
    """Once something is derived, the other half is there for whoever takes it."""
    done = place.counts().get("derived", 0)
    assert done < RECEIVED, "everything was done before anybody could be killed"
    if done:
        let_go(place)
    return done > 0


def let_go(place: Town) -> None:
    place.world.change("UPDATE pending_batches SET lease_until = NULL WHERE attempts = 0")


def assert_all_counted_once(place: Town, received: int = RECEIVED) -> None:
    assert place.counts() == {"derived": received}
    [found] = place.world.sql(
        "SELECT sum(received) AS received, sum(complete) AS complete, sum(duplicates) AS twice,"
        " (SELECT count(*) FROM interviews) AS interviews FROM ea_coverage"
    )
    assert tuple(found) == (received, received, 0, received)


def test_a_killed_worker_loses_and_doubles_nothing(waiting: Town) -> None:
    with waiting.staffed() as staff:
        staff.until(lambda: begun(waiting))
        waiting.kill_a_worker()
        staff.until(waiting.finished)
    assert_all_counted_once(waiting)
    assert waiting.rebuilt() == "No differences."


@pytest.mark.parametrize("fault", ["kill", "flush"])
def test_a_valkey_that_forgets_loses_nothing(waiting: Town, fault: str) -> None:
    with waiting.staffed() as staff:
        staff.until(lambda: begun(waiting))
        if fault == "kill":
            waiting.kill_valkey()
        else:
            with redis.from_url(waiting.env["SURVEY_REDIS_URL"]) as client:
                client.flushall()
        staff.until(waiting.finished)
    assert_all_counted_once(waiting)


def test_a_killed_postgresql_loses_nothing_that_was_acknowledged(waiting: Town) -> None:
    units = [waiting.world.unit(EAS[3], n) for n in range(376, HOUSEHOLDS + 1)]
    with waiting.staffed() as staff:
        staff.until(lambda: begun(waiting))
        for number, unit in enumerate(units):
            if number == 5:
                waiting.kill_postgres()
            send_until_acknowledged(waiting, staff, waiting.world.submission(unit))
        staff.until(waiting.finished)
    assert_all_counted_once(waiting, RECEIVED + len(units))
    assert waiting.rebuilt() == "No differences."


def send_until_acknowledged(place: Town, staff: Staff, submission: dict[str, Any]) -> None:
    """As a tablet does; whatever is refused meanwhile is refused with "again later"."""
    body = packed(body_of(submission))
    headers = {
        "Authorization": f"Bearer {place.world.secrets['lan']}",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    for _ in range(600):
        answer = place.client.post("/api/v1/batches", data=body, headers=headers)
        if answer.status_code == 200:
            return
        assert (answer.status_code, answer.get_json()["retry"]) == (503, True)
        staff.look()
        time.sleep(0.1)
    raise AssertionError("PostgreSQL did not come back")


def test_a_submission_that_kills_its_worker_is_put_aside_and_the_others_are_derived(
    waiting: Town,
) -> None:
    good = [waiting.world.submission(waiting.world.unit(EAS[0], 1)) for _ in range(4)]
    deadly = waiting.world.submission(waiting.world.unit(EAS[0], 2))
    deadly["answers"]["identification"]["address"] = DEADLY
    before = sum(waiting.counts().values())
    batch = body_of(*good[:2], deadly, *good[2:])
    upload(waiting.client, waiting.world.secrets["lan"], batch)
    let_go(waiting)
    with waiting.staffed(DEADLY_WORKER) as staff:
        staff.until(waiting.finished)
    assert waiting.counts() == {"derived": before + 4, "quarantined": 1}
    [aside] = waiting.world.sql("SELECT instance_id, code FROM quarantine")
    assert (str(aside.instance_id), aside.code) == (deadly["instance_id"], "worker_crash")
