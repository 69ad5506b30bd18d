"""The app on the tablet at the far end: stepped, killed, started again; its answers are bounded."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from survey_server.benches.installation import BenchFailed
from survey_server.local.spawning import ends_with_parent

Told = dict[str, Any]
WORDS = (sys.executable, "-P", "-m", "survey_server.benches.thin_tablet")
PIECE = 65536


class TimeIsOver(Exception):
    """Before the app has told what was waited for."""


class App:
    """Speaks JSON, a line for each thing that it tells: what it sends, and what came of a step."""

    def __init__(self, process: "subprocess.Popen[bytes]", hear: Callable[[Told], None]) -> None:
        self._process = process
        self._hear = hear
        self._rest = b""
        self._at_it = False

    def step(self) -> None:
        """Begins one, unless it is at one. Raises BenchFailed where there is no app any more."""
        if not self._at_it:
            self._say(b"\n")
        self._at_it = True

    def next(self, deadline: float) -> Told:
        """Raises TimeIsOver, or BenchFailed where the app ended by itself."""
        told: Told = json.loads(self._line(deadline))
        self._at_it = "do" not in told
        self._hear(told)
        return told

    def end_of_step(self, deadline: float) -> Told:
        """Raises as `next` does."""
        while "do" not in (told := self.next(deadline)):
            pass
        return told

    def configure(self, told: Mapping[str, object]) -> None:
        self._say(json.dumps(told).encode() + b"\n")

    def _say(self, words: bytes) -> None:
        try:
            _end(self._process.stdin).write(words)
            _end(self._process.stdin).flush()
        except BrokenPipeError:
            raise BenchFailed("The tablet's app ended by itself.") from None

    def _line(self, deadline: float) -> bytes:
        heard = _end(self._process.stdout).fileno()
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([heard], [], [], left)[0]:
                raise TimeIsOver
            piece = os.read(heard, PIECE)
            if not piece:
                raise BenchFailed("The tablet's app ended by itself.")
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line


def _end(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise LookupError("no pipe")
    return pipe


@contextmanager
def app(
    entering: tuple[str, ...], told: Mapping[str, object], hear: Callable[[Told], None]
) -> Iterator[App]:
    """Killed on leaving, whatever it was doing."""
    with subprocess.Popen(
        [*entering, *WORDS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # It calls nothing but the kernel.
        preexec_fn=ends_with_parent(os.getpid(), signal.SIGKILL),  # noqa: PLW1509
    ) as process:
        try:
            running = App(process, hear)
            running.configure(told)
            yield running
        finally:
            process.kill()
