"""What a kind of client does in a trial, and the crowd of them.

The reference client is one kind; whoever adds another (OpenRosa, say) writes a Writer and names it
in `trial.py`. A writer notes in the history what it made, before the first byte of it is sent, and
what it was promised, after the last byte of the promise was checked.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from survey_server.faults.desk import Desk
from survey_server.faults.history import History
from survey_server.faults.left import Left
from survey_server.faults.visits import Enumerator

DRAINING_TRIES = 1000
LONGEST_WAIT_SECONDS = 2.0
# How far it is to the office, and how often somebody asks there what is new.
AWAY_SECONDS = (0.5, 3.0)
AGAIN_SECONDS = 0.5
NEWS = 0.2


@dataclass(frozen=True, slots=True)
class Kit:
    """What a writer sets out with; `url` is that of the bad network."""

    name: str
    secret: str = field(repr=False)
    url: str
    folder: Path
    enumerator: Enumerator
    rng: Random
    history: History
    desk: Desk

    def hear_news(self) -> None:
        """Whoever hears nothing goes on with what they have."""
        if self.rng.random() < NEWS:
            self.enumerator.use_version(self.desk.version)
            self.enumerator.take_over(self.desk.new_work(self.name))


class Absence:
    """A tablet that is refused is carried to the office for a card, which takes a while."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._until: float | None = None

    def begin(self) -> None:
        if self._until is None:
            self._until = time.monotonic() + self._rng.uniform(*AWAY_SECONDS)

    def end(self) -> None:
        self._until = None

    def left(self) -> float | None:
        """Seconds to the desk; None for whoever is at work."""
        return None if self._until is None else max(0.0, self._until - time.monotonic())


class Writer(Protocol):
    name: str

    def make(self) -> None:
        """Writes something and keeps it in the device's own store."""

    def offer(self) -> float | None:
        """One exchange with the server; seconds to wait before the next, None: nothing is left."""

    def left(self, key: Ed25519PublicKey) -> Left:
        """What is on the device, read from its file; `key` is what receipts are signed with."""

    def close(self) -> None: ...


Work = Callable[[Writer], None]


class Crowd:
    """All writers, each in a thread of its own; most of them wait for an answer most of the time.

    A trial makes its servers from another thread: the kernel ends a child with its parent thread.
    """

    def __init__(self, writers: Sequence[Writer], seed: int, pause: float) -> None:
        """`pause`: most seconds between two sessions of a writer."""
        self._writers = writers
        self._seed = seed
        self._pause = pause
        self._failed: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._given_up = threading.Event()

    def work(self) -> None:
        """Begins, and goes on until the crowd is stopped."""
        self._begin(self._live)

    def stop(self) -> None:
        """Nobody makes anything any more; whoever waits for an answer still waits for it."""
        self._stopping.set()

    def drain(self) -> None:
        """Once nobody is busy: everybody sends what is left, within bounds."""
        self._begin(self._drain)

    def end(self) -> None:
        """Whoever is not done gives up; on return nobody writes or sends anything any more."""
        self._stopping.set()
        self._given_up.set()
        for thread in self._threads:
            thread.join()

    def busy(self) -> bool:
        """Raises what went wrong in a writer: then the trial says nothing about the server."""
        if self._failed:
            raise self._failed[0]
        return any(thread.is_alive() for thread in self._threads)

    def _begin(self, work: Work) -> None:
        self._threads = [
            threading.Thread(target=self._guarded, args=(work, writer), daemon=True)
            for writer in self._writers
        ]
        for thread in self._threads:
            thread.start()

    def _guarded(self, work: Work, writer: Writer) -> None:
        try:
            work(writer)
        except BaseException as error:
            self._failed.append(error)
            raise

    def _live(self, writer: Writer) -> None:
        rng = Random(f"{self._seed}/{writer.name}/pauses")
        self._stopping.wait(rng.uniform(0, self._pause))
        while not self._stopping.is_set():
            writer.make()
            for _ in range(rng.randint(1, 4)):
                wait = writer.offer()
                if wait is None or self._stopping.wait(min(wait, LONGEST_WAIT_SECONDS)):
                    break
            self._stopping.wait(rng.uniform(0, self._pause))

    def _drain(self, writer: Writer) -> None:
        for _ in range(DRAINING_TRIES):
            wait = writer.offer()
            if wait is None or self._given_up.wait(min(wait, LONGEST_WAIT_SECONDS)):
                return
