"""Made-up interviews are what a careful enumerator would bring home."""

import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from survey_server.domain.answers import household_of, read_answers
from survey_server.domain.forms.compiling import compile_folder
from survey_server.domain.forms.parts import FormDescription
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import (
    LONG,
    RESULTS,
    SHORT,
    interview,
    visit_without_interview,
)
from survey_server.simulator.people import REFERENCE_YEAR, UNKNOWN_YEAR, Household, Person

WHEN = datetime(2024, 4, 3, 9, tzinfo=timezone(timedelta(hours=7)))
UNIT = "12-107-03391-004-017"
EVERYBODY = tuple((f"{code:02d}", 1.0) for code in range(1, 55))


@cache
def description(form_id: str) -> FormDescription:
    return compile_folder(Path(__file__).parents[2] / "forms" / form_id).description


def households(number: int, seed: int = 5) -> list[Household]:
    rng = Random(seed)
    profiles = (Profile(EVERYBODY, urban=True), Profile(EVERYBODY), Profile(mixed_marriages=0.0))
    return [household(rng, profiles[place % 3]) for place in range(number)]


def flat(answers: object) -> str:
    return json.dumps(answers, ensure_ascii=False, sort_keys=True)


@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_a_reader_finds_nothing_wrong_in_a_thousand_interviews(form_id: str) -> None:
    rng = Random(1)
    for told in households(1000):
        answers = interview(rng, form_id, told, UNIT, WHEN)
        assert read_answers(description(form_id), answers).findings == ()


def test_the_household_that_is_read_is_the_household_that_was_told() -> None:
    rng = Random(2)
    for told in households(200):
        read = household_of(description(LONG), interview(rng, LONG, told, UNIT, WHEN))
        assert (read.result, read.complete, read.size) == ("interviewed", True, len(told.persons))
        assert [person.name for person in read.persons] == [p.name for p in told.persons]
        assert [person.age for person in read.persons] == [p.age for p in told.persons]
        assert [person.ethnicity for person in read.persons] == [p.ethnicity for p in told.persons]


@pytest.mark.parametrize("form_id", [SHORT, LONG])
@pytest.mark.parametrize("result", sorted(set(RESULTS) - {"interviewed"}))
def test_a_visit_without_interview_has_its_result_and_no_persons(form_id: str, result: str) -> None:
    told = households(1)[0]
    answers = visit_without_interview(Random(3), form_id, result, told, UNIT, WHEN)
    assert read_answers(description(form_id), answers).findings == ()
    read = household_of(description(form_id), answers)
    assert (read.result, read.persons) == (result, ())


def test_the_same_seed_tells_the_same_interviews() -> None:
    first = [interview(Random(4), LONG, told, UNIT, WHEN) for told in households(20)]
    again = [interview(Random(4), LONG, told, UNIT, WHEN) for told in households(20)]
    assert flat(first) == flat(again)
    other = [interview(Random(4), LONG, told, UNIT, WHEN) for told in households(20, seed=6)]
    assert flat(first) != flat(other)


def test_a_second_visit_hears_the_same_household_tell_the_same() -> None:
    told = households(1)[0]
    first = interview(Random(1), LONG, told, UNIT, WHEN)
    second = interview(Random(2), LONG, told, UNIT, WHEN)
    assert first["person"] == second["person"]
    assert first["finished_at"] != second["finished_at"]


def test_every_leaf_is_text_in_nfc_and_nothing_is_blank() -> None:
    rng = Random(7)
    for told in households(100):
        for text in leaves(interview(rng, LONG, told, UNIT, WHEN)):
            assert isinstance(text, str)
            assert text
            assert unicodedata.is_normalized("NFC", text)


def leaves(answers: object) -> list[object]:
    if isinstance(answers, Mapping):
        return [leaf for value in answers.values() for leaf in leaves(value)]
    if isinstance(answers, list):
        return [leaf for value in answers for leaf in leaves(value)]
    return [answers]


def test_questions_off_the_path_are_not_answered() -> None:
    rng = Random(8)
    for told in households(300):
        answers = interview(rng, LONG, told, UNIT, WHEN)
        for person, entry in zip(told.persons, answers["person"], strict=True):  # type: ignore[call-overload]
            assert ("early_childhood" in entry) == (person.age < 5)
            assert ("education" in entry) == ("disability" in entry) == (person.age >= 5)
            assert ("marriage" in entry) == (person.age >= 15)
            assert ("woman" in entry) == (person.female and 10 <= person.age <= 49)
            assert ("age_stated" in entry) == (person.birth_year == UNKNOWN_YEAR)


def test_ages_agree_with_births_at_the_reference_time() -> None:
    for told in households(500):
        for person in told.persons:
            if person.birth_year != UNKNOWN_YEAR:
                assert person.age == age_by_the_form(person)


def age_by_the_form(person: Person) -> int:
    late = person.birth_year < REFERENCE_YEAR and person.birth_month >= 4
    return REFERENCE_YEAR - person.birth_year - int(late)


def test_households_hang_together() -> None:
    for told in households(1500):
        head, *others = told.persons
        assert head.relation == "head"
        assert "head" not in {person.relation for person in others}
        for person in others:
            if person.relation == "spouse":
                assert person.female != head.female
                assert abs(person.age - head.age) < 20
                assert person.marital == head.marital == "2"
            if person.relation == "child":
                assert head.age - person.age >= 15
            if person.relation == "parent":
                assert person.age - head.age >= 17


def test_sizes_and_unknown_births_are_as_in_a_census() -> None:
    told = households(4000)
    persons = [person for one in told for person in one.persons]
    assert 3.1 < len(persons) / len(told) < 3.7
    assert 0.48 < sum(person.female for person in persons) / len(persons) < 0.53
    assert 0.002 < sum(person.birth_month == 98 for person in persons) / len(persons) < 0.03
    assert 0.0002 < sum(person.birth_year == 9998 for person in persons) / len(persons) < 0.01


def test_a_long_interview_of_four_takes_three_to_five_kilobytes() -> None:
    rng = Random(9)
    sizes = [
        len(flat(interview(rng, LONG, told, UNIT, WHEN)).encode())
        for told in households(300)
        if len(told.persons) == 4
    ]
    assert 3000 < sum(sizes) / len(sizes) < 5000


def test_minority_households_are_interviewed_in_their_language_now_and_then() -> None:
    rng = Random(10)
    held = []
    for told in households(600):
        answers: Any = interview(rng, LONG, told, UNIT, WHEN)
        held.append((told.head.ethnicity, answers["interview"]))
    own = [(group, asked) for group, asked in held if asked["spoken_language"] != "01"]
    assert all(asked["spoken_language"] == group for group, asked in own)
    assert 0.03 < len(own) / len(held) < 0.3
    helped = [asked for _, asked in own if asked["interpreter_used"] == "1"]
    assert 0.4 < len(helped) / len(own) < 0.8
    assert all(
        asked["interpreter_used"] == "2" for _, asked in held if asked["spoken_language"] == "01"
    )
