"""Computes the whole trail again, and compares it with its seals and with what was carried away."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from sqlalchemy.orm import Session

from survey_server.domain.audit import Kept, Link
from survey_server.domain.audit.anchors import Anchor, Wrong, checked
from survey_server.domain.audit.judging import Fault, faults_of
from survey_server.receipts import ReceiptKey
from survey_server.store import audit


@dataclass(frozen=True, slots=True)
class Verdict:
    """`waiting` entries are not sealed yet: of them, nothing can be proved."""

    faults: list[Fault]
    sealed: int
    waiting: int
    anchors: int


def verify(
    session: Session, anchor_lines: Iterable[bytes], key: ReceiptKey, chain: str | None = None
) -> Verdict:
    """All chains, or one of them. Every number is of the same moment if the session's are."""
    faults, anchors = _anchors(session, anchor_lines, key)
    anchored = _by_chain(anchors)
    counted = _Counted()
    found = {*audit.chains(session), *anchored} if chain is None else {chain}
    for one in sorted(found):
        sealed = counted.of(audit.sealed_entries(session, one))
        faults += faults_of(one, sealed, anchored.get(one, {}))
        faults += [Fault("inserted", one, entry) for entry in audit.inserted(session, one)]
        counted.waiting += audit.backlog(session, one)
    return Verdict(faults, counted.sealed, counted.waiting, len(anchors))


class _Counted:
    def __init__(self) -> None:
        self.sealed = self.waiting = 0

    def of(self, rows: Iterator[tuple[Link, Kept | None]]) -> Iterator[tuple[Link, Kept | None]]:
        for row in rows:
            self.sealed += 1
            yield row


def _anchors(
    session: Session, lines: Iterable[bytes], key: ReceiptKey
) -> tuple[list[Fault], list[Anchor]]:
    def is_signed(key_id: str, told: bytes, signature: bytes) -> bool:
        try:
            key.private.public_key().verify(signature, told)
        except InvalidSignature:
            return False
        return key_id == key.key_id

    found = list(checked(lines, audit.anchors_on_file(session), is_signed))
    faults = [
        Fault(f"anchor_{one.why}", "", seq=one.number) for one in found if isinstance(one, Wrong)
    ]
    return faults, [one for one in found if isinstance(one, Anchor)]


def _by_chain(anchors: Iterable[Anchor]) -> dict[str, dict[int, frozenset[bytes]]]:
    """The hashes that anchors tell, by chain and place; two for one place contradict each other."""
    told: dict[str, dict[int, frozenset[bytes]]] = defaultdict(dict)
    for anchor in anchors:
        for chain, (seq, end) in anchor.heads.items():
            told[chain][seq] = told[chain].get(seq, frozenset()) | {end}
    return told
