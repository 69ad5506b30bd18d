"""Faults planted into the server, to see that the checker finds them.

Each breaks one of the rules that the server stands on. `plant` changes functions of the running
process; `damage` is done to the database before it starts, and `repair` to the servers afterwards,
for whoever comes next. Nothing of it is in the product's code, and none of it can be asked for
there. A mutant whose place in the code has moved raises, and is not silently the correct server.
"""

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, has_request_context
from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.faults.nemesis import POSTGRES, WEB_WORKER, Malice

NAME = "SURVEY_FAULTS_MUTANT"
HASTE_SECONDS = 0.5
NO_KILLS = Malice({})


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`found_by` are the checks of which at least one has to fail; none for an equivalent one."""

    plant: Callable[[], None] = _nothing
    damage: tuple[str, ...] = ()
    repair: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    malice: Malice = NO_KILLS
    seconds: float = 4.0


def _acknowledge_before_commit() -> None:
    """The commit of an upload comes after its answer, unless somebody dies in between."""
    from survey_server.store import base

    commit = base.WebSession.commit

    def hasty(self: base.WebSession) -> None:
        if not (has_request_context() and g.get("as_intake")):
            commit(self)
            return
        # Out of the request's hands, or it would be rolled back at the request's end.
        base.db.session.registry.clear()
        threading.Thread(target=_finish_later, args=(self,)).start()

    def _finish_later(session: base.WebSession) -> None:
        time.sleep(HASTE_SECONDS)
        try:
            commit(session)
        finally:
            session.close()

    _put(base.WebSession, "commit", hasty)


def _insert_plainly() -> None:
    from survey_server.store.intake import receiving

    careful = receiving._ADD_SUBMISSIONS.text
    plain = careful.replace(" ON CONFLICT (instance_id) DO NOTHING", "")
    if plain == careful:
        raise LookupError("where submissions are inserted")
    _put(receiving, "_ADD_SUBMISSIONS", text(plain))


def _share_batch_ids() -> None:
    """A batch id that any device has used is taken."""
    from survey_server.store import intake
    from survey_server.store.intake import receiving

    def add_batch(
        session: Session, sender: receiving.Sender, batch_id: uuid.UUID, *rest: Any
    ) -> int | None:
        if session.execute(_USED, {"id": batch_id}).scalar():
            return None
        return receiving.add_batch(session, sender, batch_id, *rest)

    def earlier(session: Session, device: int, batch_id: uuid.UUID) -> receiving.Earlier:
        row = session.execute(_EARLIER, {"id": batch_id}).one()
        return receiving.Earlier(bytes(row.request_sha256), row.outcomes)

    _put(intake, "add_batch", add_batch)
    _put(intake, "earlier_batch", earlier)


_USED = text("SELECT count(*) > 0 FROM batches WHERE batch_id = :id")
_EARLIER = text(
    "SELECT request_sha256, outcomes FROM batches WHERE batch_id = :id ORDER BY id LIMIT 1"
)


def _last_arrival_wins() -> None:
    """Of a chain, the submission that came last is current."""
    from survey_server.domain.interviews import Link
    from survey_server.services.interviews import deriving
    from survey_server.store import intake

    arrived: dict[uuid.UUID, int] = {}
    received_in = intake.received_in

    def noted(session: Session, batches: Sequence[int]) -> Any:
        found = received_in(session, batches)
        for place, one in enumerate(sorted(found, key=lambda one: (one.batch, one.position))):
            arrived[one.instance_id] = len(arrived) + place
        return found

    def last(chain: Sequence[Link]) -> Link:
        return max(chain, key=lambda link: arrived.get(link.instance_id, -1))

    _put(intake, "received_in", noted)
    _put(deriving, "current_of", last)


def _count_deliveries() -> None:
    """The counter goes up with each piece of work, and nobody counts again."""
    from survey_server.store import coverage

    recount = coverage.recount

    def bump(session: Session, survey: int, eas: Sequence[int]) -> None:
        before = session.execute(_RECEIVED, {"eas": list(eas)}).all()
        recount(session, survey, eas)
        for row in before:
            session.execute(_BUMP, {"ea": row.ea_id, "received": row.received + 1})

    _put(coverage, "recount", bump)


_RECEIVED = text("SELECT ea_id, received FROM ea_coverage WHERE ea_id = ANY(:eas)")
_BUMP = text("UPDATE ea_coverage SET received = :received WHERE ea_id = :ea")


def _promise_without_disk() -> None:
    """No commit waits for the disk; nor that of a refusal, which would take others along."""
    from survey_server import app
    from survey_server.services.audit import writing
    from survey_server.store import base

    for where, name in ((base, "WEB_OPTIONS"), (app, "WEB_OPTIONS"), (writing, "OPTIONS")):
        safe = getattr(where, name)
        hasty = safe.replace("synchronous_commit=on", "synchronous_commit=off")
        if hasty == safe:
            raise LookupError(f"where {name} tell commits to wait")
        _put(where, name, hasty)


def _forget_receipts() -> None:
    """Every delivery is a batch of its own: the ids of submissions suffice. No fault at all."""
    from survey_server.store import intake
    from survey_server.store.intake import receiving

    def add_batch(
        session: Session, sender: receiving.Sender, batch_id: uuid.UUID, sha: bytes, now: datetime
    ) -> int | None:
        return receiving.add_batch(session, sender, uuid.uuid4(), sha, now)

    _put(intake, "add_batch", add_batch)


def _put(where: Any, name: str, what: object) -> None:
    """Raises where there is nothing of that name any more."""
    if not hasattr(where, name):
        raise LookupError(f"{where} has no {name}")
    setattr(where, name, what)


MUTANTS: Mapping[str, Mutant] = {
    "acknowledge_before_commit": Mutant(
        plant=_acknowledge_before_commit,
        found_by=("acked_lost", "taken_as_new"),
        malice=Malice({WEB_WORKER: 1}, (0.2, 0.6)),
        seconds=5.0,
    ),
    "no_unique_key": Mutant(
        plant=_insert_plainly,
        damage=("ALTER TABLE submissions DROP CONSTRAINT pk_submissions CASCADE",),
        found_by=("stored_twice",),
    ),
    "batch_id_of_any_device": Mutant(
        plant=_share_batch_ids, found_by=("wrongly_refused", "left_on_device")
    ),
    "last_arrival_wins": Mutant(plant=_last_arrival_wins, found_by=("current_not_latest",)),
    "counter_per_delivery": Mutant(plant=_count_deliveries, found_by=("counter_mismatch",)),
    "commit_without_disk": Mutant(
        plant=_promise_without_disk,
        # Nor do the workers' commits wait, and the server's own writer takes its time.
        damage=(
            "ALTER SYSTEM SET synchronous_commit = off",
            "ALTER SYSTEM SET wal_writer_delay = '10s'",
            "ALTER SYSTEM SET wal_writer_flush_after = '1GB'",
            "SELECT pg_reload_conf()",
        ),
        repair=("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()"),
        found_by=("acked_lost", "conflict_hidden", "taken_as_new"),
        malice=Malice({POSTGRES: 1}, (2.5, 3.5), between_postgres=2.0),
        seconds=8.0,
    ),
    "no_receipts": Mutant(plant=_forget_receipts),
}
EQUIVALENT = frozenset(name for name, one in MUTANTS.items() if not one.found_by)
