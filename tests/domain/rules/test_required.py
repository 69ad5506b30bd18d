"""Answers that have to be there."""

import pytest

from tests.domain.rules.forms import judged

FORM = """
    type              | name      | required         | relevant    | calculation | read_only
    select_one yes_no | consent   | yes              |             |             |
    text              | reason    | ${consent} = '2' |             |             |
    begin_group       | inside    |                  | ${consent} = '1' |        |
    text              | name      | yes              |             |             |
    text              | nickname  | ${name} = 'Na'   |             |             |
    end_group         |           |                  |             |             |
    calculate         | never     | yes              |             | ''          |
    note              | stop      | yes              | ${reason} = 'stop' |      |
    begin_repeat      | person    |                  |             |             |
    integer           | age       | yes              |             |             |
    text              | job       | yes              | ${age} > 14 |             |
    end_repeat        |           |                  |             |             |
"""


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ({}, ["consent"]),
        ({"consent": "2"}, ["reason"]),
        ({"consent": "2", "reason": "no time"}, []),
        ({"consent": "1"}, ["inside/name"]),
        ({"consent": "1", "inside": {"name": "   "}}, ["inside/name"]),
        ({"consent": "1", "inside": {"name": "Na"}}, ["inside/nickname"]),
        ({"consent": "1", "inside": {"name": "Bi"}}, []),
        ({"consent": "1", "inside": {"name": "Bi"}, "person": []}, []),
        ({"consent": "1", "inside": {"name": "Bi"}, "person": [{}]}, ["person[1]/age"]),
        ({"consent": "1", "inside": {"name": "Bi"}, "person": [{"age": "9"}, {"age": "15"}]},
         ["person[2]/job"]),
        # A required note is how a form's author keeps an interview from being finished.
        ({"consent": "2", "reason": "stop"}, ["stop"]),
    ],
)  # fmt: skip
def test_what_is_required_where_it_is_relevant_is_missed(
    answers: dict[str, object], missing: list[str]
) -> None:
    assert judged(FORM, answers) == [("required_missing", path) for path in missing]


def test_a_read_only_question_with_a_calculation_is_required_too() -> None:
    survey = """
        type    | name | required | calculation                | read_only
        integer | a    |          |                            |
        integer | b    | yes      | if(${a} > 1, ${a} + 1, '') | yes
    """
    assert judged(survey, {"a": "2", "b": "3"}) == []
    assert judged(survey, {"a": "1"}) == [("required_missing", "b")]


def test_missing_answers_are_told_in_the_order_of_the_form_and_of_entries() -> None:
    answers = {"consent": "1", "inside": {"name": "Bi"}, "person": [{"age": "20"}] * 12}
    assert judged(FORM, answers) == [
        ("required_missing", f"person[{line}]/job") for line in range(1, 13)
    ]


def test_of_two_answers_that_each_may_do_without_the_other_both_are_missed() -> None:
    survey = """
        type | name  | required
        text | phone | ${email} = ''
        text | email | ${phone} = ''
    """
    assert judged(survey, {"phone": "09"}) == []
    assert judged(survey, {}) == [("required_missing", "phone"), ("required_missing", "email")]


def test_an_answer_that_cannot_be_read_is_not_also_missing() -> None:
    survey = """
        type    | name   | required | relevant
        integer | always | yes      |
        integer | often  | yes      | ${always} != 9
    """
    assert judged(survey, {"always": "5", "often": {"a": 1}}) == [("type", "often")]
    assert judged(survey, {"always": [5], "often": "1"}) == [("type", "always")]
