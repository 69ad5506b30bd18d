"""What a tablet uploads: batches, one at a time, until nothing waits.

- One batch is on its way at a time, kept in the store before its first byte is sent, and repeated
  byte for byte until the server's definite answer: a receipt or a refusal.
- A link that breaks the same batch again and again is too thin for it: it is cut in two, and where
  there was silence for as long as is waited, at once and in four; a single one is waited for
  longer. Submissions are idempotent one by one: what the server has already comes back as
  `duplicate`.
- A refusal that points at submissions sets those aside for rescue and sends the rest; one that
  points nowhere is narrowed down by halving. A refusal that is about the tablet (revoked, too old)
  stops the loop. No refusal ever deletes anything.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from random import Random
from uuid import UUID

from survey_server.tablet.clock import Clock
from survey_server.tablet.connection import Connection, NoAnswer, TooSlow, Unreachable
from survey_server.tablet.pace import Pace
from survey_server.tablet.protocol import (
    Answer,
    Batch,
    Limits,
    NoReceipt,
    Problem,
    Receipt,
    ReceiptKey,
    body_of,
    how_many_fit,
    pack,
    points_elsewhere,
    problem_from,
    receipt_from,
    submissions_at_fault,
)
from survey_server.tablet.records import Record, as_submission
from survey_server.tablet.steps import GO_ON, Next, Patience
from survey_server.tablet.store import Store

BATCHES = "/api/v1/batches"


class Remedy(Enum):
    """What a tablet does about a refusal."""

    REPEAT = "the same bytes again, later"
    RENEW = "the same submissions under a new batch id"
    ISOLATE = "without the submissions at fault"
    HALVE = "fewer at once"
    STOP = "nothing until a person has seen to it"


def remedy_for(problem: Problem, count: int) -> Remedy:
    if problem.code == "batch_id_reused":
        return Remedy.RENEW
    if problem.retry or problem.status in (409, 429) or problem.status >= 500:
        return Remedy.REPEAT
    if problem.status not in (400, 413, 422) or points_elsewhere(problem):
        return Remedy.STOP
    if count == 1 or submissions_at_fault(problem, count):
        return Remedy.ISOLATE
    return Remedy.HALVE


class Uploads:
    def __init__(
        self,
        store: Store,
        connection: Connection,
        patience: Patience,
        *,
        clock: Clock,
        random: Random,
        pace: Pace,
        level: int,
        on_receipt: Callable[[Batch, Receipt], None] | None,
    ) -> None:
        self._store = store
        self._connection = connection
        self._patience = patience
        self._clock = clock
        self._random = random
        self._pace = pace
        self._level = level
        self._on_receipt = on_receipt
        self._broken = 0

    def step(self, key: ReceiptKey) -> Next:
        """One exchange."""
        batch = self._store.in_flight() or self._load_batch()
        return Next("rest") if batch is None else self._offer(batch, key)

    def _size(self) -> int:
        return int(self._store.setting("batch_size") or self._pace.first_batch)

    def _set_size(self, size: int) -> None:
        self._store.note("batch_size", str(size))

    def _load_batch(self) -> Batch | None:
        limits = self._store.limits()
        while records := self._store.waiting(min(self._size(), limits.submissions)):
            batch = self._packed_batch(records, limits)
            if batch is not None:
                return batch
            # Not even one fits: it cannot travel this way, and it must not hold up the others.
            self._store.set_aside([records[0].instance_id], "too_large")
        return None

    def _packed_batch(self, records: Sequence[Record], limits: Limits) -> Batch | None:
        """As many of the records as fit, kept as the batch on its way."""
        submissions = [as_submission(record) for record in records]
        count = how_many_fit([len(one) for one in submissions], len(records), limits)
        now = self._clock.now().isoformat(timespec="seconds")
        batch_id = str(UUID(int=self._random.getrandbits(128), version=4))
        while count:
            body = body_of(batch_id, now, self._store.held(), submissions[:count])
            packed = pack(body, self._level)
            if len(packed) <= limits.packed_bytes:
                sent = tuple((one.instance_id, one.sha256) for one in records[:count])
                batch = Batch(batch_id=batch_id, packed=packed, sent=sent)
                self._store.take_off(batch, now)
                return batch
            count //= 2
        return None

    def _offer(self, batch: Batch, key: ReceiptKey) -> Next:
        started = self._clock.monotonic()
        try:
            answer = self._connection.post_packed(BATCHES, batch.packed)
            receipt = receipt_from(answer, batch, key)
        except Unreachable as nobody:
            return self._patience.later(str(nobody), None)
        except TooSlow as silence:
            return self._fell_silent(batch, silence)
        except NoAnswer as broken:
            return self._broken_exchange(batch, str(broken), None)
        except NoReceipt as no:
            problem = problem_from(answer)
            if problem is None:
                return self._broken_exchange(batch, str(no), self._patience.asked(answer))
            return self._refused(batch, problem, self._patience.asked(answer))
        return self._settle(batch, receipt, answer, self._clock.monotonic() - started)

    def _settle(self, batch: Batch, receipt: Receipt, answer: Answer, seconds: float) -> Next:
        self._store.settle(
            receipt,
            answer.body,
            answer.headers["receipt-signature"],
            self._clock.now().isoformat(timespec="seconds"),
            self._pace.setbacks_before_rescue,
        )
        if self._on_receipt:
            self._on_receipt(batch, receipt)
        self._broken = 0
        if any(result.outcome == "rejected" and result.retry for result in receipt.results):
            return self._patience.later("rejected", None)
        self._patience.calm()
        self._patience.uploaded(seconds)
        # The last of the day may be few, and slow all the same.
        size = len(batch.sent) if seconds > self._pace.slow_round_trip else self._size()
        self._set_size(self._pace.after_success(size, seconds, self._store.limits().submissions))
        return GO_ON

    def _refused(self, batch: Batch, problem: Problem, asked: float | None) -> Next:
        count = len(batch.sent)
        remedy = remedy_for(problem, count)
        if remedy is Remedy.STOP:
            return Next("stop", reason=problem.code)
        if problem.status == 500:
            return self._broken_exchange(batch, problem.code, asked)
        if remedy is Remedy.REPEAT:
            self._set_size(self._pace.after_error(self._size()))
            return self._patience.later(problem.code, asked)
        if remedy is Remedy.ISOLATE:
            at_fault = submissions_at_fault(problem, count) or (0,)
            self._store.call_back([batch.sent[place][0] for place in at_fault], problem.code)
            return GO_ON
        if remedy is Remedy.HALVE:
            self._set_size(self._pace.after_error(count))
        self._store.call_back()
        return GO_ON

    def _broken_exchange(self, batch: Batch, reason: str, asked: float | None) -> Next:
        self._broken += 1
        self._set_size(self._pace.after_error(self._size()))
        if self._broken >= self._pace.broken_before_smaller:
            self._cut(batch, self._pace.after_error(len(batch.sent)))
        return self._patience.later(reason, asked)

    def _fell_silent(self, batch: Batch, silence: TooSlow) -> Next:
        if len(batch.sent) == 1:
            self._patience.whole_was_broken(silence)
        self._cut(batch, self._pace.after_silence(len(batch.sent)))
        return self._patience.later(str(silence), None)

    def _cut(self, batch: Batch, size: int) -> None:
        self._broken = 0
        self._set_size(size)
        if len(batch.sent) > 1:
            self._store.call_back()
        elif self._store.held() > 1:
            # It may be this one that breaks the server: the others go first.
            self._store.postpone([batch.sent[0][0]])
