"""The reference client as a writer: its store, its sync loop, and a tablet's bad habits.

Its clock is years off, it is switched off between two exchanges, it sends again what was
acknowledged long ago, and it counts its batches as every other tablet does: a batch's id is only
unique for its device.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from survey_server.faults.albums import Album, Habit
from survey_server.faults.history import History, Type
from survey_server.faults.left import Left, left_in_store
from survey_server.faults.writers import AGAIN_SECONDS, Absence, Kit
from survey_server.simulator.fleet import IMPATIENT
from survey_server.tablet.clock import SystemClock
from survey_server.tablet.connection import HttpConnection, NoAnswer
from survey_server.tablet.enrolment import NotEnrolled, Tablet as Device, enrol, take_over
from survey_server.tablet.protocol import (
    Answer,
    Batch,
    NoReceipt,
    Receipt,
    body_of,
    pack,
    problem_from,
    receipt_from,
)
from survey_server.tablet.records import Attachment, Record, as_submission
from survey_server.tablet.store import Store
from survey_server.tablet.sync import BATCHES, Sync

SKEWS = (timedelta(), timedelta(days=3 * 365), timedelta(days=-5 * 365))
MOST_AT_ONCE = 4
SENT_AGAIN = 0.15
SAME_BYTES_AGAIN = 0.5
SWITCHED_OFF = 0.03
STATE_AGAIN = 0.03
REMEMBERED = 100
PATIENCE_SECONDS = 20.0
# Somebody taps "sync now", and batches stay small: more exchanges, more faults.
PACE = replace(IMPATIENT, first_batch=5)
UNDECIDED = (409, 429)
REVOKED = ("token_revoked", "token_expired", "unauthenticated")


class SkewedClock(SystemClock):
    def __init__(self, skew: timedelta) -> None:
        self._skew = skew

    def now(self) -> datetime:
        return datetime.now(UTC) + self._skew


class CountedIds(Random):
    """Waits are drawn; the ids of batches are counted, the same for every tablet."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    def getrandbits(self, k: int, /) -> int:
        if k != 128:
            return super().getrandbits(k)
        self._count += 1
        return self._count


