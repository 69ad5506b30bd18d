"""What is an expression and what is not: tokenizer, parser, and the remarks of compiling."""

import pytest

from survey_server.domain.logic import XPathSyntaxError, compile_expression
from tests.domain.logic.tables import household, value_of

WRONG = [
    ("", 0, "a value is missing"),
    ("1 +", 3, "a value is missing"),
    ("a b", 2, "an operator is missing"),
    ("1 2", 2, "an operator is missing"),
    ("'a", 0, "never closed"),
    ("foo(", 4, "a value is missing"),
    ("sum(.[position() = 1])", 5, "may follow the name of a question"),
    ("../..[sex = 1]/name", 5, "may follow the name of a question"),
    ("(1", 2, "never closed"),
    ("1)", 1, "an operator is missing"),
    ("a[1", 3, "never closed"),
    ("/data/", 6, "the name of a question is missing"),
    ("$a", 0, "variables"),
    ("a # b", 2, "means nothing"),
    ("1..2", 2, "an operator is missing"),
    ("10 idiv 3", 3, "an operator is missing"),
    ("1 AND 1", 2, "an operator is missing"),
    ("namespace::a", 0, "axis"),
    ("text()", 0, "no step"),
    ("if(1,,2)", 5, "a value is missing"),
]


@pytest.mark.parametrize(("text", "position", "words"), WRONG)
def test_what_is_wrong_is_said_and_where(text: str, position: int, words: str) -> None:
    with pytest.raises(XPathSyntaxError, match=words) as caught:
        compile_expression(text)
    assert caught.value.position == position


def test_words_of_operators_are_names_where_an_operand_stands() -> None:
    document = household("<data><div>6</div><or>2</or><first.name-x>9</first.name-x></data>")
    assert value_of("div div or", document=document) == 3.0
    assert value_of("first.name-x - 1", document=document) == 8.0


def test_remarks_name_functions_that_stop_and_say_where() -> None:
    expression = compile_expression("if(true(), 1, nobody(2)) + abs() + floor(1.5)")
    assert [(remark.function, remark.position) for remark in expression.remarks] == [
        ("nobody", 14),
        ("abs", 27),
        ("floor", 35),
    ]
    assert "takes 1 arguments" in expression.remarks[1].sentence
    assert not compile_expression("if(1, 2, 3)").remarks


@pytest.mark.parametrize(
    ("text", "volatile"),
    [("today()", True), ("1 + random()", True), ("a[b = now()]", True), ("date('')", False)],
)
def test_it_is_known_what_may_change_by_itself(text: str, volatile: bool) -> None:
    assert compile_expression(text).is_volatile is volatile
