"""After a database was restored from a backup: an operator says that what came after is lost.

It is written into the trail and, signed, into the file of anchors. From then on the lines of the
lost time count for nothing where they contradict the chains, and nowhere else: what was written
before the backup, and since, is proved as ever.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.audit.anchors import Acknowledged, Anchor
from survey_server.domain.audit.judging import Fault
from survey_server.domain.audit.restores import lost_by_restore
from survey_server.receipts import ReceiptKey
from survey_server.services.audit.anchoring import anchor, lines_of
from survey_server.services.audit.sealing import seal
from survey_server.services.audit.verifying import anchors_of
from survey_server.services.audit.writing import Data, Entry, note
from survey_server.store import audit

TRIES = 20


class FileDamaged(Exception):
    """What the file of anchors tells cannot be believed, nor acknowledged."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = faults


class SealerBusy(Exception):
    """Another process was sealing all the time."""


@dataclass(frozen=True, slots=True)
class Said:
    """By whom, and why."""

    by: str
    reason: str


def acknowledge(
    engine: Engine, file: Path, key: ReceiptKey, said: Said, now: datetime
) -> Acknowledged | None:
    """What was acknowledged; None where nothing is lost. Raises FileDamaged, SealerBusy."""
    found = _lost(engine, file, key, said)
    if found is None:
        return None
    for chain, (first, last) in sorted(found.lost.items()):
        told: Data = {"first": first, "last": last, "by": said.by, "reason": said.reason}
        note(Entry("audit_acknowledged", chain or None, data=told))
    for _ in range(TRIES):
        seal(engine)
        if anchor(engine, file, key, now, found):
            return found
        time.sleep(0.1)
    raise SealerBusy


def _lost(engine: Engine, file: Path, key: ReceiptKey, said: Said) -> Acknowledged | None:
    with Session(engine) as session:
        on_file = audit.anchors_on_file(session)
        faults, anchors = anchors_of(lines_of(file), on_file, key)
        if faults:
            raise FileDamaged(faults)
        hashes = _hashes(session, anchors)
    return lost_by_restore(anchors, on_file, hashes, said.by, said.reason)


def _hashes(session: Session, anchors: list[Anchor]) -> dict[tuple[str, int], bytes]:
    """Of the chains as they are, at the places that anchors name."""
    places: dict[str, set[int]] = {}
    for one in anchors:
        for chain, (seq, _) in one.heads.items():
            places.setdefault(chain, set()).add(seq)
    return {
        (chain, seq): hash_
        for chain, named in places.items()
        for seq, hash_ in audit.hashes_at(session, chain, named).items()
    }
