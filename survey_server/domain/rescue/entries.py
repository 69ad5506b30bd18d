"""What somebody hands in, as entries: a file is one, an archive or a folder many.

Nothing is unpacked to where its name says: an entry is read by its place in the archive, so that a
name like `../x` leads nowhere. What comes out is counted while it is inflated.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from survey_server import problems

ZIP = b"PK\x03\x04"
PIECE = 64 * 1024
MOST_RATIO = 200
_SMALL = 1024 * 1024
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Of what is handed in: bytes as it comes, bytes unpacked, of one entry, and how many."""

    packed: int = 64 * 1024 * 1024
    unpacked: int = 512 * 1024 * 1024
    one: int = 256 * 1024 * 1024
    entries: int = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """`name` is a path with slashes, for telling and for grouping, never for opening. `read` gives
    at most so many bytes: it raises RescueTooLarge where there are more."""

    name: str
    size: int
    read: Callable[[int], bytes]

    @property
    def folder(self) -> str:
        return str(PurePosixPath(self.name).parent)

    @property
    def short(self) -> str:
        return PurePosixPath(self.name).name


@contextmanager
def entries_in(path: Path, allowed: Allowed) -> Iterator[list[Entry]]:
    """Raises RescueTooLarge or RescueUnreadable."""
    if path.is_dir():
        yield _of_folder(path, allowed)
        return
    if path.stat().st_size > allowed.packed:
        raise problems.RescueTooLarge(limit=allowed.packed)
    with path.open("rb") as file:
        packed = file.read(len(ZIP)) == ZIP
    if not packed:
        yield [_of_file(path, path.name)]
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield _of_archive(archive, allowed)
    except _DAMAGED:
        raise problems.RescueUnreadable() from None


def _of_folder(folder: Path, allowed: Allowed) -> list[Entry]:
    """Links are not followed."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        found.append(_of_file(path, path.relative_to(folder).as_posix()))
        if len(found) > allowed.entries:
            raise problems.RescueTooLarge(limit=allowed.entries)
    if sum(one.size for one in found) > allowed.unpacked:
        raise problems.RescueTooLarge(limit=allowed.unpacked)
    return found


def _of_file(path: Path, name: str) -> Entry:
    def read(most: int) -> bytes:
        with path.open("rb") as file:
            return _bounded(file, most)

    return Entry(name, path.stat().st_size, read)


def _of_archive(archive: zipfile.ZipFile, allowed: Allowed) -> list[Entry]:
    """What the directory claims is checked here; what comes out, by `read`."""
    parts = [part for part in archive.infolist() if not part.is_dir()]
    if len(parts) > allowed.entries:
        raise problems.RescueTooLarge(limit=allowed.entries)
    if any(part.flag_bits & 1 or part.compress_type not in _METHODS for part in parts):
        raise problems.RescueUnreadable()
    left = _Left(allowed.unpacked)
    return [_of_part(archive, part, left) for part in parts]


@dataclass(slots=True)
class _Left:
    """How much may still come out of an archive, whatever its directory claims."""

    bytes: int


def _of_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: _Left) -> Entry:
    def read(most: int) -> bytes:
        fair = max(_SMALL, MOST_RATIO * max(part.compress_size, 1))
        with archive.open(part) as stream:
            content = _bounded(stream, min(most, fair, left.bytes))
        left.bytes -= len(content)
        return content

    return Entry(part.filename.replace("\\", "/"), part.file_size, read)


def _bounded(stream: IO[bytes], most: int) -> bytes:
    found = bytearray()
    while piece := stream.read(PIECE):
        found += piece
        if len(found) > most:
            raise problems.RescueTooLarge(limit=most)
    return bytes(found)
