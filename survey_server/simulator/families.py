"""How households come together: couples, children, parents, grandchildren, and people who share.

The kinds and their shares give a mean of about 3.4 persons, as in Viet Nam. Within a kind the ages
hang together: mothers are at least 15 when a child is born, spouses are less than 20 years apart,
parents at least 17 years older than their children, and marriages come before first births.
"""

from dataclasses import dataclass, replace
from functools import cache
from random import Random

from survey_server.simulator.draws import Weighted, around, between, happens, pick
from survey_server.simulator.names import (
    HMONG,
    adult_name,
    family_name,
    inherited,
    pattern_of,
    personal_name,
)
from survey_server.simulator.people import (
    AWAY,
    CENSUS_MONTH,
    CHILD,
    DIED,
    DIVORCED,
    GRANDCHILD,
    HEAD,
    HOME,
    MARRIED,
    NOT_RELATED,
    OTHER_RELATIVE,
    PARENT,
    SEPARATED,
    SINGLE,
    SPOUSE,
    WIDOWED,
    Birth,
    Marriage,
    Person,
    heaped,
    marriage_of,
    stated_birth,
)

CHILDREN_WANTED = Weighted({1: 27, 2: 47, 3: 18, 4: 8})
ALONE_AGES = Weighted({(18, 30): 4, (31, 55): 2, (56, 88): 5})
RELIGIONS: dict[str, Weighted[str]] = {
    "01": Weighted({"": 860, "1": 62, "2": 60, "3": 5, "4": 6, "5": 7}),
    "05": Weighted({"1": 90, "": 10}),
    "08": Weighted({"": 70, "3": 29, "2": 1}),
    "10": Weighted({"": 60, "3": 25, "2": 15}),
    "11": Weighted({"": 55, "3": 35, "2": 10}),
    "12": Weighted({"": 50, "2": 45, "3": 5}),
    "14": Weighted({"13": 45, "6": 45, "": 10}),
    "15": Weighted({"": 40, "3": 40, "2": 20}),
}
FEW_RELIGIONS = Weighted({"": 94, "1": 3, "2": 2, "3": 1})


@dataclass(frozen=True, slots=True)
class Profile:
    """What an area's households have in common: shares of ethnic codes, town or country, and the
    month that they are counted at."""

    ethnic_mix: tuple[tuple[str, float], ...] = (("01", 1.0),)
    urban: bool = False
    mixed_marriages: float = 0.05
    month: int = CENSUS_MONTH


@dataclass(frozen=True, slots=True)
class Couple:
    husband_age: int
    wife_age: int
    years_married: int


@dataclass(slots=True)
class Family:
    """A household in the making; the first person added is the head."""

    rng: Random
    profile: Profile
    ethnicity: str
    religion: str
    surname: str  # what the head's children bear
    head_surname: str
    persons: list[Person]

    def add(
        self,
        relation: str,
        female: bool,
        age: int,
        *,
        surname: str | None = None,
        marital: str = "",
        marriage: Marriage | None = None,
        births: tuple[Birth, ...] = (),
        born: Birth | None = None,
        ethnicity: str = "",
    ) -> None:
        ethnicity = ethnicity or self.ethnicity
        month, year = (
            (born.month, born.year) if born else stated_birth(self.rng, age, self.profile.month)
        )
        family = self.surname if surname is None else surname
        name = personal_name(self.rng, ethnicity, female, family)
        has_alias = ethnicity == HMONG and not female and marital == MARRIED
        self.persons.append(
            Person(
                name=name,
                alias=adult_name(self.rng, name) if has_alias and happens(self.rng, 0.5) else "",
                relation=relation,
                female=female,
                birth_month=month,
                birth_year=year,
                age=age,
                ethnicity=ethnicity,
                religion=self.religion,
                marital=(marital or SINGLE) if age >= 15 else "",
                marriage=marriage,
                births=births,
            )
        )


@cache
def _mix(shares: tuple[tuple[str, float], ...]) -> Weighted[str]:
    return Weighted(shares)


def family(rng: Random, profile: Profile) -> tuple[Person, ...]:
    ethnicity = _mix(profile.ethnic_mix).draw(rng)
    religion = RELIGIONS.get(ethnicity, FEW_RELIGIONS).draw(rng)
    surname = family_name(rng, ethnicity)
    made = Family(rng, profile, ethnicity, religion, surname, surname, [])
    KINDS.draw(rng)(made)
    if happens(rng, 0.01):
        made.add(NOT_RELATED, True, between(rng, 18, 55), surname=family_name(rng, ethnicity))
    return tuple(made.persons)


