"""Everything that the trail must be proved from, read in the order of its chains."""

from collections.abc import Collection, Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.audit import Kept, Link
from survey_server.store.audit.sealing import ENTRY

ROWS_AT_ONCE = 5000


def chains(session: Session) -> list[str]:
    """Those that have begun or have entries waiting."""
    rows = session.execute(
        text("SELECT chain FROM audit_seals UNION SELECT survey FROM audit_entries ORDER BY 1")
    )
    return [row[0] for row in rows]


def sealed_entries(session: Session, chain: str) -> Iterator[tuple[Link, Kept | None]]:
    """Each link with its entry, or None where that is gone."""
    statement = text(
        f"SELECT s.seq, s.entry_id, s.prev_hash, s.hash, {ENTRY} FROM audit_seals s"
        " LEFT JOIN audit_entries e ON e.id = s.entry_id"
        " WHERE s.chain = :chain AND (CAST(:after AS bigint) IS NULL OR s.seq > :after)"
        " ORDER BY s.seq LIMIT :most"
    )
    some = {"chain": chain, "after": None, "most": ROWS_AT_ONCE}
    while rows := session.execute(statement, some).all():
        for seq, entry_id, prev_hash, hash_, *entry in rows:
            kept = None if entry[0] is None else Kept(*entry)
            yield Link(chain, seq, entry_id, prev_hash, hash_), kept
        some["after"] = rows[-1].seq


def inserted(session: Session, chain: str) -> list[int]:
    """Entries without a seal whose id is among sealed ones: the sealer leaves none out."""
    rows = session.execute(
        text(
            "SELECT e.id FROM audit_entries e WHERE e.survey = :chain"
            " AND e.id <= (SELECT max(entry_id) FROM audit_seals)"
            " AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id) ORDER BY e.id"
        ),
        {"chain": chain},
    )
    return [row.id for row in rows]


def backlog(session: Session, chain: str) -> int:
    """How many entries wait for the sealer."""
    return int(
        session.execute(
            text(
                "SELECT count(*) FROM audit_entries WHERE survey = :chain"
                " AND id > (SELECT coalesce(max(entry_id), 0) FROM audit_seals)"
            ),
            {"chain": chain},
        ).scalar_one()
    )


def hashes_at(session: Session, chain: str, places: Collection[int]) -> dict[int, bytes]:
    """Of those of the places that the chain has."""
    rows = session.execute(
        text(
            "SELECT seq, hash FROM audit_seals WHERE chain = :chain"
            " AND seq = ANY(CAST(:places AS bigint[]))"
        ),
        {"chain": chain, "places": sorted(places)},
    )
    return {row.seq: bytes(row.hash) for row in rows}


def anchors_on_file(session: Session) -> dict[int, bytes]:
    """The SHA-256 of each line that the file of anchors must have, by its number."""
    rows = session.execute(text("SELECT number, line_sha256 FROM audit_anchors"))
    return {row.number: bytes(row.line_sha256) for row in rows}
