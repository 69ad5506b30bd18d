"""Computes the whole trail again, and compares it with its seals and with what was carried away."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from sqlalchemy.orm import Session

from survey_server.domain.audit import Kept, Link
from survey_server.domain.audit.anchors import Anchor, Wrong, checked
from survey_server.domain.audit.judging import Fault, faults_of
from survey_server.domain.audit.restores import Gap, gaps_of, told_by_chain
from survey_server.receipts import ReceiptKey
from survey_server.store import audit


@dataclass(frozen=True, slots=True)
class Verdict:
    """`waiting` entries are not sealed yet: of them, nothing can be proved. `gaps` are no faults
    any more: somebody has acknowledged them."""

    faults: list[Fault]
    sealed: int
    waiting: int
    anchors: int
    gaps: list[Gap]


def verify(
    session: Session, anchor_lines: Iterable[bytes], key: ReceiptKey, chain: str | None = None
) -> Verdict:
    """All chains, or one of them. Every number is of the same moment if the session's are."""
    on_file = audit.anchors_on_file(session)
    faults, anchors = anchors_of(anchor_lines, on_file, key)
    anchored = told_by_chain(anchors, on_file)
    counted = _Counted()
    found = {*audit.chains(session), *anchored} if chain is None else {chain}
    for one in sorted(found):
        sealed = counted.of(audit.sealed_entries(session, one))
        faults += faults_of(one, sealed, anchored.get(one, {}))
        faults += [Fault("inserted", one, entry) for entry in audit.inserted(session, one)]
        counted.waiting += audit.backlog(session, one)
    gaps = [gap for gap in gaps_of(anchors) if chain in (None, gap.chain)]
    return Verdict(faults, counted.sealed, counted.waiting, len(anchors), gaps)


class _Counted:
    def __init__(self) -> None:
        self.sealed = self.waiting = 0

    def of(self, rows: Iterator[tuple[Link, Kept | None]]) -> Iterator[tuple[Link, Kept | None]]:
        for row in rows:
            self.sealed += 1
            yield row


def anchors_of(
    lines: Iterable[bytes], on_file: Mapping[int, bytes], key: ReceiptKey
) -> tuple[list[Fault], list[Anchor]]:
    """What is wrong with the file, and the anchors that stand. `on_file`: as the database
    remembers them."""

    def is_signed(key_id: str, told: bytes, signature: bytes) -> bool:
        try:
            key.private.public_key().verify(signature, told)
        except InvalidSignature:
            return False
        return key_id == key.key_id

    found = list(checked(lines, on_file, is_signed))
    faults = [
        Fault(f"anchor_{one.why}", "", seq=one.number) for one in found if isinstance(one, Wrong)
    ]
    return faults, [one for one in found if isinstance(one, Anchor)]
