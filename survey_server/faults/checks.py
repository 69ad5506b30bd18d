"""The comparison: what was made and promised against what is held and told. Pure functions.

Every check names what it found wrong, a sentence for each case; a whole server leaves all empty.
A tablet that notices that its server forgot something sends it again, so that in the end nothing is
missing: whoever takes as new what they acknowledged before has lost it all the same.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations

from survey_server.faults.evidence import Evidence
from survey_server.faults.final import Figures


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
    told = evidence.final.told
    for one in {name for name, _ in evidence.final.variants} ^ told.conflicts:
        yield f"{one}: a variant that the API does not tell, or a conflict without one"
    local = {one for one in told.conflicts if evidence.commune_of(one) == told.commune}
    for one in local ^ told.local_conflicts:
        yield f"{one}: the supervisor of {told.commune} sees it, or does not, by mistake"


def _double_hidden(evidence: Evidence) -> Iterator[str]:
    """Whoever looks after a unit that was told twice sees both."""
    of_unit: dict[str, set[str]] = defaultdict(set)
    for (interview, _), current in evidence.latest.items():
        of_unit[evidence.claims[current].unit].add(interview)
    pairs = {frozenset(two) for one in of_unit.values() for two in combinations(sorted(one), 2)}
    for pair in pairs ^ evidence.final.told.doubles:
        yield f"{sorted(pair)}: told of one unit, and nobody sees it, or the reverse"


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
        elif one.version != told.version:
            yield f"{name}: its row says version {one.version}, its body {told.version}"
    for content in evidence.final.variants - made.keys():
        yield f"{content[0]} has a variant that nobody wrote"


def _wrong_device(evidence: Evidence) -> Iterator[str]:
    account = evidence.account
    for one in evidence.final.stored:
        makers = account.makers.get((one.instance_id, one.content.sha256)) if one.content else None
        if makers and not any(one.device_id in {name, *account.known_as[name]} for name in makers):
            yield f"{one.instance_id} is said to come from {one.device_id}"


def _photo_lost(evidence: Evidence) -> Iterator[str]:
    account, kept = evidence.account, evidence.final.files
    for told in evidence.sums_promised - kept.sums:
        yield f"{told} was acknowledged, and is not there, or does not open"
    named = account.files_promised.union(*(one.files_named for one in evidence.devices.values()))
    for one in named - kept.named:
        if one in account.files_promised or one[2] in kept.sums:
            yield f"{one}: the server does not know it as a file of this interview"


def _photo_differs(evidence: Evidence) -> Iterator[str]:
    yield from evidence.final.files.differing
    yield from evidence.final.files.unshown
    for one in evidence.final.files.named - evidence.account.files_made:
        yield f"{one}: nobody made this file"


def _current_not_latest(evidence: Evidence) -> Iterator[str]:
    latest = evidence.latest
    current = evidence.final.current
    for case in latest.keys() | current.keys():
        if latest.get(case) != current.get(case):
            yield f"{case}: current is {current.get(case)}, the latest {latest.get(case)}"


def _lost_on_device(evidence: Evidence) -> Iterator[str]:
    known = evidence.kept | evidence.held | evidence.promised
    for content in evidence.account.made.keys() - known:
        yield f"{content[0]} is neither on its device nor here"


def _left_on_device(evidence: Evidence) -> Iterator[str]:
    for name, left in evidence.devices.items():
        if left.held or left.files_held:
            yield f"{name} still holds {len(left.held)}, and {len(left.files_held)} files"


def _still_waiting(evidence: Evidence) -> Iterator[str]:
    return (f"{name}: {count}" for name, count in evidence.final.waiting.items())


def _counter_mismatch(evidence: Evidence) -> Iterator[str]:
    told = evidence.final.coverage
    if told.wrongly_counting:
        yield f"{told.wrongly_counting} interviews count, or do not, by mistake"
    if told.wrongly_assigned:
        yield f"{told.wrongly_assigned} interviews are said to be assigned, or not, by mistake"
    yield from _differing("recounted", told.kept, told.recounted)
    yield from _differing("the days' sum", told.kept, told.by_day)
    for place, (level, areas) in enumerate(told.levels.items(), start=1):
        yield from _differing(f"the API by {level}", _summed(told.kept, place), areas)
    if _sum(told.kept.values()) != told.total:
        yield f"the API's total: {told.total}, of all EAs: {_sum(told.kept.values())}"
    for name in ("enumerator", "day"):
        yield from _differing(f"summed by {name}", {"": told.total}, {"": told.sums.get(name)})
    yield from _differing("the page", _summed(told.kept, 3), told.page)
    received = Counter(ea for _, ea in evidence.latest)
    yield from _differing(
        "the bodies' interviews",
        {ea: {"received": one.get("received", 0)} for ea, one in told.kept.items()},
        {ea: {"received": count} for ea, count in received.items()},
    )


def _differing(
    what: str, one: Mapping[str, Figures], other: Mapping[str, Figures | None]
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
    """Households are exported as they are current, with all of their persons."""
    exported = evidence.final.exported
    if exported is None:
        return
    for one in exported.households.keys() | evidence.final.counting.keys():
        times, current = exported.households[one], evidence.final.counting.get(one)
        if times != (current is not None):
            yield f"{one} is exported {times} times"
        elif current is not None and exported.persons[one] != evidence.final.persons.get(current):
            yield f"{one} is exported with {exported.persons[one]} persons: {current} has others"


def _audit_broken(evidence: Evidence) -> Iterator[str]:
    if evidence.final.trail:
        yield evidence.final.trail


def _receipt_without_proof(evidence: Evidence) -> Iterator[str]:
    for name, left in evidence.devices.items():
        yield from (f"{name} {one}" for one in left.unproved)


CHECKS: Mapping[str, Check] = {
    "acked_lost": _acked_lost,
    "conflict_hidden": _conflict_hidden,
    "double_hidden": _double_hidden,
    "stored_twice": _stored_twice,
    "phantom": _phantom,
    "content_differs": _content_differs,
    "wrong_device": _wrong_device,
    "photo_lost": _photo_lost,
    "photo_differs": _photo_differs,
    "current_not_latest": _current_not_latest,
    "lost_on_device": _lost_on_device,
    "left_on_device": _left_on_device,
    "still_waiting": _still_waiting,
    "counter_mismatch": _counter_mismatch,
    "counter_went_back": lambda evidence: iter(evidence.account.went_back),
    "not_exported": _not_exported,
    "audit_broken": _audit_broken,
    "receipt_without_proof": _receipt_without_proof,
    "revoked_and_served": lambda evidence: iter(evidence.account.served_revoked),
    "wrongly_refused": lambda evidence: iter(evidence.account.refused),
    "taken_as_new": lambda evidence: iter(evidence.account.taken_as_new),
    "told_otherwise": lambda evidence: iter(evidence.account.told_otherwise),
    "bad_answer": lambda evidence: iter(evidence.account.bad_answers),
}
