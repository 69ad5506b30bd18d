"""Rescue: what a tablet still holds, written to files that the server imports.

For a revoked or broken tablet, for submissions the server would not take, for a place without any
network. A file is the body of one batch, packed, within the same bounds and along the same
idempotent path, or a photo as it is, named by its SHA-256: importing it twice, or after the tablet
did sync after all, does no harm.
"""

import os
from pathlib import Path
from random import Random
from uuid import UUID

from survey_server.tablet.clock import Clock
from survey_server.tablet.protocol import body_of, how_many_fit, pack
from survey_server.tablet.records import as_submission
from survey_server.tablet.store import Store


def export_store(store: Store, folder: Path, *, clock: Clock, random: Random) -> list[Path]:
    """Writes everything no server has acknowledged; the store stays as it is."""
    limits = store.limits()
    waiting = [as_submission(record) for record in store.unacknowledged()]
    held = len(waiting)
    written: list[Path] = []
    while waiting:
        # A submission beyond the bounds still gets a file of its own: a person decides about it.
        count = how_many_fit([len(one) for one in waiting], limits.submissions, limits) or 1
        batch_id = str(UUID(int=random.getrandbits(128), version=4))
        body = body_of(batch_id, clock.now().isoformat(timespec="seconds"), held, waiting[:count])
        written.append(_write(folder / f"rescue-{batch_id}.json.gz", pack(body)))
        del waiting[:count]
    for sha256 in store.unacknowledged_files():
        written.append(_write(folder / f"file-{sha256}", store.file(sha256) or b""))
    return written


def _write(path: Path, content: bytes) -> Path:
    """Whole or not at all: a card pulled out too early leaves no half file under this name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return path
