"""Mistakes as they happen in the field, planted on purpose, to measure what finds them.

Three kinds: an error inside one interview, of which `plant` tells the rule and the place that a
reader of the answers has to name; the same household told again under another unit; and a later
edit of an interview.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from survey_server.simulator.draws import between, happens, pick
from survey_server.simulator.names import KINH
from survey_server.simulator.people import (
    AWAY,
    HEAD,
    HOME,
    UNKNOWN_YEAR,
    Household,
    Person,
)

Answers = dict[str, object]

# Both ways to place the tone mark on the last vowels of a syllable: hòa and hoà.
TONES = dict(
    zip(
        ("òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy").split(),
        ("oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ").split(),
        strict=True,
    )
)
OTHER_PLACE = TONES | {new: old for old, new in TONES.items()}
MOVABLE = re.compile(rf"(?<![qQ])({'|'.join(OTHER_PLACE)})\b")
REMARKS = ("Đã gọi điện xác minh lại", "Sửa theo giấy khai sinh", "Quay lại gặp chủ hộ để bổ sung")


@dataclass(frozen=True, slots=True)
class Planted:
    """`rule` and `path` are what a reading of the answers must find."""

    answers: Answers
    rule: str
    path: str


def plant(rng: Random, mistake: str, answers: Mapping[str, object]) -> Planted:
    """A copy of a complete interview of the census with one mistake of `MISTAKES` in it."""
    copy: dict[str, Any] = deepcopy(dict(answers))
    rule, path = MISTAKES[mistake](rng, copy)
    return Planted(copy, rule, path)


def _somebody(rng: Random, answers: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """A person of the roster, and where."""
    line = between(rng, 1, len(answers["person"]))
    return answers["person"][line - 1], f"person[{line}]"


def _code_not_in_list(rng: Random, answers: dict[str, Any]) -> tuple[str, str]:
    person, place = _somebody(rng, answers)
    question = pick(rng, ("sex", "relation", "kinh_or_other"))
    person[question] = pick(rng, ("0", "8", "77"))
    return "not_in_list", f"{place}/{question}"


def _wrong_type(rng: Random, answers: dict[str, Any]) -> tuple[str, str]:
    person, place = _somebody(rng, answers)
    person["birth_year"] = pick(rng, ("khoảng 1975", "19 80", "Giáp Tý", "1.9e3x"))
    return "type", f"{place}/birth_year"


def _unknown_question(rng: Random, answers: dict[str, Any]) -> tuple[str, str]:
    person, place = _somebody(rng, answers)
    person["identity_card"] = f"{between(rng, 0, 999_999_999):09d}"
    return "unknown_question", f"{place}/identity_card"


def _required_missing(rng: Random, answers: dict[str, Any]) -> tuple[str, str]:
    person, place = _somebody(rng, answers)
    question = pick(rng, ("relation", "sex", "birth_month", "has_religion"))
    del person[question]
    return "required_missing", f"{place}/{question}"


def _not_relevant(rng: Random, answers: dict[str, Any]) -> tuple[str, str]:
    """Answers to what this person would not have been asked: one, or two of one group."""
    person, place = _somebody(rng, answers)
    slips = [
        (question, told)
        for question, told in (
            ("age_stated", person["age"]),
            ("religion", "1"),
            ("other_ethnicity", "02"),
            ("early_childhood", {"birth_registration": "1"}),
            ("education", {"attendance": "2", "level_completed": "1"}),
            ("marriage", {"marital_status": "1"}),
        )
        if question not in person
    ]
    question, told = pick(rng, slips)
    person[question] = told
    if isinstance(told, dict) and len(told) == 1:
        question += f"/{next(iter(told))}"
    return "not_relevant", f"{place}/{question}"


def _constraint(rng: Random, answers: dict[str, Any]) -> tuple[str, str]:
    person, place = _somebody(rng, answers)
    slip = pick(rng, ("other_name", "registered_here", "phone"))
    if slip == "other_name":
        person["other_name"] = pick(rng, ("Tư 2", "Na (bé)?", "@Bi"))
        return "constraint", f"{place}/other_name"
    if slip == "phone":
        answers["identification"]["phone"] = pick(rng, ("09", "0912 345 678", "không có"))
        return "constraint", "identification/phone"
    answers["residence"]["registered_here"] = str(len(answers["person"]) + between(rng, 1, 9))
    return "constraint", "residence/registered_here"


def _not_offered(rng: Random, answers: dict[str, Any]) -> tuple[str, str]:
    """The list of the other ethnic groups leaves out the Kinh."""
    person, place = _somebody(rng, answers)
    person |= {"kinh_or_other": "2", "other_ethnicity": KINH, "ethnicity": KINH}
    return "not_offered", f"{place}/other_ethnicity"


def _repeat_count(rng: Random, answers: dict[str, Any]) -> tuple[str, str]:
    """Somebody was counted and is not in the roster."""
    residence = answers["residence"]
    more = between(rng, 1, 3)
    residence["temporarily_absent"] = str(int(residence["temporarily_absent"]) + more)
    answers["household_size"] = str(int(answers["household_size"]) + more)
    return "repeat_count", "person"


def _calculate_differs(rng: Random, answers: dict[str, Any]) -> tuple[str, str]:
    person, place = _somebody(rng, answers)
    question = pick(rng, ("age", "line", "household_size"))
    if question == "household_size":
        answers[question] = str(int(answers[question]) + 1)
        return "calculate_differs", question
    person[question] = str(int(person[question]) + between(rng, 1, 9))
    return "calculate_differs", f"{place}/{question}"


MISTAKES: Mapping[str, Callable[[Random, dict[str, Any]], tuple[str, str]]] = {
    "code_not_in_list": _code_not_in_list,
    "wrong_type": _wrong_type,
    "unknown_question": _unknown_question,
    "required_missing": _required_missing,
    "not_relevant": _not_relevant,
    "constraint": _constraint,
    "not_offered": _not_offered,
    "repeat_count": _repeat_count,
    "calculate_differs": _calculate_differs,
}


def edited(rng: Random, answers: Mapping[str, object]) -> Answers:
    """The interview corrected later; the envelope gives it the next revision."""
    copy: dict[str, Any] = deepcopy(dict(answers))
    copy["remarks"] = pick(rng, REMARKS)
    if happens(rng, 0.6):
        copy["identification"]["phone"] = f"09{between(rng, 0, 99_999_999):08d}"
    return copy


def can_be_found_twice(household: Household) -> bool:
    """Whether a second telling shares two persons whose year of birth is known."""
    return sum(person.birth_year != UNKNOWN_YEAR for person in household.persons) >= 2


def told_again(rng: Random, household: Household, address: str, keep: int = 2) -> Household:
    """The same household as another enumerator hears it elsewhere.

    `keep` members of known birth year stay recognisable: the same sex and year, and a name that
    differs in writing only. The others may be a year off or left out.
    """
    known = [i for i, person in enumerate(household.persons) if person.birth_year != UNKNOWN_YEAR]
    kept = set(rng.sample(known, min(keep, len(known))))
    left_out = _left_out(rng, household, kept)
    persons = []
    for index, person in enumerate(household.persons):
        if index == left_out:
            continue
        heard = person if index in kept else _year_off(rng, person)
        persons.append(replace(heard, name=respelled(rng, heard.name)))
    if left_out is not None:
        gone = household.persons[left_out]
        persons = [_child_elsewhere(person, gone) for person in persons]
    return replace(household, persons=tuple(persons), deaths=(), address=address)


def _left_out(rng: Random, household: Household, kept: set[int]) -> int | None:
    spare = [
        index
        for index, person in enumerate(household.persons)
        if index not in kept and person.relation != HEAD
    ]
    return pick(rng, spare) if spare and happens(rng, 0.3) else None


def _child_elsewhere(mother: Person, gone: Person) -> Person:
    """A mother who is told without one of her children says that the child lives elsewhere."""
    births = list(mother.births)
    for index, birth in enumerate(births):
        told = (birth.female, birth.month, birth.year, birth.fate)
        if told == (gone.female, gone.birth_month, gone.birth_year, HOME):
            births[index] = replace(birth, fate=AWAY)
            return replace(mother, births=tuple(births))
    return mother


def _year_off(rng: Random, person: Person) -> Person:
    """One year more or less, for grown-ups only, whose path through the form stays the same."""
    if person.age < 20 or person.birth_year == UNKNOWN_YEAR or not happens(rng, 0.35):
        return person
    shift = pick(rng, (-1, 1))
    age, wed = person.age - shift, person.marriage
    if wed:
        wed = replace(wed, age=min(wed.age, age))
    return replace(person, birth_year=person.birth_year + shift, age=age, marriage=wed)


def respelled(rng: Random, name: str) -> str:
    """The name as another hand writes it; most hands write it alike."""
    if happens(rng, 0.6):
        return name
    return pick(rng, RESPELLINGS)(name)


def without_diacritics(name: str) -> str:
    plain = name.replace("Đ", "D").replace("đ", "d")
    decomposed = unicodedata.normalize("NFD", plain)
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def with_tones_moved(name: str) -> str:
    return MOVABLE.sub(lambda found: OTHER_PLACE[found[1]], name)


def in_capitals(name: str) -> str:
    return name.upper()


def with_wide_spaces(name: str) -> str:
    return name.replace(" ", "  ", 1)


RESPELLINGS = (without_diacritics, with_tones_moved, in_capitals, with_wide_spaces)
