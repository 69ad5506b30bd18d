"""Every broken form is told all that is wrong with it, and nothing else."""

import time
import unicodedata
from pathlib import Path

import pytest

from survey_server.domain.forms.checking import check_workbook, problems_of
from survey_server.domain.forms.checking.report import MOST
from survey_server.domain.forms.compiling import compile_workbook
from survey_server.domain.forms.invalid import FormInvalid
from survey_server.domain.forms.sheets import Workbook
from tests.domain.forms_checking.broken import FORMS, broken, line_of

QUESTIONS = 1500
ERRORS = 200
SETTINGS = ({"form_id": "long", "form_title": "Long"},)


@pytest.mark.parametrize("file", FORMS, ids=lambda file: file.stem)
def test_a_broken_form_is_told_each_of_its_mistakes(file: Path) -> None:
    workbook, expected = broken(file)
    assert [line_of(problem) for problem in check_workbook(workbook)] == expected


@pytest.mark.parametrize("file", FORMS, ids=lambda file: file.stem)
def test_every_problem_is_told_in_vietnamese_and_in_english(file: Path) -> None:
    for problem in check_workbook(broken(file)[0]):
        assert set(problem.messages) == {"vi", "en"}
        assert problem.messages["vi"] != problem.messages["en"]
        assert unicodedata.is_normalized("NFC", problem.messages["vi"])


@pytest.mark.parametrize("file", FORMS, ids=lambda file: file.stem)
def test_a_form_with_errors_is_refused_with_all_of_them(file: Path) -> None:
    workbook, expected = broken(file)
    errors = [line for line in expected if line.startswith("error")]
    if not errors:
        assert compile_workbook(workbook).warnings
        return
    with pytest.raises(FormInvalid) as refused:
        compile_workbook(workbook)
    told = [line_of(problem) for problem in refused.value.problems]
    assert [line for line in told if line.startswith("error")] == errors


def _long_form(questions: int, errors: int) -> Workbook:
    """Every few questions one reads an answer that nobody asks for."""
    wrong = set(range(0, questions, questions // errors)[:errors])
    rows = []
    for number in range(questions):
        read = f"${{missing_{number}}}" if number in wrong else f"${{q{number - 1}}}"
        rows.append(
            {"type": "integer", "name": f"q{number}", "label": "L", "relevant": f"{read} > 1"}
        )
    return Workbook({"survey": tuple(rows), "settings": SETTINGS}, {})


def test_1500_questions_with_200_errors_give_200_problems_in_two_seconds() -> None:
    started = time.process_time()
    problems = problems_of(_long_form(QUESTIONS, ERRORS))
    assert time.process_time() - started < 2
    rows = range(2, QUESTIONS + 2, QUESTIONS // ERRORS)[:ERRORS]
    assert [(one.code, one.row, one.column) for one in problems] == [
        ("unknown_reference", row, "relevant") for row in rows
    ]


def test_more_problems_than_anybody_reads_are_counted() -> None:
    problems = problems_of(_long_form(QUESTIONS, QUESTIONS))
    assert len(problems) == MOST
    assert problems[-1].code == "more_problems"
    assert str(QUESTIONS - MOST + 1) in problems[-1].messages["vi"]
    assert problems[-1].severity == "error"


def test_the_last_error_of_a_form_is_not_lost_among_warnings() -> None:
    rows = [
        {"type": "note", "name": f"n{number}", "label": "L", "required": "yes"}
        for number in range(MOST + 10)
    ]
    rows.append({"type": "integer", "name": "last", "label": "L", "relevant": "${nobody} = 1"})
    problems = problems_of(Workbook({"survey": tuple(rows), "settings": SETTINGS}, {}))
    assert len(problems) == MOST
    assert problems[-2].code == "unknown_reference"
    assert problems[-1].severity == "warning"


def _written(rows: list[dict[str, str]]) -> Workbook:
    return Workbook({"survey": tuple(rows), "settings": SETTINGS}, {})


def test_groups_in_groups_without_end_are_given_up() -> None:
    rows = [{"type": "begin_group", "name": f"g{number}"} for number in range(20_000)]
    started = time.process_time()
    assert [one.code for one in problems_of(_written(rows))] == ["nested_too_deep"]
    assert time.process_time() - started < 5


def test_expressions_without_end_are_given_up() -> None:
    long = " + ".join(["${q}"] * 800)
    rows = [{"type": "integer", "name": "q", "label": "Q"}]
    rows += [{"type": "calculate", "name": f"c{i}", "calculation": long} for i in range(400)]
    codes = {problem.code for problem in problems_of(_written(rows))}
    assert "rules_too_long" in codes


def test_a_circle_through_thousands_of_questions_is_told_once() -> None:
    rows: list[dict[str, str]] = [{"type": "note", "name": "n", "label": "N"}]
    rows += [
        {"type": "calculate", "name": f"c{i}", "calculation": f"${{c{(i + 1) % 3000}}} + 1"}
        for i in range(3000)
    ]
    problems = problems_of(_written(rows))
    assert [(one.code, one.row) for one in problems] == [("cycle", 3)]
    assert "c0 → c1 → c2" in problems[0].messages["vi"]
