"""Keeps the processes of one run alive, and ends all of them when the run ends.

They are started in order and ended in reverse. One that dies is started again after half a
second, then after twice as long each time, up to ten seconds; one that has stayed up for a while
is forgiven. `<data>/run/processes.json` says which process is which while the run lasts.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

from survey_server.local.children import ChildProcess
from survey_server.local.refusals import CannotStart
from survey_server.local.spawning import kill_group

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 10.0
FORGIVEN_AFTER_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.1
LARGEST_LOG_BYTES = 10 * 1024 * 1024

Say = Callable[[str], None]


class Process(Protocol):
    name: str
    log: Path
    process: subprocess.Popen[bytes] | None

    @property
    def pid(self) -> int | None: ...

    def launch(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(slots=True)
class Kept:
    """A process with the history that decides when it is started again."""

    process: Process
    launched: float
    delay: float = FIRST_DELAY_SECONDS
    due: float | None = None
    finished: bool = False


class Supervisor:
    def __init__(self, folder: Path, address: str, say: Say) -> None:
        self.folder = folder
        self.address = address
        self.say = say
        self.kept: list[Kept] = []
        self.asked_to_stop = False

    def listen_for_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.hear)

    def hear(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def keep(self, process: Process) -> None:
        """Takes charge of a process, and starts it unless it runs already."""
        kept = Kept(process, time.monotonic())
        self.kept.append(kept)
        if process.pid is None:
            process.launch()
        self.write_processes()

    def names(self) -> list[str]:
        return [kept.process.name for kept in self.kept]

    def watch(self) -> None:
        """Returns when asked to stop."""
        while not self.asked_to_stop:
            for kept in self.kept:
                self.look_after(kept)
            time.sleep(LOOK_EVERY_SECONDS)

    def look_after(self, kept: Kept) -> None:
        now = time.monotonic()
        if kept.finished:
            return
        if kept.due is not None:
            if now >= kept.due:
                self.start_again(kept)
        elif kept.process.pid is None:
            self.bury(kept, now)
        else:
            bound_log(kept.process.log)

    def bury(self, kept: Kept, now: float) -> None:
        """What the dead process had started goes with it."""
        process = kept.process.process
        ended_with = process.returncode if process else 1
        if process:
            kill_group(process.pid)
        if ended_with == 0 and not essential(kept.process):
            kept.finished = True
            self.say(f"{kept.process.name} has finished.")
        else:
            self.plan_restart(kept, now, ended_with)
        self.write_processes()

    def plan_restart(self, kept: Kept, now: float, ended_with: int) -> None:
        if now - kept.launched > FORGIVEN_AFTER_SECONDS:
            kept.delay = FIRST_DELAY_SECONDS
        kept.due = now + kept.delay
        self.say(
            f"{kept.process.name} ended ({reason(ended_with)}); "
            f"started again in {kept.delay:g} s. Its log: {kept.process.log}"
        )
        kept.delay = min(2 * kept.delay, LONGEST_DELAY_SECONDS)

    def start_again(self, kept: Kept) -> None:
        kept.launched = time.monotonic()
        kept.due = None
        try:
            kept.process.launch()
        except (CannotStart, OSError) as failure:
            kept.due = kept.launched + kept.delay
            kept.delay = min(2 * kept.delay, LONGEST_DELAY_SECONDS)
            self.say(f"{kept.process.name} could not be started: {failure}")
        self.write_processes()

    def write_processes(self) -> None:
        """Replaced as a whole: a reader never sees half of it. A disk that is full, where servers
        die first, must not end the supervisor too."""
        running = {kept.process.name: kept.process.pid for kept in self.kept}
        content = {"supervisor": os.getpid(), "address": self.address, "processes": running}
        unfinished = self.processes_file.with_suffix(".new")
        with contextlib.suppress(OSError):
            unfinished.write_text(json.dumps(content, indent=1))
            unfinished.replace(self.processes_file)

    @property
    def processes_file(self) -> Path:
        return self.folder / "run" / "processes.json"

    def stop_all(self) -> None:
        """Our own processes are all asked first, so that they end side by side; then the servers,
        which they need until their last transaction."""
        for kept in reversed(self.kept):
            if isinstance(kept.process, ChildProcess):
                kept.process.ask()
        for kept in reversed(self.kept):
            kept.process.stop()
        self.processes_file.unlink(missing_ok=True)


def essential(process: Process) -> bool:
    return not isinstance(process, ChildProcess) or process.child.essential


def reason(ended_with: int) -> str:
    if ended_with < 0:
        return signal.Signals(-ended_with).name
    return f"exit code {ended_with}"


def bound_log(log: Path) -> None:
    """The process goes on writing into the same file, so its content is moved, not the file;
    where there is no room for that, it is given up."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LARGEST_LOG_BYTES:
            with contextlib.suppress(OSError):
                shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
