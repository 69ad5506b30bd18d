"""Who is set beside whom, of all interviews that have something in common.

Where they are few, each beside each. A broken or hostile tablet tells one unit hundreds of times:
of so many, all are set beside the first, so that pairs grow as interviews do, and not as their
square.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from survey_server.domain.interviews import InterviewKey
from survey_server.domain.matching import SharedPerson

# The largest set of which each is set beside each. Of a large district, more people may bear one
# common name and be born in one year; two households are still found by anybody else they share.
FEW = 20

Two = tuple[InterviewKey, InterviewKey]


def beside(members: Sequence[InterviewKey]) -> Iterator[Two]:
    if len(members) <= FEW:
        return combinations(members, 2)
    return ((members[0], other) for other in members[1:])


def others_change(
    members: Sequence[InterviewKey],
    before: Collection[InterviewKey],
    now: Collection[InterviewKey],
) -> bool:
    """Whether pairs of those who stayed as they are change with those that were told: of these,
    `before` and `now` belong to the set, which has become `members`."""
    size_before = len(members) - len(now) + len(before)
    if len(members) <= FEW or size_before <= FEW:
        return max(len(members), size_before) > FEW
    return bool(before) or members[0] in now


@dataclass(frozen=True, slots=True)
class Bearer:
    """A person of an interview, in a set of people who agree but for diacritics."""

    key: InterviewKey
    unit: int | None
    line: int
    name_key: str


# By whatever they agree in: the bearers, in the order of their keys and lines.
People = Mapping[Any, Sequence[Bearer]]
# Of an interview, those of one set.
Borne = dict[InterviewKey, dict[Any, list[Bearer]]]


def interviews_in(bearers: Iterable[Bearer]) -> list[InterviewKey]:
    return sorted({one.key for one in bearers})


def shared_by(people: People, keys: Collection[InterviewKey]) -> Iterator[SharedPerson]:
    """Who agrees, in pairs of interviews that are set beside each other in any of the sets, and of
    which one is of `keys`. `people` holds all sets that these are part of."""
    borne: Borne = {}
    for trait, bearers in people.items():
        for one in bearers:
            borne.setdefault(one.key, {}).setdefault(trait, []).append(one)
    pairs = {
        two
        for bearers in people.values()
        for two in beside(interviews_in(bearers))
        if (two[0] in keys or two[1] in keys) and _of_two_units(*two, borne)
    }
    for a, b in sorted(pairs):
        for trait in borne[a].keys() & borne[b].keys():
            yield from _agreeing(borne[a][trait], borne[b][trait])


def _of_two_units(a: InterviewKey, b: InterviewKey, borne: Borne) -> bool:
    units = {next(iter(borne[key].values()))[0].unit for key in (a, b)}
    return a[0] != b[0] and len(units) > 1


def _agreeing(ones: Sequence[Bearer], others: Sequence[Bearer]) -> Iterator[SharedPerson]:
    """Every line of both at least once, with one of the very same name where there is one: not
    each with each, as a household of a thousand namesakes is no household."""
    of_name = {one.name_key: one for one in reversed(ones)}
    other_of_name = {other.name_key: other for other in reversed(others)}
    for one in ones:
        yield _shared(one, other_of_name.get(one.name_key, others[0]))
    for other in others:
        yield _shared(of_name.get(other.name_key, ones[0]), other)


def _shared(one: Bearer, other: Bearer) -> SharedPerson:
    exact = one.name_key == other.name_key
    return SharedPerson(one.key, one.line, other.key, other.line, exact)
