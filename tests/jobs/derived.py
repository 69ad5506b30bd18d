"""What is derived of a survey: its rows, forgotten and derived again, in any order, by anybody."""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey_server.domain.interviews import UNKNOWN_SCOPE, unknown_ea
from survey_server.services.interviews.deriving import derive_batches
from survey_server.services.interviews.rebuilding import Difference, rebuild
from survey_server.store import frame
from survey_server.store.sync.resolving import PLACES_LOCK
from tests.world import World

OF_INTERVIEWS = (
    "SELECT t.* FROM {table} t JOIN interviews i USING (interview_id, ea_id)"
    " WHERE i.survey_id = :survey ORDER BY 1, 2, 3, 4"
)
ROWS = {
    "interviews": "SELECT * FROM interviews WHERE survey_id = :survey ORDER BY 1, 2",
    "persons": OF_INTERVIEWS.format(table="persons"),
    "person_identities": OF_INTERVIEWS.format(table="person_identities"),
    "findings": OF_INTERVIEWS.format(table="findings"),
    "matches": "SELECT * FROM matches WHERE survey_id = :survey ORDER BY 1, 2, 3, 4, 5",
    "ea_coverage": "SELECT * FROM ea_coverage WHERE survey_id = :survey ORDER BY 1, 2",
    "ea_days": "SELECT * FROM ea_days WHERE survey_id = :survey ORDER BY 1, 2, 3, 4",
}
FORGET = (
    "DELETE FROM matches WHERE survey_id = :survey",
    "DELETE FROM interviews WHERE survey_id = :survey",
    "DELETE FROM ea_days WHERE survey_id = :survey",
    "DELETE FROM quarantine q USING submissions s WHERE s.instance_id = q.instance_id"
    " AND s.survey_id = :survey AND s.form_version_id IS NOT NULL",
    "UPDATE ea_coverage SET received = 0, complete = 0, partial = 0, absent = 0, refused = 0,"
    " moved = 0, not_a_dwelling = 0, all_died = 0, duplicates = 0, with_findings = 0,"
    " persons = 0, last_received_at = NULL WHERE survey_id = :survey",
    "UPDATE submissions SET state = 'received' WHERE survey_id = :survey"
    " AND form_version_id IS NOT NULL AND state <> 'trial'",
    "INSERT INTO pending_batches (batch, received_at, attempts)"
    " SELECT DISTINCT batch, received_at, 0 FROM submissions WHERE survey_id = :survey"
    " ON CONFLICT DO NOTHING",
)


def rows(world: World) -> dict[str, list[tuple[Any, ...]]]:
    return {table: [tuple(row) for row in world.sql(query)] for table, query in ROWS.items()}


def forget(world: World) -> None:
    """As if the survey's submissions had just been received."""
    with Session(world.engine) as session, session.begin():
        for statement in FORGET:
            session.execute(text(statement), {"survey": world.id})


def batches(world: World) -> list[int]:
    found = world.sql("SELECT DISTINCT batch FROM submissions WHERE survey_id = :survey ORDER BY 1")
    return [row.batch for row in found]


def derive(workers: Engine, groups: Iterable[Sequence[int]]) -> None:
    """Each group of batches in a transaction of its own."""
    for group in groups:
        with Session(workers) as session, session.begin():
            derive_batches(session, group, datetime.now(UTC))


def rebuild_all(world: World) -> list[Difference]:
    with Session(world.engine) as session, session.begin():
        now = datetime.now(UTC)
        found = rebuild(session, world.id, [unknown_ea(world.id)], UNKNOWN_SCOPE, now)
        for scope in frame.all_scopes(session, world.id):
            found += rebuild(session, world.id, frame.eas_in(session, world.id, scope), scope, now)
        return found


def until_somebody_waits_for_places(world: World) -> None:
    for _ in range(3000):
        with world.engine.connect() as connection:
            waiting = connection.execute(
                text(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                    " AND objid = CAST(:lock AS bigint)"
                ),
                {"lock": PLACES_LOCK},
            )
            if waiting.scalar_one():
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
