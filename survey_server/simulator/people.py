"""Who the people of a simulated household are: values only, as an enumerator would be told them.

A birth is *as stated*: month 98 and year 9998 stand for "not known". Age is in completed years at
the reference time of the survey, by the forms' own rule, so that whatever is computed from a person
here agrees with what a tablet computes.
"""

from dataclasses import dataclass
from random import Random

from survey_server.simulator.draws import between, happens

UNKNOWN_MONTH = 98
UNKNOWN_YEAR = 9998
REFERENCE_YEAR = 2024
# A survey counts at 0:00 on the first day of a month of that year.
CENSUS_MONTH, MINORITIES_MONTH = 4, 7

HEAD, SPOUSE, CHILD, GRANDCHILD, PARENT = "head", "spouse", "child", "grandchild", "parent"
OTHER_RELATIVE, NOT_RELATED = "other_relative", "not_related"
SINGLE, MARRIED, WIDOWED, DIVORCED, SEPARATED = "1", "2", "3", "4", "5"
HOME, AWAY, DIED = "home", "away", "died"


@dataclass(frozen=True, slots=True)
class Marriage:
    """The first marriage; `age` counts where the year is not known."""

    month: int
    year: int
    age: int


@dataclass(frozen=True, slots=True)
class Birth:
    """A live birth of a woman, and where the child is now: home, away or died."""

    female: bool
    month: int
    year: int
    age: int
    fate: str


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    alias: str
    relation: str
    female: bool
    birth_month: int
    birth_year: int
    age: int
    ethnicity: str
    religion: str
    marital: str
    marriage: Marriage | None
    births: tuple[Birth, ...]


@dataclass(frozen=True, slots=True)
class Deceased:
    name: str
    female: bool
    birth_month: int
    birth_year: int
    death_month: int
    death_year: int
    age: int


@dataclass(frozen=True, slots=True)
class Household:
    """Persons in the order of the roster, the head first. `seed` decides every answer that is
    about the household and not about one visit, so that a second visit hears the same. Ages are
    those at the beginning of `month`."""

    persons: tuple[Person, ...]
    deaths: tuple[Deceased, ...]
    urban: bool
    address: str
    phone: str
    comfort: float  # 0 poor .. 1 well off
    seed: int
    month: int = CENSUS_MONTH

    @property
    def head(self) -> Person:
        return self.persons[0]


def birth_at(age: int, month: int, reference: int) -> int:
    """The birth year of somebody who is `age` in the month of `reference` and born in `month`."""
    had_birthday = month < reference
    return REFERENCE_YEAR - age - (0 if had_birthday else 1)


def stated_birth(rng: Random, age: int, reference: int) -> tuple[int, int]:
    """Month and year as told; old people and old papers know less, and papers like January."""
    if happens(rng, 0.002 + 0.0006 * max(0, age - 20)):
        month = UNKNOWN_MONTH
    elif age >= 60 and happens(rng, 0.06):
        month = 1
    else:
        month = between(rng, 1, 12)
    if age >= 18 and happens(rng, 0.0005 + 0.0003 * max(0, age - 40)):
        return month, UNKNOWN_YEAR
    return month, birth_at(age, month, reference)


def heaped(rng: Random, age: int) -> int:
    """Some grown-ups round their age to a multiple of five."""
    return 5 * round(age / 5) if age >= 33 and happens(rng, 0.05) else age


def marriage_of(rng: Random, age: int, years_ago: int) -> Marriage:
    forgets = 0.002 * max(0, age - 45)
    month = UNKNOWN_MONTH if happens(rng, 0.005 + forgets) else between(rng, 1, 12)
    year = UNKNOWN_YEAR if happens(rng, forgets / 2) else REFERENCE_YEAR - 1 - years_ago
    return Marriage(month, year, max(15, age - years_ago))
