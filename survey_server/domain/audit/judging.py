"""Whether a chain is as it was written: every link made again, and compared with the anchors."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from survey_server.domain.audit.entries import Kept
from survey_server.domain.audit.links import FIRST, Link, hash_of

SENTENCES = {
    "edited": "entry {entry}: not as it was sealed",
    "removed": "entry {entry}: removed",
    "inserted": "entry {entry}: added among sealed ones",
    "seal_changed": "entry {entry}: its seal does not follow from the one before",
    "seal_removed": "seal {seq}: removed",
    "out_of_order": "entry {entry}: not in its place",
    "cut_off": "seal {seq}: cut off, with all that followed; it was anchored",
    "rewritten": "seal {seq}: made anew; it was anchored otherwise",
    "anchor_edited": "anchor {seq}: changed, or another was taken out before it",
    "anchor_missing": "anchor {seq}: missing in the file",
}


# Of one gap: somebody may have made up a place that is far away.
MOST_MISSING = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, by ids. `entry` and `seq` are 0 where they say nothing."""

    kind: str
    chain: str
    entry: int = 0
    seq: int = 0

    @property
    def sentence(self) -> str:
        return SENTENCES[self.kind].format(entry=self.entry, seq=self.seq)


def faults_of(
    chain: str,
    sealed: Iterable[tuple[Link, Kept | None]],
    anchored: Mapping[int, frozenset[bytes]],
) -> Iterator[Fault]:
    """`sealed` in the order of the chain; `anchored` are the hashes that anchors tell, by place.

    After a fault, the chain is taken up from what is stored, so that one fault is told once.
    """
    seq, entry_id, prev_hash = 0, 0, FIRST
    for link, kept in sealed:
        for missing in range(seq + 1, link.seq)[:MOST_MISSING]:
            yield Fault("seal_removed", chain, seq=missing)
        if link.seq == seq + 1 and link.prev_hash != prev_hash:
            yield Fault("seal_changed", chain, link.entry_id, link.seq)
        if link.entry_id <= entry_id:
            yield Fault("out_of_order", chain, link.entry_id, link.seq)
        if kept is None:
            yield Fault("removed", chain, link.entry_id, link.seq)
        elif kept.survey != chain or hash_of(link.prev_hash, kept) != link.hash:
            yield Fault("edited", chain, link.entry_id, link.seq)
        if anchored.get(link.seq, frozenset((link.hash,))) != frozenset((link.hash,)):
            yield Fault("rewritten", chain, link.entry_id, link.seq)
        seq, entry_id, prev_hash = link.seq, link.entry_id, link.hash
    beyond = [place for place in anchored if place > seq]
    if beyond:
        yield Fault("cut_off", chain, seq=seq + 1)
