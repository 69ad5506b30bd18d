"""A rehearsal of faults: what is acknowledged stays, whatever dies.

Three waves of tablets sync into a training survey of their own. In the midst of each, a part of
the run is killed: a worker, Valkey, PostgreSQL. Afterwards the tablets' ledger is compared with
what the database holds, down to the bytes, and with what coverage counts.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import redis
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey_server.commands import fail
from survey_server.commands.demo.files import folder_of
from survey_server.commands.demo.killing import Kill, Running, kill, running
from survey_server.commands.demo.rehearsing import prepared
from survey_server.commands.demo.sentences import (
    POSTGRES,
    VALKEY,
    WORKER,
    kill_sentence,
    wave_sentence,
)
from survey_server.queueing import connect
from survey_server.services import demonstration as services
from survey_server.simulator.campaign import Campaign, Wishes
from survey_server.simulator.fleet import Device
from survey_server.simulator.rehearsal import (
    Rehearsal,
    told_in,
)
from survey_server.simulator.truth import Ledger, read_truth, violations
from survey_server.store import demonstration
from survey_server.store.frame import Survey

# A kill comes when this share of a wave is acknowledged.
UNDER_WAY = 0.2
THREADS = 8
LONGEST_WAVE_SECONDS = 60.0
LONGEST_DRAIN_SECONDS = 120.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`lost`: acknowledged and not stored, or not as sent. `doubled`: stored or counted twice.
    `pending` counts batches, `unsent` interviews that are still on a tablet."""

    kills: list[Kill]
    made: int
    acknowledged: int
    stored: int
    lost: int
    doubled: int
    unsent: int
    pending: int
    quarantined: int
    coverage: int
    recount: int
    drained_seconds: float

    @property
    def good(self) -> bool:
        wrong = self.lost or self.doubled or self.unsent or self.pending or self.quarantined
        mended = all(one.seconds is not None for one in self.kills)
        return mended and not wrong and self.coverage == self.recount

    def as_json(self) -> dict[str, object]:
        return {"good": self.good, **asdict(self)}


def rehearse(
    owner: Engine, redis_url: str, data: Path, eas: int, now: datetime, say: Say
) -> Outcome:
    run = running(data) or fail(
        "Không có máy chủ nào đang chạy ở đây. / Nothing runs here: start scripts/run first, "
        "and name its data folder in SURVEY_DATA if it is not var."
    )
    survey, made, devices = prepared(owner, now, eas)
    ledger = folder_of(data) / f"rehearsal-{made.number}.jsonl"
    ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    works: dict[str, Callable[[], bool]] = {
        WORKER: lambda: True,
        VALKEY: lambda: _valkey_works(redis_url),
        POSTGRES: lambda: _postgres_works(owner),
    }
    kills: list[Kill] = []
    unsent = 0
    with ledger.open("w", encoding="utf-8") as file:
        for place, victim in enumerate(works):
            of_wave = devices[place :: len(works)]
            wave = _Wave(run, of_wave, made.number, Ledger(file))
            say(wave_sentence(victim, wave.made))
            wave.begin()
            killed = kill(data, victim, works[victim])
            say(kill_sentence(killed))
            kills.append(killed)
            unsent += wave.finished()
    seconds = _drained(owner, survey, made)
    return _compared(owner, survey, made, ledger, kills, unsent, seconds)


def holds_interviews(owner: Engine) -> bool:
    """Whether a survey that is no training has interviews."""
    with Session(owner) as session:
        return demonstration.any_real_interview(session)


class _Wave:
    """A part of the tablets, with everything that they will send already made."""

    def __init__(
        self, run: Running, devices: Sequence[Device], number: int, ledger: Ledger
    ) -> None:
        wishes = Wishes(
            url=run.address,
            households=None,
            seed=number,
            threads=THREADS,
            most_seconds=LONGEST_WAVE_SECONDS,
            # A tablet would come back within five minutes of a fault, for whoever watches too late.
            impatient=True,
        )
        self._campaign = Campaign(devices, wishes, ledger, lambda sentence: None)
        self._campaign.learn()
        self._campaign.make()
        self.made = self._held()
        self._sending = threading.Thread(target=self._campaign.send, daemon=True)

    def begin(self) -> None:
        """Returns when sending is well under way."""
        self._sending.start()
        while self._sending.is_alive() and self._held() > self.made * (1 - UNDER_WAY):
            time.sleep(0.005)

    def finished(self) -> int:
        """How many interviews are still on tablets when all have done what they could."""
        self._sending.join()
        held = self._held()
        self._campaign.close()
        return held

    def _held(self) -> int:
        return sum(tablet.store.held() for tablet in self._campaign.tablets.values())


def _valkey_works(url: str) -> bool:
    try:
        return bool(connect(url).ping())
    except redis.RedisError:
        return False


def _postgres_works(owner: Engine) -> bool:
    try:
        with owner.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar() == 1
    except SQLAlchemyError:
        return False


def _drained(owner: Engine, survey: Survey, made: Rehearsal) -> float:
    """Seconds until nothing was pending, or until patience ended."""
    started = time.monotonic()
    while time.monotonic() - started < LONGEST_DRAIN_SECONDS:
        if _standing(owner, survey, made).pending == 0:
            break
        time.sleep(0.25)
    return round(time.monotonic() - started, 1)


def _standing(owner: Engine, survey: Survey, made: Rehearsal) -> demonstration.Standing:
    with Session(owner) as session:
        communes = [commune.code for commune in made.communes]
        return demonstration.standing_of(session, survey.id, communes)


def _compared(
    owner: Engine,
    survey: Survey,
    made: Rehearsal,
    ledger: Path,
    kills: list[Kill],
    unsent: int,
    seconds: float,
) -> Outcome:
    truth, told = read_truth(ledger), told_in(ledger)
    with Session(owner) as session:
        tablets = [row.device_id for row in made.device_rows()]
        stored = services.contents_stored(session, survey, tablets)
    wrong = violations(truth, stored)
    standing = _standing(owner, survey, made)
    too_many = max(0, standing.covered - told.interviews)
    return Outcome(
        kills=kills,
        made=len(truth.sha256),
        acknowledged=len(truth.acknowledged),
        stored=len(stored),
        lost=len(wrong.acknowledged_lost) + len(wrong.content_differs),
        doubled=len(wrong.stored_twice) + standing.counted_twice + too_many,
        unsent=unsent,
        pending=standing.pending,
        quarantined=standing.quarantined,
        coverage=standing.counted,
        recount=told.units,
        drained_seconds=seconds,
    )


def sentence_of(outcome: Outcome) -> str:
    one = outcome
    return (
        f"Đã xác nhận {one.acknowledged:,}, đã lưu {one.stored:,}, mất {one.lost}, "
        f"trùng {one.doubled}, còn chờ {one.pending}; tiến độ {one.coverage:,}, "
        f"đếm lại {one.recount:,}; xử lý xong {one.drained_seconds:.1f} s sau lần gửi cuối.\n"
        f"Acknowledged {one.acknowledged:,}, stored {one.stored:,}, lost {one.lost}, "
        f"doubled {one.doubled}, pending {one.pending}; coverage {one.coverage:,}, "
        f"recount {one.recount:,}; drained {one.drained_seconds:.1f} s after the last upload."
    )
