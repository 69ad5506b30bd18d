"""A tablet's memory: one SQLite file that survives being killed at any point.

The rule: every method that changes something is one transaction, and each leaves a state from which
the sync loop can go on. Schema and the guards that the database itself keeps are in schema.sql;
what the server told is in told.py, and opening the file in database.py.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from survey_server.tablet.files import Files
from survey_server.tablet.protocol import Batch, Receipt, Result
from survey_server.tablet.records import Attachment, Record

RECORD = (
    "instance_id, form_id, form_version, interview_id, unit, started_at, finished_at,"
    " answers, sha256, revision, replaces"
)


NAMED = (
    "(SELECT json_group_array(json_array(n.name, n.sha256, length(f.content)))"
    " FROM named_files n JOIN files f USING (sha256) WHERE n.instance_id = records.instance_id)"
)

# What the server counts among the interviews that an enrolment has brought.
NEW_OUTCOMES = ("stored", "superseded", "quarantined")


class NotAmendable(Exception):
    """The record was offered to a server once; an edit must be a new record."""


class Store(Files):
    # Records

    def keep(self, records: Iterable[Record]) -> None:
        """Finished interviews and edits; from here on they are not lost."""
        kept = list(records)
        rows = (
            (
                r.instance_id, r.form_id, r.form_version, r.interview_id, r.unit, r.started_at,
                r.finished_at, r.answers, r.sha256, r.revision, r.replaces,
            )
            for r in kept
        )  # fmt: skip
        with self._transaction() as db:
            db.executemany(f"INSERT INTO records ({RECORD}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows)
            self._name_files(db, kept)

    def amend(self, record: Record) -> None:
        """Rewrites a record that no server has been offered yet; raises NotAmendable."""
        with self._transaction() as db:
            changed = db.execute(
                "UPDATE records SET answers = ?, sha256 = ?, finished_at = ?"
                " WHERE instance_id = ? AND offered_at IS NULL",
                (record.answers, record.sha256, record.finished_at, record.instance_id),
            ).rowcount
        if changed != 1:
            raise NotAmendable(record.instance_id)

    def record(self, instance_id: str) -> Record | None:
        found = self._records("WHERE instance_id = ?", (instance_id,))
        return found[0] if found else None

    def units_visited(self) -> set[str]:
        return {str(row[0]) for row in self._db.execute("SELECT DISTINCT unit FROM records")}

    def newest(self, unit: str) -> Record | None:
        """The newest revision of the interview of a unit."""
        found = self._records("WHERE unit = ? ORDER BY revision DESC, made LIMIT 1", (unit,))
        return found[0] if found else None

    def waiting(self, most: int) -> list[Record]:
        """Records that no server holds: those without setbacks first, then the oldest."""
        return self._records("WHERE state = 'pending' ORDER BY setbacks, made LIMIT ?", (most,))

    def unacknowledged(self) -> list[Record]:
        return self._records("WHERE state <> 'acked' ORDER BY made")

    def _records(self, where: str, values: Sequence[object] = ()) -> list[Record]:
        rows = self._db.execute(f"SELECT {RECORD}, {NAMED} FROM records {where}", values)
        return [
            Record(
                instance_id=row[0], form_id=row[1], form_version=row[2], interview_id=row[3],
                unit=row[4], started_at=row[5], finished_at=row[6], answers=bytes(row[7]),
                sha256=row[8], revision=row[9], replaces=row[10],
                attachments=tuple(Attachment(*one) for one in json.loads(row[11])),
            )
            for row in rows
        ]  # fmt: skip

    def held(self) -> int:
        """How many records only this tablet has."""
        row = self._db.execute("SELECT count(*) FROM records WHERE state <> 'acked'").fetchone()
        return int(row[0])

    def states(self) -> dict[str, int]:
        rows = self._db.execute("SELECT state, count(*) FROM records GROUP BY state")
        return {"pending": 0, "acked": 0, "rescue": 0} | dict(rows.fetchall())

    def outcomes(self) -> dict[str, int]:
        rows = self._db.execute(
            "SELECT outcome, count(*) FROM records WHERE outcome IS NOT NULL GROUP BY outcome"
        )
        return dict(rows.fetchall())

    def forget_acknowledged(self, before: str) -> int:
        """Makes room: drops what the server acknowledged before that time (ISO 8601, UTC).

        Seven days are the least: a restored backup may ask for what it once acknowledged.
        """
        with self._transaction() as db:
            gone = db.execute(
                "DELETE FROM records WHERE state = 'acked' AND receipt IN"
                " (SELECT batch_id FROM receipts WHERE received_at < ?)",
                (before,),
            ).rowcount
            db.execute(
                "DELETE FROM receipts WHERE received_at < ? AND batch_id NOT IN"
                " (SELECT receipt FROM records WHERE receipt IS NOT NULL)",
                (before,),
            )
        return gone

    # The batch on its way

    def in_flight(self) -> Batch | None:
        row = self._db.execute("SELECT batch_id, packed, sent FROM in_flight").fetchone()
        if row is None:
            return None
        sent = tuple((str(one), str(two)) for one, two in json.loads(row[2]))
        return Batch(batch_id=row[0], packed=bytes(row[1]), sent=sent)

    def take_off(self, batch: Batch, at: str) -> None:
        """Keeps the batch before its first byte is sent; its records are immutable from now."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO in_flight VALUES (1, ?, ?, ?)",
                (batch.batch_id, batch.packed, json.dumps(batch.sent)),
            )
            db.executemany(
                "UPDATE records SET offered_at = ? WHERE instance_id = ? AND offered_at IS NULL",
                ((at, instance_id) for instance_id, _ in batch.sent),
            )

    def call_back(self, set_aside: Sequence[str] = (), code: str | None = None) -> None:
        """Gives the batch up: its records wait for another one, but for those set aside."""
        with self._transaction() as db:
            db.execute("DELETE FROM in_flight")
            self._set_aside(db, set_aside, code)

    def postpone(self, instance_ids: Sequence[str]) -> None:
        """Gives the batch up and lets the others go first."""
        with self._transaction() as db:
            db.execute("DELETE FROM in_flight")
            db.executemany(
                "UPDATE records SET setbacks = setbacks + 1 WHERE instance_id = ?",
                ((instance_id,) for instance_id in instance_ids),
            )

    def put_back(self) -> int:
        """What was set aside is offered again: a person, or a newer server, has seen to it."""
        with self._transaction() as db:
            return db.execute(
                "UPDATE records SET state = 'pending', setbacks = 0 WHERE state = 'rescue'"
            ).rowcount

    def set_aside(self, instance_ids: Sequence[str], code: str) -> None:
        with self._transaction() as db:
            self._set_aside(db, instance_ids, code)

    def _set_aside(
        self, db: sqlite3.Connection, instance_ids: Sequence[str], code: str | None
    ) -> None:
        db.executemany(
            "UPDATE records SET state = 'rescue', code = ?"
            " WHERE instance_id = ? AND state = 'pending'",
            ((code, instance_id) for instance_id in instance_ids),
        )

    def settle(
        self, receipt: Receipt, body: bytes, signature: str, at: str, most_setbacks: int
    ) -> None:
        """The definite answer: the receipt, what it releases, and the end of the batch, at once."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?)",
                (receipt.batch_id, body, signature, at),
            )
            db.executemany(
                "UPDATE records SET state = 'acked', outcome = ?, code = ?, receipt = ?"
                " WHERE instance_id = ?",
                (
                    (result.outcome, result.code, receipt.batch_id, result.instance_id)
                    for result in receipt.results
                    if result.outcome != "rejected"
                ),
            )
            for result in receipt.results:
                if result.outcome == "rejected":
                    self._reject(db, result, most_setbacks)
            brought = sum(result.outcome in NEW_OUTCOMES for result in receipt.results)
            self.note("brought", str(self.number("brought") + brought))
            db.execute("DELETE FROM in_flight")

    def _reject(self, db: sqlite3.Connection, result: Result, most: int) -> None:
        db.execute(
            "UPDATE records SET setbacks = setbacks + 1, outcome = 'rejected', code = ?,"
            " state = CASE WHEN ? AND setbacks + 1 < ? THEN 'pending' ELSE 'rescue' END"
            " WHERE instance_id = ? AND state = 'pending'",
            (result.code, result.retry, most, result.instance_id),
        )

    # What is offered again, after the server's database was restored

    def to_offer(self, most: int) -> list[tuple[int, Record]] | None:
        """Acknowledged records with their places, from where the last question ended; None where
        nothing is to be asked."""
        if self.setting("offered_up_to") is None:
            return None
        after = self.number("offered_up_to")
        made = self._db.execute(
            "SELECT made, instance_id FROM records WHERE state = 'acked' AND made > ?"
            " ORDER BY made LIMIT ?",
            (after, most),
        ).fetchall()
        found = self._records(
            "WHERE state = 'acked' AND made > ? ORDER BY made LIMIT ?", (after, most)
        )
        return [(int(row[0]), record) for row, record in zip(made, found, strict=True)]

    def note_missing(self, instance_ids: Iterable[str], up_to: int, held_by_server: int) -> None:
        """What the server lacks waits to be sent once more."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE records SET state = 'pending' WHERE instance_id = ? AND state = 'acked'",
                ((one,) for one in instance_ids),
            )
            self.note("offered_up_to", str(up_to))
            self.note("brought", str(held_by_server))

    def end_offering(self) -> None:
        self.note("offered_up_to", None)

    def offer_everything(self) -> None:
        """To a server that cannot be asked: what it has already comes back as `duplicate`."""
        with self._transaction() as db:
            db.execute("UPDATE records SET state = 'pending' WHERE state = 'acked'")
            self.note("offered_up_to", None)
            self.note("brought", "0")
