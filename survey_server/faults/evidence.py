"""Everything that the comparison looks at, and what several checks make of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from survey_server.faults.account import Account, Claims, Content
from survey_server.faults.final import Case, Final, Stored
from survey_server.faults.left import Left


@dataclass(frozen=True)
class Evidence:
    """`devices` by writer."""

    account: Account
    devices: Mapping[str, Left]
    final: Final

    @cached_property
    def promised(self) -> set[Content]:
        told = set(self.account.promised)
        return told.union(*(one.acknowledged for one in self.devices.values()))

    @cached_property
    def held(self) -> set[Content]:
        """On a device only, as far as that knows."""
        return set().union(*(one.held for one in self.devices.values()))

    @cached_property
    def sums_promised(self) -> set[str]:
        """Files whose copies may be deleted."""
        by_upload = {told for _, _, told in self.account.files_promised}
        known = (one.files_acknowledged for one in self.devices.values())
        return (by_upload | self.account.sums_promised).union(*known)

    @cached_property
    def first(self) -> dict[str, set[Content]]:
        """The contents stored under each id."""
        found: dict[str, set[Content]] = defaultdict(set)
        for one in self.final.stored:
            if one.content:
                found[one.instance_id].add((one.instance_id, one.content.sha256))
        return found

    @cached_property
    def kept(self) -> set[Content]:
        return set(self.final.variants).union(*self.first.values())

    @cached_property
    def latest(self) -> dict[Case, str]:
        return latest_of(self.final.stored)

    @cached_property
    def claims(self) -> dict[str, Claims]:
        """What each stored submission says of itself."""
        return {one.instance_id: one.content for one in self.final.stored if one.content}

    def commune_of(self, instance_id: str) -> str:
        """`01-002-00003-004-005` is a unit of commune 00003."""
        told = self.claims.get(instance_id)
        return told.unit.split("-")[2] if told else ""


def latest_of(stored: Sequence[Stored]) -> dict[Case, str]:
    """Of each interview the submission of the highest revision, then of the highest id."""
    links: dict[Case, dict[str, Stored]] = defaultdict(dict)
    part_of = interviews_of(stored)
    for one in stored:
        if one.state == "derived" and one.instance_id in part_of:
            links[part_of[one.instance_id], one.ea][one.instance_id] = one
    return {
        case: max(chain, key=lambda one: (height(chain, one), one)) for case, chain in links.items()
    }


def interviews_of(stored: Sequence[Stored]) -> dict[str, str]:
    """By submission. What knows only what it replaces is part of the interview of that, as far as
    it is there; of a circle of such edits the lowest id is the interview."""
    claims = {one.instance_id: one.content for one in stored if one.content}
    return {name: _interview_of(name, claims) for name in claims}


def _interview_of(name: str, claims: Mapping[str, Claims]) -> str:
    way = [name]
    while claims[way[-1]].joins:
        before = claims[way[-1]].interview_id
        if before in way:
            return min(way[way.index(before) :])
        if before not in claims:
            return before
        way.append(before)
    return claims[way[-1]].interview_id


def height(chain: Mapping[str, Stored], instance_id: str) -> int:
    """The highest revision that the links from here to the original make it: each is above what
    it replaces, and not below what it states."""
    best, above, seen = 0, 0, set[str]()
    link = chain.get(instance_id)
    while link and link.content and link.instance_id not in seen:
        seen.add(link.instance_id)
        best = max(best, link.content.revision + above)
        above += 1
        link = chain.get(link.content.replaces or "")
    return best
