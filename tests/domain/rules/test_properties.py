"""What holds for the rules of any form and any answers."""

from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from survey_server.domain.answers import read_answers
from survey_server.domain.answers.reading import MOST_FINDINGS, NotATree
from survey_server.domain.forms.parts import Question
from survey_server.domain.rules import Rules, rules_of
from survey_server.simulator.answering import random_answers
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import (
    LONG,
    RESULTS,
    SHORT,
    interview,
    visit_without_interview,
)
from survey_server.simulator.mistakes import MISTAKES, plant
from tests.domain.forms_at_hand import household_form
from tests.domain.random_forms import forms, trees
from tests.domain.rules.forms import NOW, findings, told
from tests.simulator.test_interviews import UNIT, description

PATIENT = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
MIX = (("01", 50.0), ("08", 30.0), ("11", 10.0), ("19", 10.0))


@cache
def census(form_id: str) -> Rules:
    return rules_of(description(form_id))


@cache
def small() -> Rules:
    return rules_of(household_form().description)


def a_household(seed: int) -> Any:
    return household(Random(seed), Profile(MIX, urban=seed % 2 == 0))


def shuffled(value: object, rng: Random) -> object:
    """The same answers, each object's keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        rng.shuffle(keys)
        return {key: shuffled(value[key], rng) for key in keys}
    return [shuffled(one, rng) for one in value] if isinstance(value, list) else value


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=8), below)
)


@PATIENT
@given(st.data())
def test_whatever_the_reading_accepts_is_judged(data: st.DataObject) -> None:
    made = small()
    names = [part.name for part in household_form().description.questions()]
    names += [part.name for part in household_form().description.groups()]
    tree = data.draw(
        trees(made.logic.description.root)
        | st.dictionaries(st.sampled_from(names), anything, max_size=12)
    )
    try:
        reading = read_answers(made.logic.description, tree)
    except NotATree:
        return
    found = made.judge(reading, NOW)
    assert len(found) <= MOST_FINDINGS
    assert all(len(one.path) <= 300 and len(one.value) <= 200 for one in found)


@PATIENT
@given(st.data())
def test_any_form_can_judge_its_answers(data: st.DataObject) -> None:
    known = data.draw(forms())
    reading = read_answers(known, data.draw(trees(known.root)))
    made = rules_of(known)
    assert made.judge(reading, NOW) == made.judge(reading, NOW)


@PATIENT
@given(st.sampled_from([SHORT, LONG]), st.integers(0, 10**6), st.floats(0.3, 1))
def test_judging_is_repeatable_changes_nothing_and_looks_at_no_order(
    form_id: str, seed: int, plausibility: float
) -> None:
    made = census(form_id)
    answers = random_answers(made.logic.description, Random(seed), plausibility)
    reading = read_answers(made.logic.description, answers)
    before = deepcopy(reading)
    found = made.judge(reading, NOW)
    assert reading == before
    assert made.judge(reading, NOW) == found
    if len(found) < MOST_FINDINGS:
        other = findings(made, shuffled(answers, Random(seed + 1)))
        assert sorted(map(repr, other)) == sorted(map(repr, found))


@PATIENT
@given(st.sampled_from([SHORT, LONG]), st.integers(0, 10**6))
def test_a_careful_interview_breaks_no_rule(form_id: str, seed: int) -> None:
    answers = interview(Random(seed), form_id, a_household(seed), UNIT, NOW)
    assert findings(census(form_id), answers) == ()


@pytest.mark.parametrize("result", sorted(set(RESULTS) - {"interviewed"}))
@pytest.mark.parametrize("form_id", [SHORT, LONG])
def test_a_visit_without_an_interview_breaks_no_rule(form_id: str, result: str) -> None:
    for seed in range(20):
        met = a_household(seed)
        answers = visit_without_interview(Random(seed), form_id, result, met, UNIT, NOW)
        assert findings(census(form_id), answers) == ()


@PATIENT
@given(st.sampled_from([SHORT, LONG]), st.sampled_from(sorted(MISTAKES)), st.integers(0, 10**6))
def test_a_mistake_planted_anywhere_is_found_and_nothing_else(
    form_id: str, mistake: str, seed: int
) -> None:
    rng = Random(seed)
    planted = plant(rng, mistake, interview(rng, form_id, a_household(seed), UNIT, NOW))
    assert told(findings(census(form_id), planted.answers)) == [(planted.rule, planted.path)]


@PATIENT
@given(st.sampled_from([SHORT, LONG]), st.integers(0, 10**6))
def test_an_answer_where_none_may_be_is_one_finding(form_id: str, seed: int) -> None:
    """At any place of a careful interview that nobody was asked about."""
    rng = Random(seed)
    made = census(form_id)
    answers: dict[str, Any] = deepcopy(interview(rng, form_id, a_household(seed), UNIT, NOW))
    settled = made.nodes(made.evaluate(read_answers(made.logic.description, answers).answers, NOW))
    places = [one.path for one in settled if not one.relevant and _is_asked(made, one.path)]
    path = rng.choice(places)
    question = made.logic.sites.by_path[_place(path)].part
    assert isinstance(question, Question)
    _put(answers, path, _some_answer(made, question))
    assert told(findings(made, answers)) == [("not_relevant", path)]


def _place(path: str) -> tuple[str, ...]:
    return tuple(step.partition("[")[0] for step in path.split("/"))


def _is_asked(made: Rules, path: str) -> bool:
    return made.logic.sites.by_path[_place(path)].is_asked


def _some_answer(made: Rules, question: Question) -> object:
    choices = made.logic.description.choices_of(question)
    if choices:
        return choices[0].value
    return "1" if question.type in {"int", "decimal", "string"} else "2024-01-01"


def _put(answers: dict[str, Any], path: str, value: object) -> None:
    at = answers
    *around, last = path.split("/")
    for step in around:
        name, _, position = step.partition("[")
        at = at[name][int(position[:-1]) - 1] if position else at.setdefault(name, {})
    at[last] = value
