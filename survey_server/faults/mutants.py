"""Faults planted into the server, to see that the checker finds them.

Each breaks one of the rules that the server stands on. `plant` changes functions of the running
process; `damage` is done to the database before it starts, and `repair` to the servers afterwards,
for whoever comes next. Nothing of it is in the product's code, and none of it can be asked for
there.
"""

import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Flask, current_app, g, has_request_context
from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.faults.mutants_of_files import MUTANTS_OF_FILES
from survey_server.faults.mutating import Mutant, changed, put
from survey_server.faults.nemesis import POSTGRES, WEB_WORKERS, Malice

NAME = "SURVEY_FAULTS_MUTANT"
HASTE_SECONDS = 0.5


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

    put(base.WebSession, "commit", hasty)


def _insert_plainly() -> None:
    from survey_server.services.openrosa import swiftly
    from survey_server.store.intake import receiving, singly

    def plain(careful: str) -> str:
        return changed(careful, " ON CONFLICT (instance_id) DO NOTHING", "")

    put(receiving, "_ADD_SUBMISSIONS", text(plain(receiving._ADD_SUBMISSIONS.text)))
    put(singly, "_KEEP", plain(singly._KEEP))
    # What comes by itself is held by the key of batches as well.
    put(swiftly, "batch_id_of", lambda *_: uuid.uuid4())


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

    put(intake, "add_batch", add_batch)
    put(intake, "earlier_batch", earlier)


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

    put(intake, "received_in", noted)
    put(deriving, "current_of", last)


def _count_deliveries() -> None:
    """The counter goes up with each piece of work, and nobody counts again."""
    from survey_server.store import coverage

    recount = coverage.recount

    def bump(session: Session, survey: int, eas: Sequence[int]) -> None:
        before = session.execute(_RECEIVED, {"eas": list(eas)}).all()
        recount(session, survey, eas)
        for row in before:
            session.execute(_BUMP, {"ea": row.ea_id, "received": row.received + 1})

    put(coverage, "recount", bump)


_RECEIVED = text("SELECT ea_id, received FROM ea_coverage WHERE ea_id = ANY(:eas)")
_BUMP = text("UPDATE ea_coverage SET received = :received WHERE ea_id = :ea")


def _promise_without_disk() -> None:
    """No commit waits for the disk; nor that of a refusal, which would take others along."""
    from survey_server import app
    from survey_server.services.audit import writing
    from survey_server.store import base

    for where, name in ((base, "WEB_OPTIONS"), (app, "WEB_OPTIONS"), (writing, "OPTIONS")):
        put(where, name, _hasty(getattr(where, name)))


def _hasty(options: str) -> str:
    return changed(options, "synchronous_commit=on", "synchronous_commit=off")


def _thank_before_keeping() -> None:
    """An interview that comes by itself is written after its 201, unless somebody dies."""
    from survey_server.store.intake import singly

    keep = singly.keep

    def hasty(*what: Any) -> bool:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        threading.Thread(target=_keep_later, args=(app, what)).start()
        return True

    def _keep_later(app: Flask, what: tuple[Any, ...]) -> None:
        time.sleep(HASTE_SECONDS)
        with app.app_context():
            keep(*what)

    put(singly, "keep", hasty)


def _ask_without_disk() -> None:
    """Only the statement that keeps an interview that comes by itself does not wait."""
    from survey_server import app
    from survey_server.store.base import ASKING, binds as careful

    def binds(intake_url: str, pool_size: int) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {**careful(intake_url, pool_size)}
        told = found[ASKING]["connect_args"]
        found[ASKING] |= {"connect_args": {**told, "options": _hasty(told["options"])}}
        return found

    put(app, "binds", binds)


def _forget_receipts() -> None:
    """Every delivery is a batch of its own: the ids of submissions suffice. No fault at all."""
    from survey_server.store import intake
    from survey_server.store.intake import receiving

    def add_batch(
        session: Session, sender: receiving.Sender, batch_id: uuid.UUID, sha: bytes, now: datetime
    ) -> int | None:
        return receiving.add_batch(session, sender, uuid.uuid4(), sha, now)

    put(intake, "add_batch", add_batch)


_NO_KEY = ("ALTER TABLE submissions DROP CONSTRAINT pk_submissions CASCADE",)
# Nor do the workers' commits wait, and the server's own writer takes its time.
_LAZY_DISK = (
    "ALTER SYSTEM SET synchronous_commit = off",
    "ALTER SYSTEM SET wal_writer_delay = '10s'",
    "ALTER SYSTEM SET wal_writer_flush_after = '1GB'",
    "SELECT pg_reload_conf()",
)
_DILIGENT_DISK = ("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()")
_POWER_FAILS = Malice({POSTGRES: 1}, between_postgres=0.0, after_promises=(2, 3))
_WEB_DIES = Malice({WEB_WORKERS: 1}, after_promises=(3, 5))

MUTANTS: Mapping[str, Mutant] = {
    "acknowledge_before_commit": Mutant(
        plant=_acknowledge_before_commit,
        found_by=("acked_lost", "taken_as_new"),
        malice=_WEB_DIES,
        promises=40,
    ),
    "no_unique_key": Mutant(
        plant=_insert_plainly,
        damage=_NO_KEY,
        found_by=("stored_twice",),
    ),
    "batch_id_of_any_device": Mutant(
        plant=_share_batch_ids,
        found_by=("wrongly_refused", "left_on_device"),
        promises=10,
        tablets=4,
    ),
    "last_arrival_wins": Mutant(plant=_last_arrival_wins, found_by=("current_not_latest",)),
    "counter_per_delivery": Mutant(plant=_count_deliveries, found_by=("counter_mismatch",)),
    "commit_without_disk": Mutant(
        plant=_promise_without_disk,
        damage=_LAZY_DISK,
        repair=_DILIGENT_DISK,
        found_by=("acked_lost", "conflict_hidden", "taken_as_new"),
        malice=_POWER_FAILS,
        promises=16,
    ),
    "openrosa_thanks_before_keeping": Mutant(
        plant=_thank_before_keeping,
        found_by=("acked_lost",),
        malice=_WEB_DIES,
        promises=40,
        collect_every=1,
    ),
    "openrosa_no_unique_key": Mutant(
        plant=_insert_plainly, damage=_NO_KEY, found_by=("stored_twice",), collect_every=1
    ),
    "openrosa_without_disk": Mutant(
        plant=_ask_without_disk,
        damage=_LAZY_DISK,
        repair=_DILIGENT_DISK,
        found_by=("acked_lost",),
        malice=_POWER_FAILS,
        promises=24,
        # The disk is waited for by what comes with files, or as an edit: of one tablet, or others'
        # promises would be kept for their sake.
        tablets=1,
        collect_every=1,
    ),
    "no_receipts": Mutant(plant=_forget_receipts),
    **MUTANTS_OF_FILES,
}
EQUIVALENT = frozenset(name for name, one in MUTANTS.items() if not one.found_by)
