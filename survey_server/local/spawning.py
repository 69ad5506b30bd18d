"""Starting a process that cannot outlive us, and ending it with everything it started.

A child gets its own session, so that Ctrl-C at the terminal reaches only the supervisor, which
then stops the others in order. On Linux the kernel ends it when its parent dies, even by
SIGKILL; elsewhere the next start finds what is left.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from survey_server.local.accounts import Account

SET_SIGNAL_ON_PARENTS_DEATH = 1
# Loaded here, because between fork and exec nothing may be loaded any more.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    on_our_death: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env=None if env is None else dict(env),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            start_new_session=True,
            # It calls nothing but the kernel, so that it is safe beside threads too.
            preexec_fn=ends_with_parent(os.getpid(), on_our_death),  # noqa: PLW1509
        )


def ends_with_parent(parent: int, by: signal.Signals) -> Callable[[], None] | None:
    libc = LIBC
    if libc is None:
        return None

    def ask_the_kernel() -> None:
        libc.prctl(SET_SIGNAL_ON_PARENTS_DEATH, int(by))
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def end(
    process: subprocess.Popen[bytes],
    by: signal.Signals | None = signal.SIGTERM,
    patience: float = 10.0,
) -> None:
    """Asks (unless `by` is None), waits, insists; then nothing of its session is left."""
    if process.poll() is None:
        if by is not None:
            process.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    kill_group(process.pid)
    process.wait()


def kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def children_of(leader: int) -> list[int]:
    """Where the system tells: on Linux. Elsewhere a leader's children notice that it is gone."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            # After the name, which may hold anything but is in brackets: state, parent, …
            after_name = (process / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[1]) == leader:
                found.append(int(process.name))
    return found


def last_lines(log: Path, count: int = 5) -> str:
    with contextlib.suppress(OSError), log.open("rb") as lines:
        lines.seek(max(0, log.stat().st_size - 4000))
        text = lines.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-count:])
    return ""
