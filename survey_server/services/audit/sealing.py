"""Chains what was written, afterwards and alone, so that writers never wait for each other.

Entries are sealed in the order of their ids, none left out: only up to an id below which nothing
can appear any more (store/audit/sealing). An entry whose writer takes long waits for the next look.
"""

import time

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.audit import FIRST, Kept, Link
from survey_server.domain.audit.links import link
from survey_server.store import audit

ENTRIES_AT_ONCE = 5000
PATIENCE_SECONDS = 2.0


def seal(engine: Engine, patience: float = PATIENCE_SECONDS) -> int:
    """Seals all that can be; how many entries that were. Raises nothing where it is not alone."""
    up_to = _settled(engine, patience)
    sealed = 0
    while up_to is not None:
        with Session(engine) as session, session.begin():
            some = _seal_some(session, up_to)
        sealed += some
        if some < ENTRIES_AT_ONCE:
            break
    return sealed


def _settled(engine: Engine, patience: float) -> int | None:
    """An id below which nothing can appear any more; None while somebody takes long to commit."""
    with Session(engine) as session:
        highest = audit.highest_id(session)
        awaited = audit.writers(session)
        deadline = time.monotonic() + patience
        while awaited and time.monotonic() < deadline:
            time.sleep(0.01)
            awaited &= audit.writers(session)
    return None if awaited else highest


def _seal_some(session: Session, up_to: int) -> int:
    if not audit.is_only_sealer(session):
        return 0
    entries = audit.unsealed(session, up_to, ENTRIES_AT_ONCE)
    if entries:
        ends = audit.ends_of(session, {entry.survey for entry in entries})
        audit.add_links(session, linked(entries, ends))
    return len(entries)


def linked(entries: list[Kept], ends: dict[str, tuple[int, bytes]]) -> list[Link]:
    links = []
    for entry in entries:
        made = link(entry.survey, ends.get(entry.survey, (0, FIRST)), entry)
        ends[entry.survey] = (made.seq, made.hash)
        links.append(made)
    return links
