"""Many workers at once derive what one worker alone derives, and none waits for ever."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from queue import Empty, SimpleQueue
from random import Random
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, exc, text
from sqlalchemy.orm import Session

from survey_server.commands.workers import look
from survey_server.jobs.intake import drain_once, own_fault, utc_now
from survey_server.jobs.wiring import TimeIsUp, Wiring
from survey_server.queueing import Bell
from survey_server.services.interviews.deriving import derive as derive_submissions, quarantine
from survey_server.services.interviews.reading import Failed
from survey_server.services.rules import revalidate_some
from survey_server.settings import Settings
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.store import intake
from survey_server.store.sync.resolving import derive_again, lock_places_alone
from survey_server.worker import Alarm
from tests.http import drain, upload
from tests.jobs.derived import (
    batches,
    derive,
    forget,
    rebuild_all,
    rows,
    until_somebody_waits_for_places,
)
from tests.times import drawing, times
from tests.world import EAS, World, body_of

ROUNDS = times(6)
WORKERS = 3
SHORT_LEASE = timedelta(seconds=3)
WHO = {EAS[0]: "lan", EAS[1]: "lan", EAS[2]: "mai", EAS[3]: "tung"}


@pytest.fixture
def crossing(client: FlaskClient, world: World) -> list[int]:
    """Batches that meet in EAs, units, interviews and households, on both sides of a district."""
    random = drawing("crossing")
    households = [household(random, Profile()) for _ in range(4)]
    ids = [world.new_id() for _ in range(4)]
    offered: list[str] = []
    for place in range(18):
        batch = []
        for _ in range(random.randint(1, 4)):
            ea = random.choice(EAS)
            unit = world.unit(ea, random.randint(1, 3))
            told = world.answers(unit, random.choice(households))
            one = world.submission(unit, answers=told, revision=random.randint(1, 4))
            one["interview_id"] = random.choice([*ids, one["interview_id"]])
            one["replaces"] = random.choice([None, *offered[-3:]])
            batch.append(one)
            offered.append(one["instance_id"])
        if place % 6 == 5:
            batch.append(world.submission(world.unit(EAS[0], 1)) | {"answers": {"person": "x"}})
        upload(client, world.secrets[WHO[ea]], body_of(*batch))
    return batches(world)


def at_once(work: Callable[[], None], workers: int = WORKERS) -> None:
    """Each of some workers does it; raises the first failure."""
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except Exception as failure:  # noqa: BLE001 - raised below, in the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=guarded) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_many_workers_derive_what_one_derives(
    workers: Engine, world: World, crossing: list[int]
) -> None:
    forget(world)
    derive(workers, [crossing])
    expected = rows(world)
    assert {row[0] for row in expected["matches"]} == {
        "same_content", "same_household", "same_interview", "same_unit",
    }  # fmt: skip
    assert rebuild_all(world) == []
    for seed in range(ROUNDS):
        forget(world)
        groups = groups_of(crossing, Random(seed))

        def work(groups: SimpleQueue[list[int]] = groups) -> None:
            while True:
                try:
                    derive(workers, [groups.get_nowait()])
                except Empty:
                    return

        at_once(work)
        assert rows(world) == expected, f"round {seed}"
    assert rebuild_all(world) == []


def test_a_household_told_in_two_eas_at_the_same_moment_is_found(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    told = [world.household() for _ in range(12)]
    for ea in EAS[:2]:
        units = [world.unit(ea, place) for place in range(1, 7)] * 2
        batch = [
            world.submission(unit, answers=world.answers(unit, family))
            for unit, family in zip(units, told, strict=True)
        ]
        upload(client, world.secrets["lan"], body_of(*batch))
    sides = batches(world)
    derive(workers, [sides])
    expected = rows(world)
    for _ in range(ROUNDS):
        forget(world)
        start = threading.Barrier(2)
        left = SimpleQueue[int]()
        for side in sides:
            left.put(side)

        def work(left: SimpleQueue[int] = left, start: threading.Barrier = start) -> None:
            start.wait(60)
            derive(workers, [[left.get()]])

        at_once(work, workers=2)
        assert rows(world) == expected


def groups_of(made: list[int], random: Random) -> SimpleQueue[list[int]]:
    left = random.sample(made, len(made))
    groups: SimpleQueue[list[int]] = SimpleQueue()
    while left:
        size = random.randint(1, 3)
        groups.put(left[:size])
        left = left[size:]
    return groups


def test_workers_that_claim_take_turns(workers: Engine, world: World, crossing: list[int]) -> None:
    forget(world)
    derive(workers, [crossing])
    expected = rows(world)
    forget(world)
    at_once(lambda: drain(workers))
    assert rows(world) == expected
    assert pending(world) == []


def test_two_workers_that_hold_the_same_batch_derive_it_once(
    workers: Engine, world: World, crossing: list[int]
) -> None:
    forget(world)
    derive(workers, [crossing])
    expected = rows(world)
    forget(world)
    at_once(lambda: derive(workers, [[one] for one in crossing]))
    assert rows(world) == expected


def pending(world: World) -> list[Any]:
    return world.sql(
        "SELECT DISTINCT p.batch, p.attempts, p.probing, p.probes FROM pending_batches p"
        " JOIN submissions s USING (batch) WHERE s.survey_id = :survey ORDER BY 1"
    )


def states(world: World) -> list[str]:
    found = world.sql("SELECT state FROM submissions WHERE survey_id = :survey ORDER BY position")
    return [row.state for row in found]


@pytest.fixture
def three(client: FlaskClient, world: World) -> list[dict[str, Any]]:
    """A batch of three good submissions, received."""
    sent = [world.submission(world.unit(EAS[0], place)) for place in (1, 2, 3)]
    upload(client, world.secrets["lan"], body_of(*sent))
    return sent


@pytest.mark.parametrize("attempts", [0, 1], ids=["together", "one by one"])
def test_a_lock_that_is_held_for_long_is_nobodys_fault(
    workers: Engine, world: World, three: list[dict[str, Any]], attempts: int
) -> None:
    world.change("UPDATE pending_batches SET attempts = :attempts", attempts=attempts)
    with world.engine.begin() as holder:
        holder.execute(
            text("SELECT FROM ea_coverage WHERE survey_id = :survey FOR UPDATE"),
            {"survey": world.id},
        )
        with pytest.raises(exc.OperationalError):
            drain_once(workers, SHORT_LEASE)
    assert states(world) == ["received"] * 3
    assert [tuple(row)[1:] for row in pending(world)] == [(attempts, None, 0)]
    world.change("UPDATE pending_batches SET lease_until = NULL")
    drain(workers)
    assert states(world) == ["derived"] * 3


def test_what_others_have_claimed_since_is_not_given_back(
    workers: Engine, world: World, three: list[dict[str, Any]]
) -> None:
    with Session(workers) as session, session.begin():
        slow = intake.claim(session, 1000, 1000, -SHORT_LEASE)
        intake.claim(session, 1000, 1000, SHORT_LEASE)
        intake.probe(session, batches(world)[0], 1, SHORT_LEASE)
        intake.give_back(session, slow, timedelta())
    assert [tuple(row)[1:] for row in pending(world)] == [(2, 1, 1)]
    world.change("UPDATE pending_batches SET lease_until = NULL")
    drain(workers)


@pytest.mark.parametrize(("probes", "state"), [(1, "derived"), (2, "quarantined")])
def test_only_who_silenced_two_workers_is_put_aside(
    workers: Engine, world: World, three: list[dict[str, Any]], probes: int, state: str
) -> None:
    world.change(
        "UPDATE pending_batches SET attempts = 3, probing = 1, probes = :probes", probes=probes
    )
    drain(workers)
    assert states(world) == ["derived", state, "derived"]
    assert pending(world) == []


def test_what_a_slow_worker_came_to_an_end_with_is_not_put_aside(
    workers: Engine, world: World, three: list[dict[str, Any]]
) -> None:
    [batch] = batches(world)
    with Session(workers) as session, session.begin():
        received = intake.received_in(session, [batch])
    derive(workers, [[batch]])
    with Session(workers) as session, session.begin():
        late = [Failed(received[0], "worker_crash", "")]
        quarantine(session, late, ("received",), utc_now())
    assert states(world) == ["derived"] * 3
    assert (
        world.sql("SELECT FROM quarantine WHERE instance_id = :id", id=three[0]["instance_id"])
        == []
    )


def test_what_was_put_aside_is_not_derived_by_a_slow_worker(
    workers: Engine, world: World, three: list[dict[str, Any]]
) -> None:
    with Session(workers) as session, session.begin():
        received = intake.received_in(session, batches(world))
    with Session(workers) as session, session.begin():
        quarantine(session, [Failed(received[1], "worker_crash", "")], ("received",), utc_now())
    with Session(workers) as session, session.begin():
        derive_submissions(session, received, utc_now())
    assert states(world) == ["derived", "quarantined", "derived"]
    assert len(rows(world)["interviews"]) == 2


@pytest.mark.parametrize("again", ["rebuild", "revalidate"])
def test_what_is_taken_up_while_all_is_derived_again_is_not_passed_over(
    workers: Engine, world: World, three: list[dict[str, Any]], again: str
) -> None:
    """Whoever takes it up changes where submissions lie, or which bytes tell them."""
    drain(workers)

    def revalidate() -> None:
        with Session(world.engine) as session, session.begin():
            revalidate_some(session, world.id, utc_now())

    deriving = revalidate if again == "revalidate" else lambda: rebuild_all(world)
    with ThreadPoolExecutor(1) as somebody:
        with Session(workers) as session, session.begin():
            lock_places_alone(session)
            at_work = somebody.submit(deriving)
            until_somebody_waits_for_places(world)
            ids = [uuid.UUID(one["instance_id"]) for one in three]
            derive_again(session, world.id, ids, utc_now())
        at_work.result()
    drain(workers)
    assert states(world) == ["derived"] * 3
    assert rebuild_all(world) == []


@pytest.mark.parametrize(
    ("fault", "own"),
    [
        (ValueError("x"), True),
        (RecursionError(), True),
        (exc.DataError("", {}, psycopg.DataError()), True),
        (exc.IntegrityError("", {}, psycopg.IntegrityError()), True),
        (exc.OperationalError("", {}, psycopg.errors.ProgramLimitExceeded()), True),
        (psycopg.DataError(), True),
        (psycopg.errors.NotNullViolation(), True),
        (exc.OperationalError("", {}, psycopg.OperationalError()), False),
        (exc.ProgrammingError("", {}, psycopg.ProgrammingError()), False),
        (exc.TimeoutError(), False),
        (psycopg.OperationalError(), False),
        (psycopg.errors.DeadlockDetected(), False),
        (psycopg.errors.LockNotAvailable(), False),
        (psycopg.errors.DiskFull(), False),
        (psycopg.errors.AdminShutdown(), False),
        (psycopg.errors.InsufficientPrivilege(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whose_fault_it_is(fault: Exception, own: bool) -> None:
    assert own_fault(fault) is own


def test_without_redis_the_sweep_does_what_waits(
    workers: Engine, world: World, chosen: Settings, three: list[dict[str, Any]]
) -> None:
    look(Wiring(chosen, workers, Bell("redis://127.0.0.1:1/0")))
    assert states(world) == ["derived"] * 3


def test_time_that_is_up_is_blamed_on_nobody() -> None:
    with pytest.raises(TimeIsUp), Alarm(1):
        while True:
            try:
                threading.Event().wait(5)
            except Exception:  # noqa: BLE001 - what reads submissions catches everything
                pytest.fail("the alarm was taken for a fault of what was read")
