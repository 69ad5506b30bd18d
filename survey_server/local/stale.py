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
    """On return the folder is free; a server that nobody stopped any more is stopped."""
    deadline = time.monotonic() + patience
    asked = False
    while (pid := recorded_pid(cluster)) is not None and may_be_alive(pid):
        if not Path("/proc/self").exists():
            return
        working = processes_in(cluster)
        if not working:
            (cluster / "postmaster.pid").unlink(missing_ok=True)
            return
        if not asked and pid in working:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            asked = True
        if time.monotonic() > deadline:
            raise CannotStart(f"Another PostgreSQL (process {pid}) still uses {cluster}: end it.")
        time.sleep(0.05)


def recorded_pid(cluster: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((cluster / "postmaster.pid").read_text().splitlines()[0])
    return None


def may_be_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def processes_in(cluster: Path) -> set[int]:
    """Every process of a PostgreSQL works in its folder; a zombie has none."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == cluster:
                found.add(int(process.name))
    return found
