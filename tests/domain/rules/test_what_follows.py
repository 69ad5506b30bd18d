"""What follows from an answer that breaks its own constraint is not told beside it."""

from functools import cache
from random import Random

import pytest

from survey_server.domain.answers import read_answers
from survey_server.domain.rules import Rules, rules_of
from survey_server.simulator.interviews import LONG, interview
from tests.simulator.test_interviews import UNIT, WHEN, description, households


@cache
def rules() -> Rules:
    return rules_of(description(LONG))


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("residence", "usual_residents", "98"),
        ("residence", "newcomers", "-1"),
        ("person", "birth_year", "98"),
        ("person", "birth_month", "13"),
    ],
)
def test_an_impossible_number_is_one_finding(group: str, name: str, value: str) -> None:
    for number, told in enumerate(households(60, seed=3)):
        answers = interview(Random(number), LONG, told, UNIT, WHEN)
        place = answers[group]
        if isinstance(place, list):
            place[-1][name] = value
        else:
            place[name] = value  # type: ignore[index]
        findings = rules().judge(read_answers(description(LONG), answers), WHEN)
        assert [one.path.rpartition("/")[2] for one in findings] == [name], findings
