"""Where a client of OpenRosa keeps its interviews: a file of its own, until they are sent and
afterwards. An interview never changes; an edit is another one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from survey_server.faults.account import Content
from survey_server.faults.albums import Photo

UNSENT, SENT, CONFLICT = "unsent", "sent", "conflict"

_TABLES = """
    CREATE TABLE interviews (instance_id TEXT PRIMARY KEY, xml BLOB NOT NULL, state TEXT NOT NULL);
    CREATE TABLE photos (instance_id TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Interview:
    instance_id: str
    xml: bytes
    photos: tuple[Photo, ...]

    @property
    def sha256(self) -> str:
        return sha256(self.xml).hexdigest()

    @property
    def groups(self) -> Iterator[tuple[tuple[Photo, ...], bool]]:
        """Of several photos the first goes ahead; with each group, whether more follow."""
        if len(self.photos) > 1:
            yield self.photos[:1], True
            yield self.photos[1:], False
        else:
            yield self.photos, False


class Pocket:
    def __init__(self, file: Path) -> None:
        self._file = file
        # A writer works in one thread at a time, and not always in the same.
        self._rows = sqlite3.connect(file, check_same_thread=False)
        self._rows.executescript(f"PRAGMA synchronous = OFF; {_TABLES}")

    def keep(self, one: Interview) -> bool:
        """False where the id is taken."""
        with self._rows:
            new = self._rows.execute(
                "INSERT INTO interviews VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (one.instance_id, one.xml, UNSENT),
            ).rowcount
            photos = [(one.instance_id, photo.name, photo.content) for photo in one.photos]
            if new:
                self._rows.executemany("INSERT INTO photos VALUES (?, ?, ?)", photos)
        return bool(new)

    def interview(self, instance_id: str) -> Interview:
        wanted = (instance_id,)
        (xml,) = self._rows.execute(
            "SELECT xml FROM interviews WHERE instance_id = ?", wanted
        ).fetchone()
        photos = self._rows.execute(
            "SELECT name, content FROM photos WHERE instance_id = ? ORDER BY name", wanted
        )
        return Interview(instance_id, xml, tuple(Photo(*row) for row in photos))

    def unsent(self) -> list[str]:
        rows = self._rows.execute(
            "SELECT instance_id FROM interviews WHERE state = ? ORDER BY instance_id", (UNSENT,)
        )
        return [row[0] for row in rows]

    def note(self, instance_id: str, state: str) -> None:
        with self._rows:
            self._rows.execute(
                "UPDATE interviews SET state = ? WHERE instance_id = ?", (state, instance_id)
            )

    def contents(self, *, unsent: bool) -> set[Content]:
        """Read from the file anew."""
        with closing(sqlite3.connect(self._file)) as file:
            rows = file.execute("SELECT instance_id, xml, state FROM interviews").fetchall()
        found = {(name, sha256(xml).hexdigest(), state) for name, xml, state in rows}
        return {(name, digest) for name, digest, state in found if (state == UNSENT) is unsent}

    def close(self) -> None:
        self._rows.close()