def a_couple(rng: Random, husband_age: int) -> Couple:
    wife = max(18, husband_age - around(rng, 3, 3, -6, 14))
    wed_at = around(rng, 22, 3.2, 15, wife)
    return Couple(husband_age, wife, max(0, min(wife - wed_at, husband_age - 16)))


def births_of(made: Family, mother_age: int, years: int, wanted: int) -> tuple[Birth, ...]:
    """The eldest comes within three years of `years` ago, the others one to six years apart."""
    rng = made.rng
    born: list[Birth] = []
    age = years - between(rng, 0, 3)
    while age >= 0 and len(born) < wanted and mother_age - age <= 46:
        month, year = stated_birth(rng, min(age, 17), made.profile.month)
        if age > 17:
            year -= age - 17
        born.append(Birth(happens(rng, 0.472), month, year, age, _fate(rng, age)))
        age -= between(rng, 1, 6)
    return tuple(born)


def _fate(rng: Random, age: int) -> str:
    if happens(rng, 0.012):
        return DIED
    stays = 0.98 if age < 18 else 0.62 if age < 25 else 0.3 if age < 33 else 0.0
    return HOME if happens(rng, stays) else AWAY


def _spouse_ethnicity(made: Family) -> str:
    if happens(made.rng, made.profile.mixed_marriages):
        return _mix(made.profile.ethnic_mix).draw(made.rng)
    return made.ethnicity


def _add_couple(made: Family, couple: Couple, births: tuple[Birth, ...]) -> None:
    """Head and spouse; the household's surname becomes the one that its children bear."""
    rng = made.rng
    wed = marriage_of(rng, couple.husband_age, couple.years_married)
    wife_wed = replace(wed, age=max(15, couple.wife_age - couple.years_married))
    other = family_name(rng, made.ethnicity)
    matrilineal = pattern_of(made.ethnicity).line == "mother"
    husband_family, wife_family = (other, made.surname) if matrilineal else (made.surname, other)
    roles = (HEAD, SPOUSE) if happens(rng, 0.74) else (SPOUSE, HEAD)
    parts = [(roles[0], False), (roles[1], True)]
    for relation, female in sorted(parts, key=lambda part: part[0] != HEAD):
        ethnicity = made.ethnicity if relation == HEAD else _spouse_ethnicity(made)
        if ethnicity != made.ethnicity:
            surname = family_name(rng, ethnicity)
        else:
            surname = wife_family if female else husband_family
        made.add(
            relation,
            female,
            couple.wife_age if female else couple.husband_age,
            surname=surname,
            marital=MARRIED,
            marriage=wife_wed if female else wed,
            births=births if female else (),
            ethnicity=ethnicity,
        )
    made.head_surname = wife_family if roles[1] == HEAD else husband_family
    made.surname = inherited(made.ethnicity, husband_family, wife_family)


def _add_births(made: Family, births: tuple[Birth, ...], relation: str = CHILD) -> None:
    for birth in births:
        if birth.fate == HOME:
            made.add(relation, birth.female, birth.age, born=birth)


def _couple_with_children(made: Family, youngest: int, oldest: int) -> None:
    rng = made.rng
    couple = a_couple(rng, heaped(rng, around(rng, 40, 9, youngest, oldest)))
    wanted = CHILDREN_WANTED.draw(rng)
    births = births_of(made, couple.wife_age, couple.years_married, wanted)
    _add_couple(made, couple, births)
    _add_births(made, births)


def alone(made: Family) -> None:
    rng = made.rng
    low, high = ALONE_AGES.draw(rng)
    age, female = heaped(rng, between(rng, low, high)), happens(rng, 0.58)
    if age < 31 or happens(rng, 0.15):
        made.add(HEAD, female, age)
        return
    years = age - around(rng, 22, 3, 16, age)
    births = births_of(made, age, years, CHILDREN_WANTED.draw(rng)) if female else ()
    gone = tuple(replace(b, fate=AWAY) if b.fate == HOME else b for b in births)
    marital = WIDOWED if age > 55 else pick(rng, (DIVORCED, SEPARATED, WIDOWED))
    wed = marriage_of(rng, age, years)
    made.add(HEAD, female, age, marital=marital, marriage=wed, births=gone)


