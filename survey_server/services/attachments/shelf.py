"""Where sealed files lie: in a folder, or in a bucket of an object store (S3).

The one interface is small: put, get, exists, delete, and names for whoever looks for what was
left over. `put` returns once the file survives a crash; nothing is ever written over: a name is
used once. What lies here is sealed, so that a shelf needs no secrets.

    <folder>/<survey>/<first two letters>/<id>      also the object's name in a bucket
"""

import errno
import os
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from survey_server import problems
from survey_server.settings import BadSetting

if TYPE_CHECKING:
    from obstore.store import ObjectStore

log = structlog.get_logger()

_DRAFT = ".draft-"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NotOnShelf(Exception):
    """There is no file of that name."""


@dataclass(frozen=True, slots=True)
class OnShelf:
    """`name` may be of a draft that was never finished."""

    name: str
    since: datetime


class Shelf(ABC):
    """All of it raises StorageFull or FileUnavailable where the place does not work."""

    @abstractmethod
    def put(self, name: str, content: bytes) -> None:
        """Whole and safe from a crash, or not there at all."""

    @abstractmethod
    def get(self, name: str) -> bytes:
        """Raises NotOnShelf."""

    @abstractmethod
    def exists(self, name: str) -> bool: ...

    @abstractmethod
    def delete(self, name: str) -> None:
        """What is not there is deleted."""

    @abstractmethod
    def names(self, folder: str = "") -> Iterator[OnShelf]:
        """Everything that lies in a folder, or anywhere."""


class Folder(Shelf):
    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def put(self, name: str, content: bytes) -> None:
        file = self._folder / name
        with _telling():
            _make_folder(file.parent)
            write_whole(file, content)

    def get(self, name: str) -> bytes:
        with _telling():
            try:
                return (self._folder / name).read_bytes()
            except FileNotFoundError:
                raise NotOnShelf(name) from None

    def exists(self, name: str) -> bool:
        with _telling():
            return (self._folder / name).exists()

    def delete(self, name: str) -> None:
        with _telling():
            (self._folder / name).unlink(missing_ok=True)

    def names(self, folder: str = "") -> Iterator[OnShelf]:
        for file in (self._folder / folder).rglob("*"):
            # Somebody else may take it away meanwhile.
            with suppress(FileNotFoundError):
                if file.is_file():
                    since = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                    yield OnShelf(file.relative_to(self._folder).as_posix(), since)


def write_whole(file: Path, content: bytes) -> None:
    """Under another name first; then it is on the disk, and so is its name. Raises FileExistsError
    where the name is taken."""
    draft = file.with_name(f"{_DRAFT}{secrets.token_hex(8)}")
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
    _sync(file.parent)


def _make_folder(folder: Path) -> None:
    """A new folder's own name has to be on the disk as well."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


@contextmanager
def _telling() -> Iterator[None]:
    """What goes wrong with a disk, as what a tablet is told."""
    try:
        yield
    except OSError as fault:
        raise problem_of(fault) from None


def problem_of(fault: OSError) -> problems.Problem:
    log.error("files cannot be kept", why=errno.errorcode.get(fault.errno or 0, "unknown"))
    return problems.StorageFull() if fault.errno in _FULL else problems.FileUnavailable()


class Bucket(Shelf):
    """Any store that obstore speaks to; an object store acknowledges what it has made safe."""

    def __init__(self, store: "ObjectStore") -> None:
        self._store = store

    def put(self, name: str, content: bytes) -> None:
        with self._telling():
            self._store.put(name, content)

    def get(self, name: str) -> bytes:
        with self._telling():
            try:
                return bytes(self._store.get(name).bytes())
            except FileNotFoundError:
                raise NotOnShelf(name) from None

    def exists(self, name: str) -> bool:
        with self._telling():
            try:
                self._store.head(name)
            except FileNotFoundError:
                return False
            return True

    def delete(self, name: str) -> None:
        with self._telling(), suppress(FileNotFoundError):
            self._store.delete(name)

    def names(self, folder: str = "") -> Iterator[OnShelf]:
        with self._telling():
            for page in self._store.list(folder or None):
                for one in page:
                    yield OnShelf(one["path"], one["last_modified"])

    @contextmanager
    def _telling(self) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError) as fault:
            log.error("files cannot be kept", why=type(fault).__name__)
            raise problems.FileUnavailable() from None


def bucket_at(url: str) -> Bucket:
    """Credentials and endpoint are those of the environment (AWS_…). Raises BadSetting."""
    try:
        from obstore.store import from_url
    except ImportError:
        raise BadSetting(
            "SURVEY_ATTACHMENTS names a bucket, which needs more: pip install 'survey-server[s3]'."
        ) from None
    return Bucket(from_url(url))
