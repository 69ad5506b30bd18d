"""Interviews of any form, made up: answering.py, obeying.py and drawn_values.py."""

import random
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from survey_server.domain.answers import read_answers
from survey_server.domain.forms import CompiledForm, compile_folder
from survey_server.domain.logic import compile_expression, new_document
from survey_server.domain.logic.context import Context
from survey_server.domain.rules import rules_of
from survey_server.simulator.answering import MOST_ENTRIES, random_answers, valid_answers
from survey_server.simulator.drawn_values import hints_of, text_like
from tests.domain.forms_at_hand import CENSUS_FORMS, FORM_FOLDER

FOLDERS = [FORM_FOLDER, *sorted(path for path in CENSUS_FORMS.iterdir() if path.is_dir())]
NOW = datetime(2024, 4, 5, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def form(request: pytest.FixtureRequest) -> CompiledForm:
    folder: Path = request.param
    return compile_folder(folder)


def test_valid_answers_break_no_rule_of_the_form_itself(form: CompiledForm) -> None:
    rules = rules_of(form.description)
    checks = {check.id for check in form.description.checks}
    for seed in range(10):
        answers = valid_answers(form.description, random.Random(seed), rules, NOW)
        findings = rules.judge(read_answers(form.description, answers), NOW)
        assert [one for one in findings if one.rule not in checks] == [], f"seed {seed}"


def test_valid_answers_tell_of_several_people_and_differ_by_seed(form: CompiledForm) -> None:
    rules = rules_of(form.description)
    told = [valid_answers(form.description, random.Random(seed), rules, NOW) for seed in range(10)]
    assert len({str(answers) for answers in told}) == 10
    assert max(_longest_repeat(answers) for answers in told) > 1


def test_random_answers_break_rules_and_are_a_tree_of_the_form(form: CompiledForm) -> None:
    rules = rules_of(form.description)
    found = set()
    for seed in range(20):
        answers = random_answers(form.description, random.Random(seed))
        assert _longest_repeat(answers) <= MOST_ENTRIES
        found |= {one.rule for one in rules.judge(read_answers(form.description, answers), NOW)}
    assert "not_relevant" in found
    assert found & {"constraint", "required_missing", "repeat_count"}


def test_the_same_seed_makes_the_same_answers(form: CompiledForm) -> None:
    one, other = (random_answers(form.description, random.Random(3)) for _ in range(2))
    assert one == other


def test_a_form_hints_at_what_it_compares_a_question_with() -> None:
    hints = hints_of(compile_folder(CENSUS_FORMS / "census_2024_long").description)
    assert {"5", "15"} <= set(hints["age"])
    assert "9998" in hints["birth_year"]
    assert "1" in hints["visit_result"]


@pytest.mark.parametrize(
    "pattern", ["[0-9]{2}-[0-9]{3}", "(a|b)+c?", "\\d{8,12}", "[^0-9]*x", "^[0-9]{4}$"]
)
def test_a_text_is_made_that_a_pattern_fits(pattern: str) -> None:
    rng = random.Random(1)
    document = new_document()
    context = Context(document, NOW, ZoneInfo("UTC"))
    for _ in range(20):
        text = text_like(pattern, rng)
        fits = compile_expression(f"regex('{text}', '{pattern}')")
        assert fits.as_truth(document, context), text


def test_a_pattern_that_is_none_makes_no_text() -> None:
    assert text_like("[0-9", random.Random(1)) == ""


def _longest_repeat(value: Any) -> int:
    if isinstance(value, dict):
        return max([_longest_repeat(below) for below in value.values()], default=0)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return max(len(value), *(_longest_repeat(below) for below in value))
    return 0
