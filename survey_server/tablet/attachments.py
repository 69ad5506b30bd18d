"""Sending files: ask whether the server has one, send what it lacks in pieces, go on after a break.

Files go after the interviews that name them, small ones before large ones. One request is one step,
so that a file goes on from the server's own count whatever was cut off. A file is released by a
signed answer that says `complete` for its SHA-256, and by nothing else.
"""

from typing import Protocol, runtime_checkable

import msgspec

from survey_server.tablet.clock import Clock
from survey_server.tablet.connection import NoAnswer, TooSlow, Unreachable
from survey_server.tablet.files import Waiting
from survey_server.tablet.pace import Pace
from survey_server.tablet.protocol import (
    Answer,
    NoReceipt,
    Problem,
    ReceiptKey,
    check_signature,
    problem_from,
)
from survey_server.tablet.steps import GO_ON, Next, Patience
from survey_server.tablet.store import Store

ATTACHMENTS = "/api/v1/attachments"
# A piece is so many times 4 KiB: at first 64 KiB, at most 2 MiB.
UNIT = 4096
FIRST_UNITS = 16
MOST_UNITS = 512
PIECE_UNITS = "piece_units"
# About the tablet, not about the file.
STOPS = (401, 403, 410, 426)


@runtime_checkable
class SendsFiles(Protocol):
    """A connection that can do that; simulated ones need not."""

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer: ...

    def put(self, path: str, body: bytes, headers: dict[str, str]) -> Answer: ...


class Kept(msgspec.Struct, frozen=True):
    """What the server has of a file."""

    sha256: str
    bytes: int
    complete: bool


def kept_from(answer: Answer, sha256: str, key: ReceiptKey) -> Kept:
    """Raises NoReceipt for anything that the server has not signed about this very file."""
    if answer.status not in (200, 201, 202):
        raise NoReceipt(f"status {answer.status}")
    check_signature(answer, key)
    try:
        kept = msgspec.json.decode(answer.body, type=Kept)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoReceipt("not about a file") from error
    if kept.sha256 != sha256:
        raise NoReceipt("about another file")
    return kept


class FileUploads:
    def __init__(
        self, store: Store, connection: SendsFiles, patience: Patience, clock: Clock, pace: Pace
    ) -> None:
        self._store = store
        self._connection = connection
        self._patience = patience
        self._clock = clock
        self._pace = pace
        # A line that was thin yesterday is so today.
        self._units = store.number(PIECE_UNITS) or FIRST_UNITS
        # The file on its way, and how much of it the server has; asked anew after a restart.
        self._of = ""
        self._offset = 0

    def step(self, key: ReceiptKey) -> Next:
        """One exchange about one file."""
        file = self._store.next_file()
        if file is None:
            return Next("rest")
        asking = file.sha256 != self._of
        started = self._clock.monotonic()
        try:
            answer = self._ask(file) if asking else self._send(file)
            kept = kept_from(answer, file.sha256, key)
        except Unreachable as nobody:
            return self._patience.later(str(nobody), None)
        except TooSlow as silence:
            return self._fell_silent(silence, asking)
        except NoAnswer as broken:
            return self._broken(str(broken), None)
        except NoReceipt as no:
            return self._refused(file, answer, str(no))
        if not asking:
            seconds = self._clock.monotonic() - started
            self._patience.uploaded(seconds)
            self._set_units(self._pace.after_success(self._units, seconds, MOST_UNITS))
        return self._settle(file, kept)

    def _ask(self, file: Waiting) -> Answer:
        return self._connection.get(f"{ATTACHMENTS}/{file.sha256}")

    def _send(self, file: Waiting) -> Answer:
        piece = file.content[self._offset : self._offset + self._units * UNIT]
        headers = {
            "Content-Type": "application/octet-stream",
            "Upload-Offset": str(self._offset),
            "Upload-Length": str(len(file.content)),
        }
        return self._connection.put(f"{ATTACHMENTS}/{file.sha256}", piece, headers)

    def _settle(self, file: Waiting, kept: Kept) -> Next:
        self._patience.calm()
        if kept.complete:
            self._store.release_file(file.sha256, self._clock.now().isoformat(timespec="seconds"))
            self._of = ""
        else:
            self._go_on_from(file, str(kept.bytes))
        return GO_ON

    def _go_on_from(self, file: Waiting, offset: str | None) -> None:
        told = int(offset) if offset and offset.isascii() and offset.isdigit() else 0
        self._of, self._offset = file.sha256, told if told < len(file.content) else 0

    def _refused(self, file: Waiting, answer: Answer, why: str) -> Next:
        problem = problem_from(answer)
        if problem is None:
            return self._broken(why, self._patience.asked(answer))
        if problem.status in STOPS:
            return Next("stop", reason=problem.code)
        asking = file.sha256 != self._of
        if (problem.code == "not_found" and asking) or problem.code == "offset_mismatch":
            self._patience.calm()
            self._go_on_from(file, answer.headers.get("upload-offset"))
            return GO_ON
        if problem.status in (404, 413, 422):
            return self._postponed(file, problem)
        return self._broken(problem.code, self._patience.asked(answer))

    def _postponed(self, file: Waiting, problem: Problem) -> Next:
        most = self._pace.setbacks_before_rescue if problem.retry else 1
        self._store.postpone_file(file.sha256, problem.code, most)
        self._of = ""
        return GO_ON if most == 1 else self._patience.later(problem.code, None)

    def _broken(self, reason: str, asked: float | None) -> Next:
        """How much arrived is not known: it is asked."""
        self._set_units(self._pace.after_error(self._units))
        self._of = ""
        return self._patience.later(reason, asked)

    def _fell_silent(self, silence: TooSlow, asking: bool) -> Next:
        if asking or self._units == 1:
            self._patience.whole_was_broken(silence)
        else:
            self._set_units(self._pace.after_silence(self._units))
        self._of = ""
        return self._patience.later(str(silence), None)

    def _set_units(self, units: int) -> None:
        if units != self._units:
            self._units = units
            self._store.note(PIECE_UNITS, str(units))
