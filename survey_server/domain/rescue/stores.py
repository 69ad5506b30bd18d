"""A tablet's store: one SQLite file, made by the reference client (survey_server/tablet).

The file may come from anybody. It is opened read-only, nothing in it is run, only the columns that
are ours are read, and each value is looked at before it is used.
"""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from survey_server import problems

MAGIC = b"SQLite format 3\x00"
MOST_RECORDS = 20_000
MOST_FILES = 100_000
MOST_STEPS = 2_000_000
LONGEST_VALUE = 64 * 1024 * 1024
_STEPS_AT_ONCE = 1000

_TABLES = ("settings", "records", "named_files", "files")
_ABOUT = (
    "instance_id", "form_id", "form_version", "interview_id", "revision", "replaces", "unit",
    "started_at", "finished_at", "sha256",
)  # fmt: skip
_RECORDS = f"SELECT {', '.join(_ABOUT)}, answers FROM records ORDER BY made LIMIT :most"
_NAMED = "SELECT instance_id, name, sha256 FROM named_files LIMIT :most"
_FILES = "SELECT content FROM files ORDER BY rowid LIMIT :most"
_SETTINGS = "SELECT name, value FROM settings WHERE name IN ('secret', 'device_id') LIMIT :most"
_READING = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)


@dataclass(frozen=True, slots=True)
class Record:
    """`content` is a submission as JSON; None where the record cannot be one."""

    name: str
    content: bytes | None


class TabletStore:
    """Open as long as the `with` lasts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._tables = _own_tables(connection)
        if "records" not in self._tables:
            raise problems.RescueUnreadable()

    def setting(self, name: str) -> str | None:
        for key, value in self._rows("settings", _SETTINGS):
            if key == name and isinstance(value, str) and 0 < len(value) <= 200:
                return value
        return None

    def records(self) -> list[Record]:
        """In the order in which they were made. Raises RescueTooLarge."""
        named = self._named()
        found = [_record(row, named) for row in self._rows("records", _RECORDS, MOST_RECORDS + 1)]
        if len(found) > MOST_RECORDS:
            raise problems.RescueTooLarge(limit=MOST_RECORDS)
        return found

    def files(self) -> Iterator[bytes]:
        for (content,) in self._rows("files", _FILES):
            if isinstance(content, bytes) and content:
                yield content

    def _named(self) -> dict[str, list[dict[str, str]]]:
        named: dict[str, list[dict[str, str]]] = {}
        for row in self._rows("named_files", _NAMED):
            if all(isinstance(value, str) for value in row):
                named.setdefault(row[0], []).append({"name": row[1], "sha256": row[2]})
        return named

    def _rows(self, table: str, query: str, most: int = MOST_FILES) -> Iterator[Sequence[Any]]:
        if table not in self._tables:
            return
        try:
            yield from self._db.execute(query, {"most": most})
        except (sqlite3.Error, OverflowError, UnicodeDecodeError):
            raise problems.RescueUnreadable() from None


@contextlib.contextmanager
def opened(content: bytes, ahead: bytes | None) -> Iterator[TabletStore]:
    """`ahead` is what SQLite wrote ahead (the file beside it that ends in -wal), where there is
    one: it holds what was told last. Raises RescueUnreadable."""
    with tempfile.TemporaryDirectory(prefix="survey-rescue-") as folder:
        path = Path(folder) / "store.sqlite"
        path.write_bytes(content)
        if ahead is not None:
            path.with_name("store.sqlite-wal").write_bytes(ahead)
        # Alone, it is what it is: SQLite need not look for others who write.
        alone = "" if ahead is not None else "&immutable=1"
        with contextlib.closing(_connected(f"file:{path}?mode=ro{alone}")) as connection:
            yield TabletStore(connection)


def _connected(address: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(address, uri=True, isolation_level=None)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA mmap_size = 0")
        connection.set_progress_handler(_Patience().step, _STEPS_AT_ONCE)
    except sqlite3.Error:
        raise problems.RescueUnreadable() from None
    return connection


class _Patience:
    """What takes too long is stopped: a file can be made so that reading it never ends."""

    def __init__(self) -> None:
        self._left = MOST_STEPS

    def step(self) -> bool:
        self._left -= 1
        return self._left < 0


def _own_tables(connection: sqlite3.Connection) -> set[str]:
    """Of ours, those that are plain tables: no view, nothing virtual. From here on only reading."""
    try:
        rows = connection.execute("PRAGMA table_list").fetchall()
    except (sqlite3.Error, UnicodeDecodeError):
        raise problems.RescueUnreadable() from None
    connection.set_authorizer(_only_reading)
    return {row[1] for row in rows if row[0] == "main" and row[2] == "table"} & {*_TABLES}


def _only_reading(action: int, *about: str | None) -> int:
    """A generated column that calls a function is not evaluated either."""
    if action == sqlite3.SQLITE_READ and about[0] not in _TABLES:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _record(row: Sequence[Any], named: dict[str, list[dict[str, str]]]) -> Record:
    about = dict(zip(_ABOUT, row[:-1], strict=True))
    name = about["instance_id"] if isinstance(about["instance_id"], str) else ""
    answers = row[-1].encode() if isinstance(row[-1], str) else row[-1]
    if not isinstance(answers, bytes) or not _is_one_value(answers):
        return Record(name[:100], None)
    # Blobs would be spelled in base64: what should be text is text, or missing.
    told = {key: None if isinstance(value, bytes) else value for key, value in about.items()}
    told["attachments"] = named.get(name, [])
    return Record(name[:100], msgspec.json.encode(told)[:-1] + b',"answers":' + answers + b"}")


def _is_one_value(text: bytes) -> bool:
    """So that no record can spell anything around its answers."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return text[:1] == b"{"
