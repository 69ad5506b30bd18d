"""Answers where none may be: told of the smallest part of the form that holds them all."""

import pytest

from tests.domain.rules.forms import judged

FORM = """
    type             | name      | relevant
    integer          | age       |
    text             | job       | ${age} >= 15
    begin_group      | school    | ${age} >= 5
    text             | class     |
    text             | teacher   |
    begin_group      | level     | ${age} >= 18
    text             | degree    |
    text             | subject   |
    end_group        |           |
    end_group        |           |
    begin_repeat     | child     | ${age} >= 12
    text             | name      |
    integer          | years     |
    text             | first_job | ${years} >= 15
    begin_repeat     | toy       | ${years} < 10
    text             | colour    |
    end_repeat       |           |
    end_repeat       |           |
    calculate        | double    | ${age} >= 15
"""
# A calculation needs its formula, and tables read better without a column for one row.
FORM = FORM.replace("| relevant", "| relevant | calculation").replace(
    "| double    | ${age} >= 15", "| double    | ${age} >= 15 | ${age} * 2"
)


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({"age": "20", "job": "teacher", "double": "40"}, None),
        ({"age": "14", "job": "teacher"}, "job"),
        ({"job": "teacher"}, "job"),
        ({"age": "4", "school": {"class": "1a"}}, "school/class"),
        ({"age": "4", "school": {"class": "1a", "teacher": "Lan"}}, "school"),
        ({"age": "4", "school": {"level": {"degree": "1"}}}, "school/level/degree"),
        ({"age": "4", "school": {"level": {"degree": "1", "subject": "x"}}}, "school/level"),
        ({"age": "4", "school": {"class": "1a", "level": {"subject": "x"}}}, "school"),
        ({"age": "11", "child": [{"name": "Na"}]}, "child[1]/name"),
        ({"age": "11", "child": [{"name": "Na", "years": "3"}]}, "child[1]"),
        ({"age": "30", "double": "60", "child": [{}, {"years": "7", "first_job": "x"}]},
         "child[2]/first_job"),
        ({"age": "30", "double": "60", "child": [{"years": "7", "toy": [{"colour": "red"}]}]},
         None),
        ({"age": "30", "double": "60",
          "child": [{"years": "2"}, {"years": "12", "toy": [{}, {"colour": "red"}]}]},
         "child[2]/toy[2]/colour"),
    ],
)  # fmt: skip
def test_an_answer_that_nobody_was_asked_for_is_found(
    answers: dict[str, object], path: str | None
) -> None:
    assert judged(FORM, answers) == ([] if path is None else [("not_relevant", path)])


def test_each_entry_of_a_repeat_that_may_not_be_there_is_told_by_itself() -> None:
    answers = {"age": "5", "child": [{"name": "Na", "years": "1"}, {"name": "Bi"}]}
    assert judged(FORM, answers) == [
        ("not_relevant", "child[1]"),
        ("not_relevant", "child[2]/name"),
    ]


def test_a_calculation_left_where_it_is_not_relevant_is_no_answer() -> None:
    assert judged(FORM, {"age": "14", "double": "28"}) == []


def test_an_empty_group_that_is_not_relevant_is_nothing_to_tell() -> None:
    assert judged(FORM, {"age": "4", "school": {"level": {}}, "child": [{}]}) == []


def test_what_is_not_relevant_reads_as_absent() -> None:
    survey = """
        type     | name | relevant
        integer  | a    |
        integer  | b    | ${a} = 1
        integer  | c    | ${b} = 5
        integer  | d    | ${b} = ''
    """
    assert judged(survey, {"a": "1", "b": "5", "c": "0"}) == []
    # `c` may not be there either, and why is told once for each answer.
    assert judged(survey, {"a": "2", "b": "5", "d": "0"}) == [("not_relevant", "b")]


def test_relevance_may_read_later_questions() -> None:
    survey = """
        type     | name  | relevant
        integer  | early | ${late} = 1
        integer  | late  |
    """
    assert judged(survey, {"early": "3", "late": "1"}) == []
    assert judged(survey, {"early": "3", "late": "2"}) == [("not_relevant", "early")]


def test_a_position_in_a_repeat_stays_what_it_was_when_an_entry_before_is_not_relevant() -> None:
    survey = """
        type         | name   | relevant          | required
        begin_repeat | person |                   |
        integer      | age    |                   |
        begin_repeat | stay   | ${years} != 0     |
        integer      | years  |                   |
        text         | place  | ${years} > 1      | yes
        end_repeat   |        |                   |
        end_repeat   |        |                   |
    """
    survey = survey.replace("${years} != 0     ", "position(.) != 1  ")
    answers = {"person": [{"stay": [{}, {"years": "3"}, {"years": "1"}]}]}
    assert judged(survey, answers) == [("required_missing", "person[1]/stay[2]/place")]
