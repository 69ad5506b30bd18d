"""The sync loop: download the state, then offer batches until nothing waits.

It goes in steps of one exchange each, so that it can be stopped and killed between any two bytes:
what it needs in order to go on is in the store. The rules:

- One batch is on its way at a time, kept in the store before its first byte is sent, and repeated
  byte for byte until the server's definite answer: a receipt or a refusal.
- A link that breaks the same batch again and again is too thin for it: it is cut in two.
  Submissions are idempotent one by one: what the server has already comes back as `duplicate`.
- A refusal that points at submissions sets those aside for rescue and sends the rest; one that
  points nowhere is narrowed down by halving. A refusal that is about the tablet (revoked, too old)
  stops the loop. No refusal ever deletes anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from random import Random
from typing import Literal
from urllib.parse import quote
from uuid import UUID

import msgspec

from survey_server.tablet.clock import Clock
from survey_server.tablet.connection import Connection, NoAnswer
from survey_server.tablet.pace import Pace, asked_wait
from survey_server.tablet.protocol import (
    Answer,
    Batch,
    Limits,
    NoReceipt,
    Problem,
    Receipt,
    State,
    body_of,
    how_many_fit,
    pack,
    points_elsewhere,
    problem_from,
    receipt_from,
    state_from,
    submissions_at_fault,
)
from survey_server.tablet.records import Record, as_submission
from survey_server.tablet.store import Store

STATE = "/api/v1/sync/state"
BATCHES = "/api/v1/batches"


@dataclass(frozen=True, slots=True)
class Next:
    """What to do after a step: `wait` so many seconds and go on, or rest until something is new."""

    do: Literal["go_on", "wait", "rest", "stop"]
    seconds: float = 0.0
    reason: str = ""


GO_ON = Next("go_on")


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


class Sync:
    def __init__(
        self,
        store: Store,
        connection: Connection,
        *,
        clock: Clock,
        random: Random,
        pace: Pace | None = None,
        level: int = 6,
        fetch_forms: bool = True,
        on_receipt: Callable[[Batch, Receipt], None] | None = None,
    ) -> None:
        self._store = store
        self._connection = connection
        self._clock = clock
        self._random = random
        self._pace = pace or Pace()
        self._level = level
        self._fetch_forms = fetch_forms
        self._on_receipt = on_receipt
        self._state_is_due = True
        self._failures = 0
        self._broken = 0

    def ask_for_state(self) -> None:
        """The next step downloads the state first, as at the start of every session."""
        self._state_is_due = True

    def run(self) -> Next:
        """Steps and waits until everything is acknowledged, or a person is needed."""
        while True:
            following = self.step()
            if following.do in ("rest", "stop"):
                return following
            self._clock.sleep(following.seconds)

    def step(self) -> Next:
        """One exchange with the server."""
        if self._state_is_due:
            return self._download_state()
        if self._fetch_forms and (missing := self._store.forms_without_content()):
            self._fetch_forms = False  # Once a session: a form that fails must not hold back.
            for form in missing:
                self._download_form(form.url, form.hash)
        batch = self._store.in_flight() or self._load_batch()
        if batch is None:
            return Next("rest")
        return self._offer(batch)

    # Downloads

    def _download_state(self) -> Next:
        try:
            answer = self._connection.get(self._state_path(), self._known_state())
        except NoAnswer as broken:
            return self._without_state(str(broken), None)
        if answer.status == 304:
            return self._up_to_date()
        if answer.status == 412 and self._store.setting("cursor") is not None:
            self._store.note("cursor", None)
            return GO_ON
        problem = problem_from(answer)
        if problem and problem.status in (401, 403, 426):
            return self._told_nothing(problem)
        try:
            return self._adopt(state_from(answer), answer.headers.get("etag"))
        except NoReceipt as no:
            return self._without_state(str(no), self._asked(answer))

    def _told_nothing(self, problem: Problem) -> Next:
        """A tablet that is too old is told nothing more, but what it holds may still go home."""
        if problem.status == 426 and self._store.receipt_key() is not None:
            return self._up_to_date()
        return Next("stop", reason=problem.code)

    def _adopt(self, state: State, etag: str | None) -> Next:
        self._store.adopt(state, etag)
        if self._store.receipt_key() != state.receipt_key:
            self._state_is_due = False
            return Next("stop", reason="receipt_key_changed")
        return self._up_to_date()

    def _state_path(self) -> str:
        cursor = self._store.setting("cursor")
        return STATE if cursor is None else f"{STATE}?since={quote(cursor, safe='')}"

    def _known_state(self) -> dict[str, str]:
        etag = self._store.setting("etag")
        return {"If-None-Match": etag} if etag else {}

    def _up_to_date(self) -> Next:
        self._state_is_due = False
        self._failures = 0
        return GO_ON

    def _without_state(self, reason: str, asked: float | None) -> Next:
        # Work goes home even while the download fails, once the receipts' key is known.
        if self._store.receipt_key() is not None:
            self._state_is_due = False
        return self._later(reason, asked)

    def _download_form(self, url: str, expected: str) -> None:
        try:
            answer = self._connection.get(url, {"Accept": "application/xml"})
        except NoAnswer:
            return
        if answer.status != 200 or f"sha256:{sha256(answer.body).hexdigest()}" != expected:
            return
        for form in self._store.forms_without_content():
            if form.url == url and form.hash == expected:
                self._store.keep_form(form, answer.body)

    # Uploads

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

    def _offer(self, batch: Batch) -> Next:
        key = self._store.receipt_key()
        if key is None:
            self._state_is_due = True
            return GO_ON
        started = self._clock.monotonic()
        try:
            answer = self._connection.post_packed(BATCHES, batch.packed)
            receipt = receipt_from(answer, batch, key)
        except NoAnswer as broken:
            return self._broken_exchange(batch, str(broken), None)
        except NoReceipt as no:
            problem = problem_from(answer)
            if problem is None:
                return self._broken_exchange(batch, str(no), self._asked(answer))
            return self._refused(batch, problem, self._asked(answer))
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
        if _as_json(receipt.epoch) != self._store.setting("epoch"):
            self._state_is_due = True
        if any(result.outcome == "rejected" and result.retry for result in receipt.results):
            return self._later("rejected", None)
        self._failures = 0
        self._set_size(
            self._pace.after_success(self._size(), seconds, self._store.limits().submissions)
        )
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
            return self._later(problem.code, asked)
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
            self._broken = 0
            self._cut(batch)
        return self._later(reason, asked)

    def _cut(self, batch: Batch) -> None:
        if len(batch.sent) > 1:
            self._set_size(self._pace.after_error(len(batch.sent)))
            self._store.call_back()
        elif self._store.held() > 1:
            # It may be this one that breaks the server: the others go first.
            self._store.postpone([batch.sent[0][0]])

    def _later(self, reason: str, asked: float | None) -> Next:
        self._failures += 1
        seconds = self._pace.wait(self._failures, asked, self._random)
        return Next("wait", seconds, reason)

    def _asked(self, answer: Answer) -> float | None:
        return asked_wait(answer.headers.get("retry-after"), self._clock.now())


def _as_json(value: str | int) -> str:
    return msgspec.json.encode(value).decode()
