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
# Less than any page or photo.
LEFT_BYTES = 4096


class Disk:
    """`tables` belongs to PostgreSQL, `files` to the server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.tables = folder / "tables"
        self.files = folder / "files"

    def fill(self) -> None:
        """From here on nothing more fits; what is there stays."""
        self._resize(str(shutil.disk_usage(self._folder).used + LEFT_BYTES))

    def free(self) -> None:
        self._resize(LARGE)

    def _resize(self, size: str) -> None:
        words = ["mount", "-o", f"remount,size={size}", str(self._folder)]
        subprocess.run(words, check=True, capture_output=True)


@contextmanager
def disk_at(folder: Path) -> Iterator[Disk | None]:
    """None where there can be none."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={LARGE},mode=755", "survey-faults", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        disk = Disk(folder)
        disk.tables.mkdir(mode=0o700)
        disk.files.mkdir(mode=0o700)
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
