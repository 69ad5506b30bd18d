"""The disk that a trial's tables and files lie on: one of its own, so that it can be full.

It lies in memory, which only root may arrange; elsewhere there is none, and no disk is ever full.
What makes a commit durable, PostgreSQL's journal, stays on the real disk.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LARGE = "16g"
# Less than any page or photo; more where others write at the same moment, and no less would do.
LEFT_BYTES = (4096, 64 * 1024, 1024 * 1024)
MOUNT, UMOUNT = shutil.which("mount"), shutil.which("umount")


class Disk:
    """`tables` belongs to PostgreSQL, `files` to the server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.tables = folder / "tables"
        self.files = folder / "files"

    def fill(self) -> bool:
        """From here on nothing more fits; what is there stays. False where others were faster."""
        return any(
            self._resize(str(shutil.disk_usage(self._folder).used + left)) for left in LEFT_BYTES
        )

    def free(self) -> None:
        self._resize(LARGE)

    def _resize(self, size: str) -> bool:
        """A disk never gets smaller than what is on it."""
        return _succeeds(MOUNT, "-o", f"remount,size={size}", str(self._folder))


def _succeeds(program: str | None, *words: str) -> bool:
    if program is None:
        return False
    return subprocess.run([program, *words], check=False, capture_output=True).returncode == 0


@contextmanager
def disk_at(folder: Path) -> Iterator[Disk | None]:
    """None where there can be none."""
    folder.mkdir()
    kind = ("-t", "tmpfs", "-o", f"size={LARGE},mode=755")
    if os.geteuid() != 0 or not _succeeds(MOUNT, *kind, "survey-faults", str(folder)):
        yield None
        return
    try:
        disk = Disk(folder)
        disk.tables.mkdir(mode=0o700)
        disk.files.mkdir(mode=0o700)
        yield disk
    finally:
        _succeeds(UMOUNT, "-l", str(folder))
