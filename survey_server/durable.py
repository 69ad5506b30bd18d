"""Files that are whole or not there, and survive a crash once they are: keys, sealed files.

A folder made for one survives too: its own name has to be on the disk as well. Nobody else on the
machine may read either.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Under another name first; then it is on the disk, and so is its name. Raises FileExistsError
    where the name is taken."""
    draft = file.with_name(f".draft-{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with open(os.open(draft, flags, 0o600), "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        # A link fails where the name is taken, a rename would replace what has it.
        os.link(draft, file)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    sync(file.parent)


def make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        sync(folder.parent)


def sync(folder: Path) -> None:
    """What the folder calls its files is on the disk."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
