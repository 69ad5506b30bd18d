"""Files of a million rows: COPY into a temporary table, then one statement that merges it.

COPY runs on the session's own connection and so belongs to its transaction. The temporary table
ends with that transaction.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

# Told how many rows have been written so far.
Progress: TypeAlias = Callable[[int], None]
ROWS_BETWEEN_TELLING = 20_000


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import did. The same file a second time is all unchanged."""

    added: int
    changed: int
    unchanged: int


def bring_in(
    session: Session,
    definition: str,
    rows: Iterable[Sequence[object]],
    progress: Progress | None = None,
) -> int:
    """Fills the temporary table `incoming` and says with how many rows.

    `definition` is SQL of ours ("code text, level smallint"); rows are in the order of its columns.
    """
    count = 0
    with _driver(session).cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.incoming")
        cursor.execute(f"CREATE TEMPORARY TABLE incoming ({definition}) ON COMMIT DROP".encode())
        with cursor.copy("COPY incoming FROM STDIN") as copy:
            for count, row in enumerate(rows, 1):
                copy.write_row(row)
                if progress and count % ROWS_BETWEEN_TELLING == 0:
                    progress(count)
        cursor.execute("ANALYZE incoming")
    return count


def merge(session: Session, upsert: str, values: dict[str, Any]) -> tuple[int, int]:
    """Runs an INSERT … ON CONFLICT DO UPDATE over `incoming`; rows added, rows changed.

    A row that the statement inserted has no earlier version: its xmax is 0.
    """
    statement = text(
        f"WITH merged AS ({upsert} RETURNING (xmax = 0) AS added) "
        "SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM merged"
    )
    added, changed = session.execute(statement, values).one()
    return added, changed


def _driver(session: Session) -> psycopg.Connection[tuple[Any, ...]]:
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("imports need psycopg 3: SURVEY_DATABASE_URL says another driver")
    return connection
