"""How long submissions take from their arrival to coverage, watched from outside.

A batch is carried through when its pending mark is gone, because the mark goes in the transaction
that counts. Its time begins at `received_at`, which is before the COMMIT, and ends when it is next
looked for: both make the figure larger than it is, never smaller.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, text

LOOK_EVERY_SECONDS = 0.2
# Longer than a lease: even a batch whose worker died moves on by then.
LONGEST_STANDSTILL_SECONDS = 90.0

_LOOK = text(
    "SELECT b.id, cardinality(b.outcomes) AS submissions, p.batch IS NOT NULL AS pending,"
    " extract(epoch FROM clock_timestamp() - b.received_at)::float8 AS age"
    " FROM batches b LEFT JOIN pending_batches p ON p.batch = b.id"
    " WHERE b.id > :after AND b.id <> ALL(:done)"
)


@dataclass
class Carried:
    """`seconds` has one entry for each submission."""

    after: int
    done: set[int] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    pending: int = 0
    elapsed: float = 0.0

    def look(self, connection: Connection) -> None:
        rows = connection.execute(_LOOK, {"after": self.after, "done": list(self.done)}).all()
        connection.rollback()
        self.pending = sum(row.pending for row in rows)
        for row in rows:
            if not row.pending:
                self.done.add(row.id)
                self.seconds.extend([row.age] * row.submissions)


@contextmanager
def watched(owner: Engine) -> Iterator[Carried]:
    """Watches what arrives from now on, until the block has ended and nothing is pending any more;
    or nothing moves any more, and some is."""
    with owner.connect() as connection:
        last = connection.execute(text("SELECT coalesce(max(id), 0) FROM batches")).scalar_one()
    carried = Carried(last)
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(owner, carried, ended), daemon=True)
    watcher.start()
    try:
        yield carried
    finally:
        ended.set()
        watcher.join()


def _watch(owner: Engine, carried: Carried, ended: threading.Event) -> None:
    started = time.monotonic()
    with owner.connect() as connection:
        while not ended.wait(LOOK_EVERY_SECONDS):
            carried.look(connection)
        carried.look(connection)
        pending, moved = carried.pending, time.monotonic()
        while carried.pending and time.monotonic() - moved < LONGEST_STANDSTILL_SECONDS:
            time.sleep(LOOK_EVERY_SECONDS / 4)
            carried.look(connection)
            if carried.pending != pending:
                pending, moved = carried.pending, time.monotonic()
    carried.elapsed = time.monotonic() - started
