"""The SQLite file of a tablet: opened, brought up to date, changed in transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

SCHEMA = files("survey_server.tablet").joinpath("schema.sql").read_text("utf-8")
FILES = files("survey_server.tablet").joinpath("files.sql").read_text("utf-8")
# What brings a store of that version to the next; its interviews stay as they are.
_UPGRADES = (
    # The first stores knew no pages, and their cursors were epochs.
    "ALTER TABLE units ADD COLUMN round INTEGER NOT NULL DEFAULT 0;"
    " DELETE FROM settings WHERE name IN ('cursor', 'etag', 'reviews', 'messages');",
    FILES,
)


class Database:
    def __init__(self, path: Path | str, *, durable: bool = True) -> None:
        """`durable=False` gives up surviving a power cut, for simulated tablets only."""
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA busy_timeout = 10000")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        """In one transaction: a tablet that is switched off in the middle begins again."""
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        new = not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'records'").fetchone()
        steps = (SCHEMA, FILES) if new else _UPGRADES[version:]
        if steps:
            script = "\n".join(steps)
            self._db.executescript(
                f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {len(_UPGRADES)}; COMMIT;"
            )

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def setting(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def note(self, name: str, value: str | None) -> None:
        if value is None:
            self._db.execute("DELETE FROM settings WHERE name = ?", (name,))
        else:
            self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def number(self, name: str) -> int:
        return int(self.setting(name) or 0)
