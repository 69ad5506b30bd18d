"""What the server told a tablet: forms, assignments, units, numbers, reviews, messages.

Units come in pages. A page of everything takes nothing away: what it did not name is dropped once
the last page is there, so that a link that breaks in the middle leaves the enumerator with all the
households they had.
"""

import sqlite3
from collections.abc import Sequence
from typing import TypeVar, cast

import msgspec

from survey_server.tablet.database import Database
from survey_server.tablet.protocol import (
    Assignment,
    FormToHold,
    Limits,
    Message,
    Numbers,
    ReceiptKey,
    Review,
    State,
    Unit,
)

One = TypeVar("One")

# Lists that the server tells whole, when they changed, and those that are read often.
_KEPT = ("limits", "survey", "messages", "reviews", "reserved_numbers")


class Told(Database):
    def limits(self) -> Limits:
        known = self.setting("limits")
        return msgspec.json.decode(known, type=Limits) if known else Limits()

    def receipt_key(self) -> ReceiptKey | None:
        known = self.setting("receipt_key")
        return msgspec.json.decode(known, type=ReceiptKey) if known else None

    def adopt(self, state: State, etag: str | None) -> None:
        """Takes over a page of the state; the receipt key is pinned by the first.

        Another epoch means that the server's database was restored, and so does a server that
        holds less than it has acknowledged: this tablet offers again everything it still has.
        """
        epoch = msgspec.json.encode(state.epoch).decode()
        with self._transaction() as db:
            if self.setting("epoch") not in (None, epoch):
                self._offer_again(db)
            self.note("epoch", epoch)
            if state.held_by_server is not None:
                self.note("held_by_server", str(state.held_by_server))
                self._look_at_count(db, state.held_by_server)
            self._adopt_units(db, state)
            self.note("cursor", None if state.cursor is None else str(state.cursor))
            self.note("etag", etag)
            self._adopt_lists(db, state)

    def start_over(self) -> None:
        """The cursor is out of date: everything is downloaded anew, and what this tablet still has
        is offered again. Until then it works with what it was told before."""
        with self._transaction() as db:
            self._forget_cursor()
            self._offer_again(db)

    def forget_cursor(self) -> None:
        """It was damaged: everything is downloaded anew, and nothing else is wrong."""
        with self._transaction():
            self._forget_cursor()

    def _forget_cursor(self) -> None:
        for name in ("cursor", "etag", "paging"):
            self.note(name, None)

    def told_the_same(self) -> None:
        """Nothing has changed since the state that was adopted last, the count neither: what was
        acknowledged after it is lost."""
        if self.setting("held_by_server") is not None:
            with self._transaction() as db:
                self._look_at_count(db, self.number("held_by_server"))

    def _look_at_count(self, db: sqlite3.Connection, held_by_server: int) -> None:
        lost = held_by_server < self.number("brought")
        if lost and self.setting("offered_up_to") is None:
            self._offer_again(db)

    def _offer_again(self, db: sqlite3.Connection) -> None:
        """The server is asked about each interview, and about each file, once more."""
        self.note("offered_up_to", "0")
        db.execute("UPDATE files SET state = 'pending' WHERE state = 'acked'")

    def _adopt_units(self, db: sqlite3.Connection, state: State) -> None:
        begins = state.whole and not (self.setting("paging") and self.setting("cursor"))
        number = self.number("round") + begins
        self.note("round", str(number))
        self.note("paging", "yes" if state.whole and state.more else None)
        db.executemany("DELETE FROM units WHERE ea = ?", ((ea,) for ea in state.removed.eas))
        db.executemany("DELETE FROM units WHERE code = ?", ((one,) for one in state.removed.units))
        db.executemany(
            "INSERT OR REPLACE INTO units VALUES (?, ?, ?, ?, ?, ?)",
            ((*msgspec.structs.astuple(unit), number) for unit in state.units),
        )
        if state.whole and not state.more:
            db.execute("DELETE FROM units WHERE round < ?", (number,))

    def _adopt_lists(self, db: sqlite3.Connection, state: State) -> None:
        for name in _KEPT:
            if (told := getattr(state, name)) is not None:
                self.note(name, msgspec.json.encode(told).decode())
        if self.setting("receipt_key") is None and state.receipt_key is not None:
            self.note("receipt_key", msgspec.json.encode(state.receipt_key).decode())
        if state.forms is not None:
            self._adopt_forms(db, state.forms)
        if state.assignments is not None:
            db.execute("DELETE FROM assignments")
            db.executemany(
                "INSERT OR REPLACE INTO assignments (ea, form_id, name, due) VALUES (?, ?, ?, ?)",
                ((one.ea, one.form_id or "", one.name, one.due) for one in state.assignments),
            )

    def _adopt_forms(self, db: sqlite3.Connection, forms: Sequence[FormToHold]) -> None:
        # A form that is not offered any more stays: interviews begun in it are finished in it.
        db.execute("UPDATE forms SET wanted = 0")
        db.executemany(
            "INSERT INTO forms (form_id, version, hash, url) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (form_id, version) DO UPDATE SET wanted = 1, url = excluded.url,"
            " content = CASE WHEN hash = excluded.hash THEN content END, hash = excluded.hash",
            ((form.form_id, form.version, form.hash, form.url) for form in forms),
        )

    def forms(self) -> list[FormToHold]:
        rows = self._db.execute(
            "SELECT form_id, version, hash, url FROM forms WHERE wanted ORDER BY form_id, version"
        )
        return [FormToHold(*row) for row in rows]

    def forms_without_content(self) -> list[FormToHold]:
        rows = self._db.execute(
            "SELECT form_id, version, hash, url FROM forms WHERE wanted AND content IS NULL"
        )
        return [FormToHold(*row) for row in rows]

    def keep_form(self, form: FormToHold, content: bytes) -> None:
        with self._transaction() as db:
            db.execute(
                "UPDATE forms SET content = ? WHERE form_id = ? AND version = ? AND hash = ?",
                (content, form.form_id, form.version, form.hash),
            )

    def form_content(self, form_id: str, version: str) -> bytes | None:
        row = self._db.execute(
            "SELECT content FROM forms WHERE form_id = ? AND version = ?", (form_id, version)
        ).fetchone()
        return cast("bytes | None", row[0]) if row else None

    def assignments(self) -> list[Assignment]:
        rows = self._db.execute(
            "SELECT ea, name, nullif(form_id, ''), due FROM assignments ORDER BY ea"
        )
        return [Assignment(*row) for row in rows]

    def units(self) -> list[Unit]:
        rows = self._db.execute(
            "SELECT code, ea, address, head_name, listed_persons FROM units ORDER BY code"
        )
        return [Unit(*row) for row in rows]

    def reviews(self) -> list[Review]:
        """Interviews that a supervisor returned; gone once the server has a newer revision."""
        return self._list("reviews", Review)

    def messages(self) -> list[Message]:
        return self._list("messages", Message)

    def free_numbers(self, ea: str) -> list[str]:
        """Codes that this tablet may give to households of an EA that are in no list."""
        used = {str(row[0]) for row in self._db.execute("SELECT DISTINCT unit FROM records")}
        kept = self._list("reserved_numbers", Numbers)
        return [code for one in kept if one.ea == ea for code in one.units if code not in used]

    def _list(self, name: str, kind: type[One]) -> list[One]:
        known = self.setting(name)
        return msgspec.json.decode(known, type=list[kind]) if known else []  # type: ignore[valid-type]
