"""What everybody noted while a trial went on: one JSON object a line, in the order of noting.

    {"t": 1.25, "p": "TB-0007", "f": "upload", "type": "ok", "batch": "…", "ids": ["…"], "res": …}

`p` is who: a tablet, the proxy, the nemesis, the office, the watch. `type` is, as in Jepsen:
`invoke` before something is asked, then `ok` (done), `fail` (certainly not done) or `info` (nobody
knows).

    make      ok    an interview or an edit, kept on the tablet; res: what the submission says
    upload    any   a batch; of ok, res: [[outcome, sha256], …] in the order of ids. `files`: those
                    of one submission that were made, or acknowledged; SHA-256 by name
    resend    any   the same, of what was acknowledged long ago
    photo     ok    a tablet was promised a file; res: SHA-256
    revoke    any   the office ends a tablet's enrolments: of ok, all of them have ended
    enrol     ok    a tablet has a secret again; res: the id of the device
    answer    fail  somebody heard the server answer what it should not; res: status, code
    kill      ok    the nemesis; res: whom
    errand    any   the office; res: which
    coverage  ok    the watch: what the API tells; res: received, by EA
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import msgspec

Type = Literal["invoke", "ok", "fail", "info"]


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    t: float
    p: str
    f: str
    type: Type
    batch: str | None = None
    ids: tuple[str, ...] = ()
    res: Any = None
    files: dict[str, str] = {}


class History:
    """Many threads write into it. `promises` counts uploads that ended well; the `listener` hears
    of each event in the thread that notes it."""

    listener: Callable[[Event], None] | None = None
    promises = 0

    def __init__(self, file: Path) -> None:
        self._lines = file.open("wb")
        self._lock = threading.Lock()
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def note(
        self,
        who: str,
        what: str,
        type_: Type,
        *,
        batch: str | None = None,
        ids: tuple[str, ...] = (),
        res: Any = None,
        files: Mapping[str, str] | None = None,
    ) -> None:
        moment = round(time.monotonic() - self._started, 4)
        event = Event(moment, who, what, type_, batch, ids, res, dict(files or {}))
        line = msgspec.json.encode(event) + b"\n"
        with self._lock:
            self._lines.write(line)
            self.promises += what == "upload" and type_ == "ok"
        if self.listener:
            self.listener(event)

    def flush(self) -> None:
        with self._lock:
            self._lines.flush()


def events_in(file: Path) -> Iterator[Event]:
    read = msgspec.json.Decoder(Event).decode
    with file.open("rb") as lines:
        for line in lines:
            yield read(line)
