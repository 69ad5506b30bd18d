"""Writing the trail: each entry in a transaction of its own, committed before the act goes on.

So a refusal is on file although its request rolls back, and nothing is done that could not be
written down first: where the trail cannot be written, `note` stops the act. Note an act after
everything that may refuse it and before its commit. Uploads are not noted: what intake keeps is
their trail, and they must never wait for this one.

Each process says once where its trail is (`keep_in`): web, workers and commands as their own role.
"""

from contextlib import suppress
from datetime import UTC, datetime

import structlog
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError, TimeoutError as PoolTimeout

from survey_server.domain.audit import Data, Entry
from survey_server.problems import AuditUnavailable
from survey_server.store import audit
from survey_server.store.base import engine_options

__all__ = ["Data", "Entry", "Trail", "keep_in", "note", "note_if_possible"]

log = structlog.get_logger()

POOL_SIZE = 2
# Short: somebody waits for every entry. What is written down must survive a crash.
OPTIONS = "-c lock_timeout=2s -c statement_timeout=3s -c timezone=UTC -c synchronous_commit=on"


class Trail:
    """Connections that serve the trail alone, so that no request's transaction is around it."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url, **engine_options(POOL_SIZE, OPTIONS))

    def note(self, entry: Entry) -> None:
        """Raises AuditUnavailable."""
        try:
            with self.engine.begin() as connection:
                audit.add(connection, entry, datetime.now(UTC))
        except (SQLAlchemyError, PoolTimeout) as fault:
            log.error("trail not written", action=entry.action, why=type(fault).__name__)
            raise AuditUnavailable() from None


_trail: Trail | None = None


def keep_in(trail: Trail) -> None:
    """From here on, this process writes there."""
    global _trail  # noqa: PLW0603 - a process has one trail, like one log
    if _trail is not None and _trail is not trail:
        # Commands run one after the other in tests; their connections go with them.
        _trail.engine.dispose()
    _trail = trail


def note(entry: Entry) -> None:
    """Raises AuditUnavailable where it cannot be written, and then nothing may be done."""
    if _trail is None:
        log.error("no trail", action=entry.action)
        raise AuditUnavailable()
    _trail.note(entry)


def note_if_possible(entry: Entry) -> None:
    """For refusals: they stand, written down or not."""
    with suppress(AuditUnavailable):
        note(entry)
