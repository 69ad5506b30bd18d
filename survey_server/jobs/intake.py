"""Working through what was received: which batches a worker takes, and what if one fails.

A claim is committed first. Then batches are worked through together; if that fails, one by one;
if a batch fails alone, its submissions are tried one by one, each under a mark that is committed
before. A worker that dies leaves the mark, and the next one knows whom to put aside.
"""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey_server.jobs.wiring import wired
from survey_server.services.interviews.deriving import derive, derive_batches, quarantine
from survey_server.services.interviews.reading import Failed
from survey_server.store import intake
from survey_server.store.intake import Claim, Received

log = structlog.get_logger()

BATCHES_AT_ONCE = 10
# A batch whose worker died is not worked through with others again.
TRUSTED_ATTEMPTS = 1
LONGEST_DRAIN = timedelta(seconds=30)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def drain() -> None:
    """What the bell rings for: works until nothing is left, or others should have a turn."""
    wiring = wired()
    wiring.bell.heard()
    end = utc_now() + LONGEST_DRAIN
    while True:
        drained = drain_once(wiring.engine)
        if drained.more:
            # Another worker may join, and somebody has to go on when this one stops.
            wiring.bell.ring()
        if not drained.batches or utc_now() > end:
            return


@dataclass(frozen=True, slots=True)
class Drained:
    """`more`: the claim was full, so there may be work for another worker."""

    batches: int
    submissions: int
    more: bool


def drain_once(engine: Engine, clock: Clock = utc_now) -> Drained:
    """Claims some batches and works them through; each step commits a transaction of its own."""
    with Session(engine) as session, session.begin():
        claims = intake.claim(session, BATCHES_AT_ONCE, clock())
    trusted = [claim for claim in claims if claim.attempts <= TRUSTED_ATTEMPTS]
    suspect = [claim for claim in claims if claim.attempts > TRUSTED_ATTEMPTS]
    submissions = _together(engine, trusted, clock)
    for claim in suspect:
        submissions += _one_by_one(engine, claim, clock)
    return Drained(len(claims), submissions, len(claims) == BATCHES_AT_ONCE)


def _together(engine: Engine, claims: Sequence[Claim], clock: Clock) -> int:
    if not claims:
        return 0
    try:
        with Session(engine) as session, session.begin():
            return derive_batches(session, [claim.batch for claim in claims], clock())
    except OperationalError:
        # The database went away or would not wait: nobody's fault, and the lease brings it back.
        _give_back(engine, claims, clock)
        raise
    except Exception as fault:  # noqa: BLE001 - tried again alone, then put aside
        log.warning("batches fail together", batches=len(claims), why=type(fault).__name__)
    if len(claims) == 1:
        return _one_by_one(engine, claims[0], clock)
    return sum(_together(engine, [claim], clock) for claim in claims)


def _give_back(engine: Engine, claims: Sequence[Claim], clock: Clock) -> None:
    try:
        with Session(engine) as session, session.begin():
            intake.give_back(session, [claim.batch for claim in claims], clock())
    except OperationalError as fault:
        log.warning("claims wait for their lease", why=type(fault).__name__)


def _one_by_one(engine: Engine, claim: Claim, clock: Clock) -> int:
    with Session(engine) as session, session.begin():
        submissions = intake.received_in(session, [claim.batch])
    for submission in submissions:
        if submission.position == claim.probing:
            _put_aside(engine, submission, "worker_crash", "the worker died", clock)
        else:
            _alone(engine, submission, clock)
    with Session(engine) as session, session.begin():
        intake.finish(session, [claim.batch])
    return len(submissions)


def _alone(engine: Engine, submission: Received, clock: Clock) -> None:
    with Session(engine) as session, session.begin():
        intake.probe(session, submission.batch, submission.position, clock())
    try:
        with Session(engine) as session, session.begin():
            derive(session, [submission], clock())
    except OperationalError:
        raise
    except Exception as fault:  # noqa: BLE001 - tried again alone, then put aside
        frames = traceback.extract_tb(fault.__traceback__)
        trace = "\n".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        code = "underivable"
        _put_aside(engine, submission, code, f"{trace}\n{type(fault).__name__}", clock)


def _put_aside(engine: Engine, submission: Received, code: str, trace: str, clock: Clock) -> None:
    log.error("submission quarantined", batch=submission.batch, position=submission.position)
    with Session(engine) as session, session.begin():
        quarantine(session, [Failed(submission, code, trace)], clock())
