"""A tablet's photos and other files: kept by their SHA-256 until the server has promised to."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from survey_server.tablet.records import Record, digest
from survey_server.tablet.told import Told


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that no server holds."""

    sha256: str
    content: bytes


class Files(Told):
    def keep_file(self, content: bytes) -> str:
        """Its SHA-256. From here on it is not lost; keep the records that name it afterwards."""
        sha256 = digest(content)
        with self._transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO files (sha256, content) VALUES (?, ?)", (sha256, content)
            )
        return sha256

    def _name_files(self, db: sqlite3.Connection, records: Sequence[Record]) -> None:
        db.executemany(
            "INSERT INTO named_files VALUES (?, ?, ?)",
            (
                (record.instance_id, file.name, file.sha256)
                for record in records
                for file in record.attachments
            ),
        )

    def next_file(self) -> Waiting | None:
        """Those without setbacks first, then the smallest."""
        row = self._db.execute(
            "SELECT sha256, content FROM files WHERE state = 'pending'"
            " ORDER BY setbacks, length(content), rowid LIMIT 1"
        ).fetchone()
        return None if row is None else Waiting(row[0], bytes(row[1]))

    def unacknowledged_files(self) -> list[str]:
        rows = self._db.execute("SELECT sha256 FROM files WHERE state <> 'acked' ORDER BY rowid")
        return [str(row[0]) for row in rows]

    def file(self, sha256: str) -> bytes | None:
        found = self._db.execute("SELECT content FROM files WHERE sha256 = ?", (sha256,))
        row = found.fetchone()
        return None if row is None else bytes(row[0])

    def release_file(self, sha256: str, at: str) -> None:
        """The server has promised, signed, that it keeps it."""
        with self._transaction() as db:
            db.execute(
                "UPDATE files SET state = 'acked', code = NULL, acked_at = ? WHERE sha256 = ?",
                (at, sha256),
            )

    def postpone_file(self, sha256: str, code: str, most_setbacks: int) -> None:
        """Others go first; after so many setbacks a person has to see to it."""
        with self._transaction() as db:
            db.execute(
                "UPDATE files SET setbacks = setbacks + 1, code = ?, state ="
                " CASE WHEN setbacks + 1 < ? THEN 'pending' ELSE 'rescue' END"
                " WHERE sha256 = ? AND state = 'pending'",
                (code, most_setbacks, sha256),
            )

    def forget_files(self, before: str) -> int:
        """Makes room: drops what the server promised to keep before that time (ISO 8601, UTC), and
        that no record here names any more. Seven days are the least."""
        with self._transaction() as db:
            db.execute(
                "DELETE FROM named_files WHERE instance_id NOT IN (SELECT instance_id FROM records)"
            )
            return db.execute(
                "DELETE FROM files WHERE state = 'acked' AND acked_at < ?"
                " AND sha256 NOT IN (SELECT sha256 FROM named_files)",
                (before,),
            ).rowcount
