"""Planted mistakes are found under the name and at the place that they were planted with."""

from datetime import UTC, datetime
from functools import cache
from random import Random

import pytest

from survey_server.domain.answers import read_answers
from survey_server.domain.rules import Rules, rules_of
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import LONG, SHORT, interview
from survey_server.simulator.mistakes import (
    MISTAKES,
    can_be_found_twice,
    edited,
    in_capitals,
    plant,
    told_again,
    with_tones_moved,
    without_diacritics,
)
from survey_server.simulator.people import Household
from tests.simulator.test_interviews import description

WHEN = datetime(2024, 4, 3, 2, tzinfo=UTC)
UNIT, OTHER_UNIT = "12-107-03391-004-017", "12-107-03391-005-002"
MIX = (("01", 80.0), ("08", 10.0), ("11", 10.0))


def households(number: int) -> list[Household]:
    rng = Random(11)
    return [household(rng, Profile(MIX)) for _ in range(number)]


@cache
def rules(form_id: str) -> Rules:
    return rules_of(description(form_id))


@pytest.mark.parametrize("form_id", [SHORT, LONG])
@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_a_planted_mistake_is_the_only_finding(mistake: str, form_id: str) -> None:
    rng = Random(12)
    for told in households(40):
        planted = plant(rng, mistake, interview(rng, form_id, told, UNIT, WHEN))
        reading = read_answers(description(form_id), planted.answers)
        found = rules(form_id).judge(reading, WHEN)
        assert [(finding.rule, finding.path) for finding in found] == [(planted.rule, planted.path)]


def test_planting_leaves_the_original_as_it_was() -> None:
    rng = Random(13)
    answers = interview(rng, LONG, households(1)[0], UNIT, WHEN)
    for mistake in MISTAKES:
        plant(rng, mistake, answers)
    edited(rng, answers)
    assert read_answers(description(LONG), answers).findings == ()
    assert "remarks" not in answers


def test_a_household_told_again_still_breaks_no_rule() -> None:
    rng = Random(14)
    for told in households(500):
        again = told_again(rng, told, "Thôn 9")
        answers = interview(rng, LONG, again, OTHER_UNIT, WHEN)
        assert read_answers(description(LONG), answers).findings == ()


def test_two_members_told_again_keep_sex_and_year_and_a_name_that_is_spelled_otherwise() -> None:
    rng = Random(15)
    changed = 0
    for told in filter(can_be_found_twice, households(500)):
        again = told_again(rng, told, "Thôn 9")
        assert len(recognised(told) & recognised(again)) >= 2
        changed += [p.name for p in told.persons] != [p.name for p in again.persons]
    assert changed > 100


def recognised(told: Household) -> set[tuple[str, bool, int]]:
    return {
        (" ".join(without_diacritics(p.name).upper().split()), p.female, p.birth_year)
        for p in told.persons
    }


def test_an_edit_changes_the_answers_and_stays_complete() -> None:
    rng = Random(16)
    answers = interview(rng, LONG, households(1)[0], UNIT, WHEN)
    corrected = edited(rng, answers)
    assert corrected != answers
    assert read_answers(description(LONG), corrected).findings == ()


def test_names_are_respelled_as_people_do() -> None:
    assert with_tones_moved("Nguyễn Thị Hoà Thúy Quý") == "Nguyễn Thị Hòa Thuý Quý"
    assert with_tones_moved("Trần Hoàng Hòa") == "Trần Hoàng Hoà"
    assert without_diacritics("Đỗ Thị Êñuôl") == "Do Thi Enuol"
    assert in_capitals("H'Hen Niê") == "H'HEN NIÊ"
