"""What must hold before anything is started, checked while a sentence can still be said.

One data folder belongs to one run at a time: two servers on one folder destroy it.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from survey_server.local.refusals import CannotStart

LEAST_FREE_BYTES = 500 * 1000 * 1000


def usable_folder(data: Path) -> Path:
    """The data folder, made if missing, with a place for what runs and what it says."""
    try:
        for folder in (data, data / "run", data / "log"):
            folder.mkdir(parents=True, exist_ok=True)
        probe = data / "run" / "probe"
        probe.write_bytes(b"")
        probe.unlink()
    except FileExistsError as not_a_folder:
        raise CannotStart(
            f"{not_a_folder.filename} is a file where a folder should be: "
            "move it away, or choose another data folder with --data."
        ) from not_a_folder
    except OSError as refused:
        raise CannotStart(
            f"The data folder {data} cannot be written ({refused.strerror}): "
            "choose another with --data, or run as the user it belongs to."
        ) from refused
    return data.resolve()


def require_space(data: Path) -> None:
    free = shutil.disk_usage(data).free
    if free < LEAST_FREE_BYTES:
        raise CannotStart(
            f"Only {free // 1_000_000} MB are free where {data} is; "
            f"{LEAST_FREE_BYTES // 1_000_000} MB are needed. Make room, or choose another place "
            "with --data."
        )


def require_port(host: str, port: int, patience: float = 0.0) -> None:
    """A predecessor that was killed may need a moment to let go of its port."""
    deadline = time.monotonic() + patience
    while (refusal := bind_refusal(host, port)) is not None:
        if refusal == errno.EACCES:
            raise CannotStart(f"Port {port} is for root only: choose one above 1023 with --port.")
        if refusal != errno.EADDRINUSE:
            raise CannotStart(f"Cannot listen on {host}:{port}: {os.strerror(refusal)}.")
        if time.monotonic() > deadline:
            raise CannotStart(
                f"Port {port} is in use by another program: "
                f"end that program, or choose another port, for example --port {port + 1}."
            )
        time.sleep(0.1)


def bind_refusal(host: str, port: int) -> int | None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as refused:
            return refused.errno
    return None


@contextlib.contextmanager
def only_run_on(data: Path) -> Iterator[None]:
    """The lock ends with the process that holds it, however it ends."""
    with (data / "run" / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise CannotStart(
                f"The data folder {data} is in use by another run (process {holder}): "
                "stop that one, or choose another folder with --data."
            ) from taken
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)


def address_in_the_network() -> str:
    """Which of this machine's addresses others would use; nothing is sent."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return "127.0.0.1"
