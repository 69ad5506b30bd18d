"""What the sealer needs: which entries can be chained, where chains end, what was anchored.

An entry gets its id when it is written and becomes visible when its transaction commits, so a
smaller id may appear after a larger one. Every writer holds a shared advisory lock from before it
gets an id until it has committed (a trigger takes it). Whoever reads the highest id first and the
holders of the lock afterwards knows: once those holders are gone, no id up to the highest is still
to come. Nobody waits for the sealer, and a transaction that writes no entry delays nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.audit import Kept, Link

# The two numbers of the advisory locks; migration 0010 has those of the writers too.
WRITERS = {"one": 20240401, "two": 10}
SEALER = {"one": 20240401, "two": 11}

# As Kept has it. The database spells the moment: it is faster at that than at telling it apart.
ENTRY = (
    "e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"') AS at,"
    " e.action, e.survey, e.person, e.device, e.object, CAST(e.data AS text) AS data"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain."""

    chain: str
    seq: int
    hash: bytes


def is_only_sealer(session: Session) -> bool:
    """Until the transaction ends. False where another process is sealing."""
    statement = text("SELECT pg_try_advisory_xact_lock(:one, :two)")
    return bool(session.execute(statement, SEALER).scalar_one())


def highest_id(session: Session) -> int:
    return int(session.execute(text("SELECT coalesce(max(id), 0) FROM audit_entries")).scalar_one())


def writers(session: Session) -> frozenset[str]:
    """The transactions that are writing entries now."""
    rows = session.execute(
        text(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND classid = :one AND objid = :two AND objsubid = 2"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ),
        WRITERS,
    )
    return frozenset(row.virtualtransaction for row in rows)


def unsealed(session: Session, up_to: int, most: int) -> list[Kept]:
    """In the order of their ids; all that are smaller are sealed."""
    rows = session.execute(
        text(
            f"SELECT {ENTRY} FROM audit_entries e"
            " WHERE e.id > (SELECT coalesce(max(entry_id), 0) FROM audit_seals)"
            " AND e.id <= :up_to ORDER BY e.id LIMIT :most"
        ),
        {"up_to": up_to, "most": most},
    )
    return [Kept(*row) for row in rows]


def ends_of(session: Session, chains: Collection[str]) -> dict[str, tuple[int, bytes]]:
    """Last place and hash of those of the chains that have begun."""
    rows = session.execute(
        text(
            "SELECT c.chain, s.seq, s.hash FROM unnest(CAST(:chains AS text[])) AS c(chain)"
            " CROSS JOIN LATERAL (SELECT seq, hash FROM audit_seals WHERE chain = c.chain"
            " ORDER BY seq DESC LIMIT 1) s"
        ),
        {"chains": list(chains)},
    )
    return {row.chain: (row.seq, bytes(row.hash)) for row in rows}


def add_links(session: Session, links: Sequence[Link]) -> None:
    session.execute(
        text(
            "INSERT INTO audit_seals (chain, seq, entry_id, prev_hash, hash) SELECT * FROM unnest("
            "CAST(:chains AS text[]), CAST(:seqs AS bigint[]), CAST(:entries AS bigint[]),"
            " CAST(:before AS bytea[]), CAST(:hashes AS bytea[]))"
        ),
        {
            "chains": [one.chain for one in links],
            "seqs": [one.seq for one in links],
            "entries": [one.entry_id for one in links],
            "before": [one.prev_hash for one in links],
            "hashes": [one.hash for one in links],
        },
    )


def heads(session: Session) -> list[Head]:
    """The ends of all chains. Steps from chain to chain in the index, past their links."""
    rows = session.execute(
        text(
            "WITH RECURSIVE c AS ((SELECT chain FROM audit_seals ORDER BY chain LIMIT 1)"
            " UNION ALL SELECT (SELECT s.chain FROM audit_seals s WHERE s.chain > c.chain"
            " ORDER BY s.chain LIMIT 1) FROM c WHERE c.chain IS NOT NULL)"
            " SELECT c.chain, s.seq, s.hash FROM c CROSS JOIN LATERAL (SELECT seq, hash"
            " FROM audit_seals WHERE chain = c.chain ORDER BY seq DESC LIMIT 1) s"
            " ORDER BY c.chain"
        )
    )
    return [Head(row.chain, row.seq, bytes(row.hash)) for row in rows]


def last_anchor(session: Session) -> tuple[int, datetime] | None:
    row = session.execute(
        text("SELECT number, at FROM audit_anchors ORDER BY number DESC LIMIT 1")
    ).one_or_none()
    return None if row is None else (row.number, row.at)


def anchored_days(session: Session, most: int) -> list[datetime]:
    """The first anchor of each of the last days that have any, the newest day first.

    In the order in which they were written: a clock that is wrong for an hour makes one day.
    """
    rows = session.scalars(
        text(
            "SELECT min(at) FROM audit_anchors GROUP BY CAST(at AT TIME ZONE 'UTC' AS date)"
            " ORDER BY max(number) DESC LIMIT :most"
        ),
        {"most": most},
    )
    return list(rows)


def note_anchor(session: Session, number: int, at: datetime, line_sha256: bytes) -> None:
    session.execute(
        text("INSERT INTO audit_anchors (number, at, line_sha256) VALUES (:number, :at, :hash)"),
        {"number": number, "at": at, "hash": line_sha256},
    )