def couple_only(made: Family) -> None:
    rng = made.rng
    young = happens(rng, 0.3)
    age = between(rng, 22, 30) if young else heaped(rng, between(rng, 54, 84))
    couple = a_couple(rng, age)
    if young:
        _add_couple(made, couple, ())
        return
    births = births_of(made, couple.wife_age, couple.years_married, CHILDREN_WANTED.draw(rng))
    _add_couple(made, couple, tuple(replace(b, fate=AWAY) for b in births))


def couple_and_children(made: Family) -> None:
    _couple_with_children(made, 24, 62)


def one_parent(made: Family) -> None:
    rng = made.rng
    age, female = heaped(rng, around(rng, 43, 9, 24, 65)), happens(rng, 0.8)
    years = age - around(rng, 22, 3, 16, age)
    marital = WIDOWED if age > 50 else pick(rng, (DIVORCED, SEPARATED, WIDOWED))
    births = births_of(made, age, years, between(rng, 1, 3))
    wed = marriage_of(rng, age, years)
    own = births if female else ()
    made.add(HEAD, female, age, marital=marital, marriage=wed, births=own)
    _add_births(made, births)


def three_generations(made: Family) -> None:
    rng = made.rng
    _couple_with_children(made, 26, 55)
    head = made.persons[0]
    # Women up to 49 are asked about births, and a parent has given birth: parents are past that.
    older = max(between(rng, 20, 32), 50 - head.age)
    both = happens(rng, 0.35)
    for female in (False, True) if both else (happens(rng, 0.72),):
        age = min(102, head.age + older + (0 if female else 3))
        years = head.age + between(rng, 1, 3)
        made.add(
            PARENT,
            female,
            age,
            surname=_surname_of_parent(made, female),
            marital=MARRIED if both else WIDOWED,
            marriage=marriage_of(rng, age, min(years, age - 16)),
        )


def _surname_of_parent(made: Family, mother: bool) -> str:
    hands_it_down = (pattern_of(made.ethnicity).line == "mother") == mother
    return made.head_surname if hands_it_down else family_name(made.rng, made.ethnicity)


def with_a_married_child(made: Family) -> None:
    rng = made.rng
    couple = a_couple(rng, heaped(rng, between(rng, 58, 78)))
    couple = replace(couple, wife_age=max(52, couple.wife_age))
    _add_couple(made, couple, ())
    if happens(rng, 0.4):
        made.persons[0] = replace(made.persons[0], marital=WIDOWED)
        del made.persons[1]
    daughter = pattern_of(made.ethnicity).line == "mother" or happens(rng, 0.2)
    child_age = max(22, min(couple.wife_age - between(rng, 20, 28), 45))
    wed = a_couple(rng, child_age + (3 if daughter else 0))
    if daughter:
        wed = replace(wed, wife_age=child_age, years_married=min(wed.years_married, child_age - 16))
    births = births_of(made, wed.wife_age, wed.years_married, CHILDREN_WANTED.draw(rng))
    _add_young_couple(made, wed, daughter, births)
    _add_births(made, births, GRANDCHILD)


def _add_young_couple(
    made: Family, couple: Couple, daughter: bool, births: tuple[Birth, ...]
) -> None:
    rng = made.rng
    wed = marriage_of(rng, couple.husband_age, couple.years_married)
    for female in (daughter, not daughter):
        own_child = female == daughter
        age = couple.wife_age if female else couple.husband_age
        made.add(
            CHILD if own_child else OTHER_RELATIVE,
            female,
            age,
            surname=None if own_child else family_name(rng, made.ethnicity),
            marital=MARRIED,
            marriage=replace(wed, age=max(15, age - couple.years_married)),
            births=births if female else (),
        )


def sharing(made: Family) -> None:
    rng = made.rng
    made.add(HEAD, happens(rng, 0.5), between(rng, 18, 33))
    related = happens(rng, 0.5)
    for _ in range(between(rng, 1, 3)):
        relation = OTHER_RELATIVE if related else NOT_RELATED
        surname = None if related else family_name(rng, made.ethnicity)
        made.add(relation, happens(rng, 0.5), between(rng, 15, 30), surname=surname)


KINDS = Weighted(
    [
        (alone, 8),
        (couple_only, 10),
        (couple_and_children, 50),
        (one_parent, 8),
        (three_generations, 15),
        (with_a_married_child, 8),
        (sharing, 1),
    ]
)
