"""Which tables a call really wrote to, told by PostgreSQL itself.

While it is watched, every table notes each row that the server adds, changes or removes; what is
rolled back is not noted, nor what tests write as the owner of the tables. Not watched are the
trail, which notes refusals too, counted failures, and the moment at which a session or a program's
token was last used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from survey_server.store.base import Base

UNWATCHED = {"audit_entries", "audit_seals", "audit_anchors", "failures"}
# What counts as a change, where not everything does.
EVENTS = {
    "sessions": "INSERT OR DELETE",
    "api_tokens": "INSERT OR DELETE OR UPDATE OF revoked_at",
}
_NOTE = """
    CREATE TABLE watched (place text NOT NULL);
    CREATE FUNCTION note_watched() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN INSERT INTO watched VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
"""


@dataclass(frozen=True, slots=True)
class Watch:
    connection: Connection

    def touched(self) -> set[str]:
        """Tables that were written to since it was asked last."""
        found = self.connection.execute(text("SELECT DISTINCT place FROM watched"))
        places = {str(row.place) for row in found}
        if places:
            self.connection.execute(text("DELETE FROM watched"))
        return places

    def last_entry(self) -> int:
        """Of the trail."""
        found = self.connection.execute(text("SELECT coalesce(max(id), 0) FROM audit_entries"))
        return int(found.scalar_one())

    def entries_after(self, last: int) -> list[tuple[str, str, int | None, str]]:
        """Action, survey, person, object."""
        found = self.connection.execute(
            text(
                "SELECT action, survey, person, object FROM audit_entries WHERE id > :last"
                " ORDER BY id"
            ),
            {"last": last},
        )
        return [tuple(row) for row in found]


@contextmanager
def watching(database: Engine) -> Iterator[Watch]:
    tables = sorted(set(Base.metadata.tables) - UNWATCHED)
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(_NOTE))
        owner = connection.execute(text("SELECT current_user")).scalar_one()
        for table in tables:
            events = EVENTS.get(table, "INSERT OR DELETE OR UPDATE")
            connection.execute(
                text(
                    f"CREATE TRIGGER watched AFTER {events} ON {table}"
                    f" FOR EACH ROW WHEN (current_user <> '{owner}')"
                    " EXECUTE FUNCTION note_watched()"
                )
            )
        try:
            yield Watch(connection)
        finally:
            connection.execute(text("DROP FUNCTION note_watched() CASCADE"))
            connection.execute(text("DROP TABLE watched"))
