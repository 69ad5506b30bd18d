"""The household that an interview tells about, whatever its form calls things.

Roles say where the household's size, the visit's result and each person's name, sex and birth year
stand, and how the form's codes spell them, so one table of households and one of persons serve
every form. A value outside what a person can be (month 98, year 9998, age 700) is not known: None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from unicodedata import normalize

from survey_server.domain.answers.lexical import is_date_time, is_geopoint, is_int
from survey_server.domain.answers.plan import plan_of
from survey_server.domain.answers.reading import Answers, missing_required, value_at
from survey_server.domain.forms.parts import FormDescription, Group, Path, Question

INDOCHINA_TIME = timezone(timedelta(hours=7))
LONGEST_NAME = 200
LONGEST_CODE = 100


@dataclass(frozen=True, slots=True)
class Person:
    """`line` is unique in the household. sex, relation: the role's values, not the form's codes."""

    line: int
    name: str | None
    sex: str | None
    birth_month: int | None
    birth_year: int | None
    age: int | None
    relation: str | None
    ethnicity: str | None
    alias: str | None


@dataclass(frozen=True, slots=True)
class Household:
    """Complete: interviewed, no required answer missing, and as many persons as it has members.

    So is one that the survey is not about: it has been asked all that there is to ask.
    """

    result: str | None
    complete: bool
    size: int | None
    head_name: str | None
    persons: tuple[Person, ...]
    started: datetime | None
    finished: datetime | None
    unit: str | None
    location: tuple[float, float] | None
    # The number of the household that answers for a shared dwelling, and whether this one did.
    represented_by: str | None
    describes_dwelling: bool


@dataclass(frozen=True, slots=True)
class _Meaning:
    """Where one role stands: the questions in order (the first answered counts), codes decoded."""

    paths: tuple[Path, ...]
    values: tuple[Mapping[str, str] | None, ...]
    missing: frozenset[str]

    def text(self, answers: Answers) -> str | None:
        for path, values in zip(self.paths, self.values, strict=True):
            text = answers.get(path[0]) if len(path) == 1 else value_at(answers, path)
            if not isinstance(text, str):
                continue
            if values is not None:
                return values.get(text)
            return None if text in self.missing else text[:LONGEST_CODE]
        return None

    def name(self, answers: Answers) -> str | None:
        for path in self.paths:
            text = value_at(answers, path)
            if isinstance(text, str) and text not in self.missing:
                return normalize("NFC", " ".join(text.split()))[:LONGEST_NAME] or None
        return None

    def number(self, answers: Answers, low: int, high: int) -> int | None:
        text = self.text(answers)
        if text is None or not is_int(text):
            return None
        number = int(text)
        return number if low <= number <= high else None


@dataclass(frozen=True, slots=True)
class _Roles:
    household: Mapping[str, _Meaning]
    person_path: Path | None
    person: Mapping[str, _Meaning]


_HOUSEHOLD_ROLES = (
    "visit.result",
    "visit.started",
    "visit.finished",
    "visit.location",
    "household.size",
    "household.head_name",
    "unit.code",
    "dwelling.representative",
    "dwelling.described",
)
_PERSON_ROLES = (
    "person.line",
    "person.name",
    "person.alias",
    "person.sex",
    "person.birth_month",
    "person.birth_year",
    "person.age",
    "person.relation",
    "person.ethnicity",
)


def household_of(
    description: FormDescription, answers: Answers, zone: tzinfo = INDOCHINA_TIME
) -> Household:
    """`answers` as read_answers gave them; `zone` is that of times written without one."""
    roles = _roles_of(description)
    told = roles.household
    result = told["visit.result"].text(answers)
    size = told["household.size"].number(answers, 0, 9999)
    persons = _persons(roles, answers)
    return Household(
        result=result,
        complete=_is_complete(description, answers, result, size, persons),
        size=size,
        head_name=told["household.head_name"].name(answers),
        persons=persons,
        started=_moment(told["visit.started"].text(answers), zone),
        finished=_moment(told["visit.finished"].text(answers), zone),
        unit=told["unit.code"].text(answers),
        location=_location(told["visit.location"].text(answers)),
        represented_by=told["dwelling.representative"].text(answers),
        describes_dwelling=told["dwelling.described"].text(answers) is not None,
    )


def _is_complete(
    description: FormDescription,
    answers: Answers,
    result: str | None,
    size: int | None,
    persons: tuple[Person, ...],
) -> bool:
    plan = plan_of(description)
    if result == "not_eligible":
        return True
    if plan.result_path is not None and result != "interviewed":
        return False
    if _roles_of(description).person_path is not None and not persons:
        return False
    if size is not None and size != len(persons):
        return False
    return next(missing_required(plan.root, answers), None) is None


def _persons(roles: _Roles, answers: Answers) -> tuple[Person, ...]:
    if roles.person_path is None:
        return ()
    entries = _entries(answers, roles.person_path)
    line = roles.person["person.line"]
    lines = [line.number(entry, 1, 9999) for entry in entries]
    # Lines typed by hand may be missing or doubled; a person's key must not be.
    if None in lines or len(set(lines)) < len(lines):
        lines = list(range(1, len(entries) + 1))
    return tuple(
        _person(roles.person, entry, number or 0)
        for entry, number in zip(entries, lines, strict=True)
    )


def _person(told: Mapping[str, _Meaning], entry: Answers, line: int) -> Person:
    return Person(
        line=line,
        name=told["person.name"].name(entry),
        sex=told["person.sex"].text(entry),
        birth_month=told["person.birth_month"].number(entry, 1, 12),
        birth_year=told["person.birth_year"].number(entry, 1800, 2200),
        age=told["person.age"].number(entry, 0, 150),
        relation=told["person.relation"].text(entry),
        ethnicity=told["person.ethnicity"].text(entry),
        alias=told["person.alias"].name(entry),
    )


def _entries(answers: Answers, path: Path) -> list[Answers]:
    """The entries of a repeat, through the groups, and through repeats, that it stands in."""
    found: list[Answers] = [answers]
    for name in path:
        below: list[Answers] = []
        for entry in found:
            value = entry.get(name, [])
            below += value if isinstance(value, list) else [value]
        found = below
    return found


@lru_cache(maxsize=256)
def _roles_of(description: FormDescription) -> _Roles:
    person = description.by_role("person")
    repeat = person if isinstance(person, Group) and person.kind == "repeat" else None
    within = repeat.path if repeat else ()
    return _Roles(
        household={role: _meaning(description, role, ()) for role in _HOUSEHOLD_ROLES},
        person_path=repeat.path if repeat else None,
        person={role: _meaning(description, role, within) for role in _PERSON_ROLES},
    )


def _meaning(description: FormDescription, role: str, within: Path) -> _Meaning:
    depth = len(within)
    questions = [
        part
        for part in description.all_by_role(role)
        if isinstance(part, Question) and part.path[:depth] == within
    ]
    return _Meaning(
        paths=tuple(question.path[depth:] for question in questions),
        values=tuple(_decoded(question) for question in questions),
        missing=frozenset().union(*(question.missing for question in questions)),
    )


def _decoded(question: Question) -> dict[str, str] | None:
    if not question.codes:
        return None
    return {code: canonical for canonical, code in question.codes.items()}


def _moment(text: str | None, zone: tzinfo) -> datetime | None:
    if text is None or not is_date_time(text):
        return None
    moment = datetime.fromisoformat(text)
    if not 1970 <= moment.year <= 2200:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _location(text: str | None) -> tuple[float, float] | None:
    if text is None or not is_geopoint(text):
        return None
    latitude, longitude = text.split(" ")[:2]
    return float(latitude), float(longitude)
