"""The comparison: what was made and promised against what is held and told. Pure functions.

Every check names what it found wrong, a sentence for each case; a whole server leaves all empty.
A tablet that notices that its server forgot something sends it again, so that in the end nothing is
missing: whoever takes as new what they acknowledged before has lost it all the same.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from survey_server.faults.account import Account, Claims, Content
from survey_server.faults.final import Case, Figures, Final, Stored


@dataclass(frozen=True, slots=True)
class Devices:
    """What is on the devices in the end, by writer, as their own stores say."""

    held: Mapping[str, set[Content]]
    acknowledged: Mapping[str, set[Content]]


@dataclass(frozen=True)
class Evidence:
    account: Account
    devices: Devices
    final: Final

    @cached_property
    def promised(self) -> set[Content]:
        told = set(self.account.promised)
        return told.union(*self.devices.acknowledged.values())

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


def violations(evidence: Evidence) -> dict[str, list[str]]:
    """By check; those that found nothing are left out."""
    found = {name: sorted(check(evidence)) for name, check in CHECKS.items()}
    return {name: cases for name, cases in found.items() if cases}


Check = Callable[[Evidence], Iterator[str]]


def _acked_lost(evidence: Evidence) -> Iterator[str]:
    known = evidence.first
    for content in evidence.promised - evidence.kept:
        if content[0] not in known:
            yield f"{content[0]} was acknowledged and is not there"


def _conflict_hidden(evidence: Evidence) -> Iterator[str]:
    """Another content under an id that is taken is kept beside the first."""
    known = evidence.first
    for content in evidence.promised - evidence.kept:
        if content[0] in known:
            yield f"{content[0]}: the acknowledged content {content[1][:12]} is no variant"
    for one in {name for name, _ in evidence.final.variants} ^ evidence.final.conflicts:
        yield f"{one}: a variant that the API does not tell, or a conflict without one"


def _stored_twice(evidence: Evidence) -> Iterator[str]:
    times = Counter(one.instance_id for one in evidence.final.stored)
    return (f"{one} is stored {count} times" for one, count in times.items() if count > 1)


def _phantom(evidence: Evidence) -> Iterator[str]:
    known = evidence.account.ids
    for one in evidence.final.stored:
        if one.instance_id not in known:
            yield f"{one.instance_id} was made by nobody"


def _content_differs(evidence: Evidence) -> Iterator[str]:
    made = evidence.account.made
    for one in evidence.final.stored:
        name, told = one.instance_id, one.content
        if told is None or one.named != name:
            yield f"{name}: the place of its body holds {one.named}"
        elif made.get((name, told.sha256), told) != told:
            yield f"{name} does not claim what its tablet wrote"
        elif (name, told.sha256) not in made:
            yield f"{name} has a content that nobody wrote"
        elif one.row != (told.interview_id, told.revision, told.replaces):
            yield f"{name}: its row says {one.row}, its body otherwise"
    for content in evidence.final.variants - made.keys():
        yield f"{content[0]} has a variant that nobody wrote"


def _wrong_device(evidence: Evidence) -> Iterator[str]:
    makers = evidence.account.makers
    for one in evidence.final.stored:
        if one.content and one.device_id not in makers.get(
            (one.instance_id, one.content.sha256), {one.device_id}
        ):
            yield f"{one.instance_id} is said to come from {one.device_id}"


def _file_lost(evidence: Evidence) -> Iterator[str]:
    account, files = evidence.account, evidence.final.files
    for one in account.files_promised - files:
        yield f"{one}: was acknowledged, and is not there, or does not open"
    for one in files - account.files_made:
        yield f"{one}: nobody made this file"


def _current_not_latest(evidence: Evidence) -> Iterator[str]:
    latest = latest_of(evidence.final.stored)
    current = evidence.final.current
    for case in latest.keys() | current.keys():
        if latest.get(case) != current.get(case):
            yield f"{case}: current is {current.get(case)}, the latest {latest.get(case)}"


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


def _lost_on_device(evidence: Evidence) -> Iterator[str]:
    held: set[Content] = set().union(*evidence.devices.held.values())
    for content in evidence.account.made.keys() - evidence.kept - held - evidence.promised:
        yield f"{content[0]} is neither on its device nor here"


def _left_on_device(evidence: Evidence) -> Iterator[str]:
    for name, held in evidence.devices.held.items():
        if held:
            yield f"{name} still holds {len(held)}"


def _still_waiting(evidence: Evidence) -> Iterator[str]:
    return (f"{name}: {count}" for name, count in evidence.final.waiting.items())


def _counter_mismatch(evidence: Evidence) -> Iterator[str]:
    told = evidence.final.coverage
    if told.wrongly_counting:
        yield f"{told.wrongly_counting} interviews count, or do not, by mistake"
    yield from _differing("recounted", told.kept, told.recounted)
    yield from _differing("the days' sum", told.kept, told.by_day)
    for place, (level, areas) in enumerate(told.levels.items(), start=1):
        yield from _differing(f"the API by {level}", _summed(told.kept, place), areas)
    if _sum(told.kept.values()) != told.total:
        yield f"the API's total: {told.total}, of all EAs: {_sum(told.kept.values())}"
    received = Counter(ea for _, ea in latest_of(evidence.final.stored))
    yield from _differing(
        "the bodies' interviews",
        {ea: {"received": one.get("received", 0)} for ea, one in told.kept.items()},
        {ea: {"received": count} for ea, count in received.items()},
    )


def _differing(
    what: str, one: Mapping[str, Figures], other: Mapping[str, Figures]
) -> Iterator[str]:
    for area in one.keys() | other.keys():
        if one.get(area) != other.get(area):
            yield f"{area}: {one.get(area)}, {what}: {other.get(area)}"


def _summed(by_ea: Mapping[str, Figures], place: int) -> dict[str, Figures]:
    """By areas of a level: `01-002-00003-004` names province, district, commune and EA."""
    parts: dict[str, list[Figures]] = defaultdict(list)
    for ea, figures in by_ea.items():
        parts[ea if place == 4 else ea.split("-")[place - 1]].append(figures)
    return {area: _sum(figures) for area, figures in parts.items()}


def _sum(all_figures: Iterable[Figures]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for figures in all_figures:
        total.update(figures)
    return dict(total)


def _not_exported(evidence: Evidence) -> Iterator[str]:
    exported, counting = evidence.final.exported, evidence.final.counting
    if exported is None:
        return
    for one in exported.keys() | counting:
        if exported[one] != (one in counting):
            yield f"{one} is exported {exported[one]} times"


def _audit_broken(evidence: Evidence) -> Iterator[str]:
    if evidence.final.trail:
        yield evidence.final.trail


CHECKS: Mapping[str, Check] = {
    "acked_lost": _acked_lost,
    "conflict_hidden": _conflict_hidden,
    "stored_twice": _stored_twice,
    "phantom": _phantom,
    "content_differs": _content_differs,
    "wrong_device": _wrong_device,
    "file_lost": _file_lost,
    "current_not_latest": _current_not_latest,
    "lost_on_device": _lost_on_device,
    "left_on_device": _left_on_device,
    "still_waiting": _still_waiting,
    "counter_mismatch": _counter_mismatch,
    "counter_went_back": lambda evidence: iter(evidence.account.went_back),
    "not_exported": _not_exported,
    "audit_broken": _audit_broken,
    "wrongly_refused": lambda evidence: iter(evidence.account.refused),
    "taken_as_new": lambda evidence: iter(evidence.account.taken_as_new),
    "told_otherwise": lambda evidence: iter(evidence.account.told_otherwise),
    "bad_answer": lambda evidence: iter(evidence.account.bad_answers),
}
