"""What a PostgreSQL that was killed leaves behind, and when its folder may be used again.

Its `postmaster.pid` names a process. PostgreSQL itself sees when that process is gone, but takes
a zombie, or a stranger that got the number since, for a running server and refuses to start. The
file may only be removed when nothing works in the folder any more: two servers on one folder
destroy it.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

from survey_server.local.refusals import CannotStart

PATIENCE_SECONDS = 30.0


def wait_for_predecessor(cluster: Path, patience: float = PATIENCE_SECONDS) -> None:
    """On return the folder is free; a server that nobody stopped any more is stopped.

    Only Linux tells which processes work in a folder; elsewhere PostgreSQL's own check decides.
    """
    deadline = time.monotonic() + patience
    if not Path("/proc/self/cwd").exists():
        return
    while (pid := recorded_pid(cluster)) is not None:
        working = processes_in(cluster)
        if not working:
            (cluster / "postmaster.pid").unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise CannotStart(f"Another PostgreSQL (process {pid}) still uses {cluster}: end it.")
        if pid in working:
            ask_to_stop(pid)
        time.sleep(0.1)


def ask_to_stop(pid: int) -> None:
    """A fast shutdown; asking again does no harm."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)


def recorded_pid(cluster: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((cluster / "postmaster.pid").read_text().splitlines()[0])
    return None


def processes_in(cluster: Path) -> set[int]:
    """Every process of a PostgreSQL works in its folder; a zombie has none."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == cluster:
                found.add(int(process.name))
    return found
