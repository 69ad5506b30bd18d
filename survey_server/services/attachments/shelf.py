"""Where sealed files lie: in a folder, or in a bucket of an object store (S3).

The one interface is small: put, get, exists, delete, and names for whoever looks for what was
left over. `put` returns once the file survives a crash; nothing is ever written over: a name is
used once. What lies here is sealed, so that a shelf needs no secrets.

    <folder>/<survey>/<first two letters>/<id>      also the object's name in a bucket
"""

import errno
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from survey_server import problems
from survey_server.durable import make_folder, write_whole
from survey_server.settings import BadSetting

if TYPE_CHECKING:
    from obstore.store import ObjectStore

log = structlog.get_logger()

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
            make_folder(file.parent)
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
