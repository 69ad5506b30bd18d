"""What a restored database lacks of what was anchored, and what of that was acknowledged."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from survey_server.domain.audit.anchors import Acknowledged, Anchor

# By chain and place: the hashes that anchors tell. Two for one place contradict each other.
Told = Mapping[str, Mapping[int, frozenset[bytes]]]


@dataclass(frozen=True, slots=True)
class Gap:
    """Places of a chain whose entries a restore took away, as somebody acknowledged."""

    chain: str
    first: int
    last: int
    at: str
    by: str
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"entries {self.first} to {self.last} of before a restore are lost,"
            f" as {self.by} acknowledged at {self.at}: {self.reason}"
        )


def told_by_chain(anchors: Iterable[Anchor], remembered: Collection[int]) -> Told:
    """Without what was acknowledged as lost. `remembered` are the lines that the database knows
    of: nothing makes them void."""
    anchors = list(anchors)
    told: dict[str, dict[int, frozenset[bytes]]] = defaultdict(dict)
    for anchor in anchors:
        later = [
            one.acknowledged for one in anchors if one.acknowledged and one.number > anchor.number
        ]
        for chain, (seq, end) in anchor.heads.items():
            void = any(one.covers(anchor.number, chain, seq) for one in later)
            if anchor.number in remembered or not void:
                told[chain][seq] = told[chain].get(seq, frozenset()) | {end}
    return told


def gaps_of(anchors: Iterable[Anchor]) -> list[Gap]:
    return [
        Gap(chain, first, last, anchor.at, anchor.acknowledged.by, anchor.acknowledged.reason)
        for anchor in anchors
        if anchor.acknowledged
        for chain, (first, last) in sorted(anchor.acknowledged.lost.items())
    ]


def lost_by_restore(
    anchors: Iterable[Anchor],
    remembered: Collection[int],
    hashes: Mapping[tuple[str, int], bytes],
    by: str,
    reason: str,
) -> Acknowledged | None:
    """What there is to acknowledge; None where nothing is. `hashes` are those of the chains as they
    are now, by chain and place, where an anchor names the place."""
    anchors = list(anchors)
    standing = told_by_chain(anchors, remembered)
    lost: dict[str, tuple[int, int]] = {}
    void: set[int] = set()
    for anchor in anchors:
        for chain, (seq, end) in anchor.heads.items():
            stands = end in standing[chain].get(seq, ())
            if anchor.number in remembered or not stands or hashes.get((chain, seq)) == end:
                continue
            first, last = lost.get(chain, (seq, seq))
            lost[chain] = min(first, seq), max(last, seq)
            void.add(anchor.number)
    places = {chain: (_after_agreed(chain, first, anchors, hashes), last)
              for chain, (first, last) in lost.items()}  # fmt: skip
    return Acknowledged(places, tuple(sorted(void)), by, reason) if places else None


def _after_agreed(
    chain: str, first: int, anchors: Iterable[Anchor], hashes: Mapping[tuple[str, int], bytes]
) -> int:
    """The place after the last one before `first` that an anchor and the chain agree on."""
    heads = (one.heads[chain] for one in anchors if chain in one.heads)
    return 1 + max(
        (seq for seq, end in heads if seq < first and hashes.get((chain, seq)) == end), default=0
    )
