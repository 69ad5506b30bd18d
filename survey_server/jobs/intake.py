"""Working through what was received: which batches a worker takes, and what if one fails.

A claim is committed first. Then batches are worked through together; if that fails, one by one;
if a batch fails alone, its submissions are tried one by one, each under a mark that is committed
before. A batch whose survey's key is not at hand waits for it. A worker that dies leaves the mark;
a submission over which two workers in a row fell silent is put aside. One is not enough: PostgreSQL
may have died, and not the worker.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from survey_server.jobs.quarantine import reopen
from survey_server.jobs.wiring import Wiring, wired
from survey_server.problems import KeyUnavailable, Problem, SurveyRetired
from survey_server.queueing import ONE_RING_SECONDS
from survey_server.services.interviews.deriving import derive, derive_batches, quarantine
from survey_server.services.interviews.reading import AtHand, Failed, places_of
from survey_server.store import intake
from survey_server.store.intake import Claim, Received
from survey_server.store.sync import lock_places

log = structlog.get_logger()

# As much as takes a second or two, whether it came in a few batches or one by one.
SUBMISSIONS_AT_ONCE = 400
BATCHES_AT_ONCE = 200
# A batch whose worker died is not worked through with others again.
TRUSTED_ATTEMPTS = 1
DEADLY_PROBES = 2
LEASE = timedelta(seconds=30)
# Short, so that a worker that is asked to stop can finish; the bell rings for what is left.
LONGEST_DRAIN = timedelta(seconds=5)
PAUSE = timedelta(seconds=5)
# Between two looks whether a key is back.
KEY_PAUSE = timedelta(seconds=60)
LOOK_EVERY_SECONDS = 0.5
OUT_OF_MEMORY = 70

KEY_AWAY = (KeyUnavailable, SurveyRetired)
DATABASE_ERRORS = (SQLAlchemyError, psycopg.Error)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def drain() -> None:
    """What the bell rings for.

    A process that has run out of memory ends at once, as if it had been killed: its claims are
    taken over when their leases end, and whatever was too large for two in a row is put aside.
    """
    try:
        work_through(wired())
    except MemoryError:
        log.error("out of memory: another process has to go on")
        os._exit(OUT_OF_MEMORY)


def lease_of(wiring: Wiring) -> timedelta:
    return timedelta(seconds=wiring.settings.lease_seconds)


def work_through(wiring: Wiring) -> None:
    """Works until nothing is left, or others should have a turn."""
    wiring.bell.heard()
    lease = lease_of(wiring)
    end = time.monotonic() + LONGEST_DRAIN.total_seconds()
    last_look = time.monotonic() + ONE_RING_SECONDS
    while True:
        try:
            reopen(wiring.engine, utc_now())
            drained = drain_once(wiring.engine, lease)
        except DATABASE_ERRORS as fault:
            # The database is away or somebody holds a lock for long: the sweep asks again.
            log.warning("drain ended early", why=type(fault).__name__)
            return
        if drained.more:
            # Another worker may join, and somebody has to go on when this one stops.
            wiring.bell.ring()
        if drained.batches and time.monotonic() > end:
            wiring.bell.ring()
            return
        if not drained.batches:
            left = last_look - time.monotonic()
            if left <= 0:
                return
            # Whoever rang may bring more without ringing again.
            time.sleep(left)


@dataclass(frozen=True, slots=True)
class Drained:
    """`more`: the claim was full, so there may be work for another worker."""

    batches: int
    submissions: int
    more: bool


def drain_once(engine: Engine, lease: timedelta = LEASE, clock: Clock = utc_now) -> Drained:
    """Claims some batches and works them through; each step commits a transaction of its own.

    Raises the database's error where no submission is to blame for it.
    """
    with Session(engine) as session, session.begin():
        claims = intake.claim(session, BATCHES_AT_ONCE, SUBMISSIONS_AT_ONCE, lease)
    desk = _Desk(engine, lease, clock)
    try:
        submissions = desk.work(claims)
    except DATABASE_ERRORS:
        desk.give_back(claims, PAUSE)
        raise
    return Drained(len(claims), submissions, _is_full(claims))


def _is_full(claims: Sequence[Claim]) -> bool:
    told = sum(claim.submissions for claim in claims)
    return len(claims) == BATCHES_AT_ONCE or told >= SUBMISSIONS_AT_ONCE


# What a value may do to the database: not fit, break a rule, be too long for an index.
_FAULTS_OF_VALUES = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
)


def own_fault(fault: Exception) -> bool:
    """Whether what was read made it fail; not a lock, a missing right, memory, a database or a key
    that is away."""
    if isinstance(fault, (*KEY_AWAY, MemoryError)):
        return False
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    return isinstance(cause, _FAULTS_OF_VALUES) or not isinstance(cause, DATABASE_ERRORS)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where a worker works its claims through."""

    engine: Engine
    lease: timedelta
    clock: Clock

    def work(self, claims: Sequence[Claim]) -> int:
        """How many submissions were worked through."""
        end = self.end_of_lease()
        done = self.together([one for one in claims if one.attempts <= TRUSTED_ATTEMPTS])
        for claim in claims:
            if claim.attempts <= TRUSTED_ATTEMPTS:
                continue
            if time.monotonic() < end:
                done += self.one_by_one(claim)
            else:
                self.give_back([claim], timedelta())
        return done

    def end_of_lease(self) -> float:
        """By a clock that nobody sets."""
        return time.monotonic() + self.lease.total_seconds()

    def together(self, claims: Sequence[Claim]) -> int:
        if not claims:
            return 0
        try:
            with Session(self.engine) as session, session.begin():
                intake.wait_at_most(session, self.lease / 2)
                return derive_batches(session, [claim.batch for claim in claims], self.clock())
        except KEY_AWAY as away:
            if len(claims) == 1:
                return self.hold(claims[0], away)
            log.warning("a key is away", batches=len(claims), why=away.code())
        except Exception as fault:
            if not own_fault(fault):
                raise
            log.warning("batches fail together", batches=len(claims), why=type(fault).__name__)
        if len(claims) == 1:
            return self.one_by_one(claims[0])
        return sum(self.together([claim]) for claim in claims)

    def one_by_one(self, claim: Claim) -> int:
        done = 0
        at_hand = AtHand(claim.batch)
        while submissions := self.left_of(claim):
            for submission in submissions:
                if submission.position == claim.probing and claim.probes >= DEADLY_PROBES:
                    why = "every worker that tried it fell silent"
                    self.put_aside(submission, "worker_crash", why)
                    continue
                try:
                    self.alone(submission, at_hand)
                except KEY_AWAY as away:
                    return self.hold(claim, away)
            done += len(submissions)
        return done

    def left_of(self, claim: Claim) -> list[Received]:
        """Where nothing is left, this is the end of the batch: nobody takes anything of it up again
        at the same moment, and whoever did so before relies on its mark."""
        with Session(self.engine) as session, session.begin():
            lock_places(session)
            left = intake.received_in(session, [claim.batch])
            if not left:
                intake.finish(session, [claim.batch])
        return left

    def alone(self, submission: Received, at_hand: AtHand) -> None:
        """Takes milliseconds, so that whoever is silent for long has died: a shorter lease."""
        with Session(self.engine) as session, session.begin():
            intake.probe(session, submission.batch, submission.position, self.lease / 3)
        try:
            with Session(self.engine) as session, session.begin():
                intake.wait_at_most(session, self.lease / 6)
                lock_places(session)
                # As it lies now: its unit may have been listed in between.
                again = intake.received(session, [submission.instance_id])
                derive(session, again, self.clock(), at_hand)
        except Exception as fault:
            if not own_fault(fault):
                raise
            self.put_aside(submission, "underivable", places_of(fault))

    def put_aside(self, submission: Received, code: str, trace: str) -> None:
        """Unless a slower worker, whose lease ran out, came to an end with it after all."""
        log.error("submission quarantined", batch=submission.batch, position=submission.position)
        with Session(self.engine) as session, session.begin():
            failed = Failed(submission, code, trace)
            quarantine(session, [failed], ("received",), self.clock())

    def hold(self, claim: Claim, away: Problem) -> int:
        """Nothing is wrong with what was received: it waits until its key is back."""
        with Session(self.engine) as session, session.begin():
            why = away.data.get("why", away.code())
            intake.give_back(session, [claim], KEY_PAUSE, why)
        return 0

    def give_back(self, claims: Sequence[Claim], pause: timedelta) -> None:
        """Waits for a database that is away: given back, a claim is not held against its batch."""
        end = self.end_of_lease()
        while time.monotonic() < end:
            try:
                with Session(self.engine) as session, session.begin():
                    intake.give_back(session, claims, pause)
            except DATABASE_ERRORS as fault:
                log.warning("claims cannot be given back yet", why=type(fault).__name__)
                time.sleep(LOOK_EVERY_SECONDS)
            else:
                return
