"""Households as the survey of the 53 ethnic minorities meets them.

They come together like all households, counted at 0:00 on 1 July 2024, and differ in what they are
called: some have one name only, some a second one, as fathers and mothers are named after their
first child. Some husbands and wives work far away and are no longer of the household.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

from survey_server.simulator.draws import happens
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.names import KINH, pattern_of
from survey_server.simulator.people import (
    CHILD,
    HEAD,
    MARRIED,
    MINORITIES_MONTH,
    OTHER_RELATIVE,
    PARENT,
    SPOUSE,
    Household,
    Person,
)

# What a father and a mother are called by the name of their child, by ethnic group.
TEKNONYMS: Mapping[str, tuple[str, str]] = {
    "11": ("Ama", "Amĭ"),
    "12": ("Bă", "Mĕ"),
    "16": ("Pă", "Nôu"),
    "20": ("Bap", "Me"),
}
NO_PEOPLE = frozenset({"55", "99"})
COUPLES = frozenset({(HEAD, SPOUSE), (PARENT, PARENT), (CHILD, OTHER_RELATIVE)})
ONE_WORD_STYLES = frozenset({"surname_middle", "marker"})


def is_minority(ethnicity: str) -> bool:
    return ethnicity != KINH and ethnicity not in NO_PEOPLE


def minority_household(rng: Random, profile: Profile) -> Household:
    """A household of the profile's ethnic mix; with Kinh in the mix, perhaps one of Kinh only."""
    told = household(rng, replace(profile, month=MINORITIES_MONTH))
    persons = _without_who_works_far_away(rng, told.persons)
    return replace(told, persons=tuple(_as_called(rng, one, persons) for one in persons))


def takes_part(told: Household) -> bool:
    return any(is_minority(person.ethnicity) for person in told.persons)


def spouses(persons: Sequence[Person]) -> dict[int, int]:
    """Lines of the roster by the line of the spouse: couples are told one after the other."""
    lines: dict[int, int] = {}
    for line, (one, other) in enumerate(pairwise(persons), start=1):
        married = one.marital == other.marital == MARRIED and one.female != other.female
        if married and (one.relation, other.relation) in COUPLES and line not in lines:
            lines |= {line: line + 1, line + 1: line}
    return lines


def _without_who_works_far_away(rng: Random, persons: Sequence[Person]) -> list[Person]:
    couples = spouses(persons)
    return [
        person
        for line, person in enumerate(persons, start=1)
        if not (line in couples and couples[line] < line and happens(rng, 0.05))
    ]


def _as_called(rng: Random, person: Person, persons: Sequence[Person]) -> Person:
    if pattern_of(person.ethnicity).style in ONE_WORD_STYLES and happens(rng, 0.06):
        return replace(person, name=person.name.split(" ")[-1])
    child = next((one for one in persons if one.relation == CHILD), None)
    named_after_child = person.relation in (HEAD, SPOUSE) and person.ethnicity in TEKNONYMS
    if child and named_after_child and happens(rng, 0.5):
        title = TEKNONYMS[person.ethnicity][person.female]
        return replace(person, alias=f"{title} {_given_name(child)}")
    return person


def _given_name(child: Person) -> str:
    """H'Hen Niê is called Hen, Y Djoang Niê is called Djoang, A Chin is called Chin."""
    first, *others = child.name.split(" ")
    return first.split("'", 1)[1] if "'" in first else others[0] if others else first
