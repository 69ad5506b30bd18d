"""Ending a process of a run by SIGKILL, and seeing how long the supervisor takes to mend it.

Only processes that the run's own list names are ended, each by its number.
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from survey_server.local.spawning import children_of

LONGEST_RECOVERY_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Running:
    """A run as its list tells it; a process that is being started again has no number."""

    address: str
    processes: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Kill:
    """`processes` were ended at once; `seconds` passed until the part worked again, if it did."""

    name: str
    processes: int
    seconds: float | None


def running(data: Path) -> Running | None:
    with contextlib.suppress(OSError, ValueError):
        told = json.loads((data / "run" / "processes.json").read_text())
        if alive(told["supervisor"]):
            return Running(told["address"], told["processes"])
    return None


def kill(data: Path, name: str, works: Callable[[], bool]) -> Kill:
    """Returns when the supervisor has put another process in its place, and it works."""
    found = running(data)
    leader = found.processes.get(name) if found else None
    if leader is None:
        return Kill(name, 0, None)
    # Children first noted, then all ended: PostgreSQL's would live on for a moment.
    victims = [leader, *children_of(leader)]
    started = time.monotonic()
    for victim in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    while time.monotonic() - started < LONGEST_RECOVERY_SECONDS:
        if _replaced(data, name, leader) and works():
            return Kill(name, len(victims), round(time.monotonic() - started, 2))
        time.sleep(LOOK_EVERY_SECONDS)
    return Kill(name, len(victims), None)


def _replaced(data: Path, name: str, leader: int) -> bool:
    found = running(data)
    now = found.processes.get(name) if found else None
    return now is not None and now != leader


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