class Tablet:
    def __init__(self, kit: Kit, clock: SkewedClock, photos: Habit) -> None:
        self.name = kit.name
        self._kit = kit
        self._file = kit.folder / f"{kit.name}.sqlite"
        self._clock = clock
        self._rng = kit.rng
        self._album = Album(kit.rng, photos)
        self._absence = Absence(kit.rng)
        self._ids = CountedIds()
        self._released: deque[str] = deque(maxlen=REMEMBERED)
        self._last: Batch | None = None
        self._switch_on(kit.secret)

    def _switch_on(self, secret: str) -> None:
        self._secret = secret
        self._http = HttpConnection(self._kit.url, secret, timeout=PATIENCE_SECONDS)
        self._line = _Line(self._http)
        self._store = _Store(self._file, self._file_promised)
        self._sync = Sync(
            self._store,
            self._line,
            clock=self._clock,
            random=self._ids,
            pace=PACE,
            level=1,
            fetch_forms=False,
            on_receipt=self._promised,
        )

    def make(self) -> None:
        self._kit.hear_news()
        written = {one.instance_id: one for one in self._kit.enumerator.write(MOST_AT_ONCE)}
        # A store never holds two records of one id.
        records = [
            self._with_photos(one)
            for one in written.values()
            if self._store.record(one.instance_id) is None
        ]
        self._store.keep(records)
        for one in records:
            self._note_made(one)

    def _with_photos(self, record: Record) -> Record:
        photos = self._album.some()
        kept = [(photo, self._store.keep_file(photo.content)) for photo in photos]
        named = (Attachment(photo.name, told, len(photo.content)) for photo, told in kept)
        return replace(record, attachments=tuple(named))

    def _note_made(self, one: Record) -> None:
        claims = {
            "sha256": one.sha256,
            "interview_id": one.interview_id,
            "revision": one.revision,
            "replaces": one.replaces,
            "unit": one.unit,
            "version": one.form_version,
        }
        files = {file.name: file.sha256 for file in one.attachments}
        ids = (one.instance_id,)
        self._kit.history.note(self.name, "make", "ok", ids=ids, res=claims, files=files)

    def offer(self) -> float | None:
        if (way := self._absence.left()) is not None:
            return way or self._come_back()
        if self._rng.random() < SWITCHED_OFF:
            self.close()
            self._switch_on(self._secret)
        if self._rng.random() < STATE_AGAIN:
            self._sync.ask_for_state()
        if self._released and self._rng.random() < SENT_AGAIN:
            self._send_again()
        self._line.begin(self._store, self._kit.history, self.name, "upload")
        following = self._sync.step()
        self._line.end()
        if following.reason in REVOKED:
            self._absence.begin()
            return AGAIN_SECONDS
        if following.do == "stop":
            # No refusal of ours is a tablet's fault; the checker reads it in the history.
            return PACE.longest_wait
        return None if following.do == "rest" else following.seconds

    def _come_back(self) -> float:
        """With a secret, or without: then somebody has to ask for another card."""
        invitation = self._kit.desk.invitation(self.name)
        if invitation is None:
            return AGAIN_SECONDS
        try:
            enrolment = enrol(invitation, Device(self.name), self._http)
        except (NoAnswer, NotEnrolled):
            return AGAIN_SECONDS
        take_over(self._store, enrolment)
        self._kit.desk.enrolled(self.name, enrolment.device.device_id)
        self.close()
        self._switch_on(enrolment.secret)
        self._absence.end()
        return 0.0

    def _file_promised(self, sha256: str) -> None:
        self._kit.history.note(self.name, "photo", "ok", res=sha256)

    def _promised(self, batch: Batch, receipt: Receipt) -> None:
        self._line.end_well(batch, receipt)
        self._last = batch
        self._released.extend(
            one.instance_id
            for one in receipt.results
            if one.instance_id and one.outcome != "rejected"
        )

    def _send_again(self) -> None:
        """What is known at the server, in another company, or the very last bytes once more."""
        batch = self._last
        if batch is None or self._rng.random() >= SAME_BYTES_AGAIN:
            batch = self._old_records()
        key = self._store.receipt_key()
        if key is None:
            return
        self._line.begin(self._store, self._kit.history, self.name, "resend")
        try:
            answer = self._line.post(batch)
            self._line.end_well(batch, receipt_from(answer, batch, key))
        except (NoAnswer, NoReceipt):
            self._line.end()

    def _old_records(self) -> Batch:
        known = list(self._released)
        chosen = self._rng.sample(known, min(len(known), 5))
        found = [record for one in set(chosen) if (record := self._store.record(one))]
        batch_id = str(uuid4())
        told = [as_submission(one) for one in found]
        body = body_of(batch_id, self._clock.now().isoformat(), self._store.held(), told)
        sent = tuple((one.instance_id, one.sha256) for one in found)
        return Batch(batch_id, pack(body, 1), sent)

    def left(self, key: Ed25519PublicKey) -> Left:
        return left_in_store(self._file, key)

    def close(self) -> None:
        self._http.close()
        self._store.close()


class _Store(Store):
    """Tells when a file was promised."""

    def __init__(self, file: Path, promised: Callable[[str], None]) -> None:
        super().__init__(file, durable=False)
        self._file_promised = promised

    def release_file(self, sha256: str, at: str) -> None:
        super().release_file(sha256, at)
        self._file_promised(sha256)


class _Line:
    """A connection whose exchanges of batches are noted in the history."""

    def __init__(self, http: HttpConnection) -> None:
        self._http = http
        self._open: Batch | None = None
        self._refusal: tuple[int, str] | None = None

    def begin(self, store: Store, history: History, who: str, what: str) -> None:
        self._store, self._history, self._who, self._what = store, history, who, what
        self._open = None
        self._refusal = None

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self._http.get(path, headers)

    def put(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        return self._http.put(path, body, headers)

    def post_packed(self, path: str, packed: bytes) -> Answer:
        batch = self._store.in_flight()
        if path != BATCHES or batch is None:
            return self._http.post_packed(path, packed)
        return self.post(batch)

    def post(self, batch: Batch) -> Answer:
        self._open = batch
        self._note("invoke", batch, None)
        answer = self._http.post_packed(BATCHES, batch.packed)
        if answer.status != 200:
            problem = problem_from(answer)
            self._refusal = (answer.status, problem.code if problem else "")
        return answer

    def end_well(self, batch: Batch, receipt: Receipt) -> None:
        told = [[one.outcome, one.sha256 or ""] for one in receipt.results]
        self._note("ok", batch, told)
        self._open = None

    def end(self) -> None:
        """There was no receipt: a refusal that says "again" leaves open what was done."""
        if self._open is None:
            return
        refusal = self._refusal
        sure = refusal is not None and refusal[0] < 500 and refusal[0] not in UNDECIDED
        self._note("fail" if sure else "info", self._open, refusal)

    def _note(self, type_: Type, batch: Batch, told: object) -> None:
        ids = tuple(instance_id for instance_id, _ in batch.sent)
        self._history.note(self._who, self._what, type_, batch=batch.batch_id, ids=ids, res=told)
