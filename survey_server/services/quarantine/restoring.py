"""What a disk has damaged is there again once the same content comes in by hand.

A submission that is on file already is stored no second time. Where its body cannot be opened any
more, what is brought in takes its place, in the name of whoever brings it.
"""

import gzip
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server.domain.intake.items import Item
from survey_server.domain.quarantine import BODY_DAMAGED
from survey_server.services import audit, bodies
from survey_server.services.audit import Data, Entry
from survey_server.store import quarantine as stored
from survey_server.store.quarantine import Choice


@dataclass(frozen=True, slots=True)
class Copy:
    """A body as it was sent, neither packed nor sealed, with the submissions in it, and who brought
    it, to which survey, and why."""

    survey: str
    plain: bytes
    body_format: str
    items: Sequence[Item]
    person: int
    reason: str


def restore(session: Session, survey: int, copy: Copy, now: datetime) -> set[uuid.UUID]:
    """Which submissions were damaged and are in the copy as they came in first; workers read them
    now."""
    held = {one.instance_id: one for one in copy.items}
    found = stored.damaged(session, survey, sorted(held))
    again = [one for one, digest in found.items() if held[one].digest == digest]
    if not again:
        return set()
    sha256 = hashlib.sha256(copy.plain).digest()
    packed = gzip.compress(copy.plain, compresslevel=1, mtime=0)
    batch = stored.add_batch_of_office(session, again[0], copy.person, sha256, now)
    bodies.keep(session, survey, batch, packed, copy.body_format, now)
    for one in again:
        choice = Choice(one, batch, held[one].position, None, "first", copy.reason)
        stored.choose(session, choice, copy.person, now)
    stored.add_act(session, again, "fixed", copy.person, copy.reason, now)
    for one in again:
        told: Data = {"code": BODY_DAMAGED, "before": BODY_DAMAGED, "content": sha256.hex()}
        about = f"submission:{one}"
        audit.note(Entry("quarantine_fixed", copy.survey, copy.person, object=about, data=told))
    stored.ask_for(session, again, now)
    return set(again)
