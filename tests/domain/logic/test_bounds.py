"""A hostile expression costs no more than an honest one."""

from collections.abc import Callable

import pytest

from survey_server.domain.logic import (
    Context,
    EvaluationFault,
    Node,
    XPathSyntaxError,
    compile_expression,
)
from tests.domain.logic.tables import HANOI, NOW, household, value_of

TOO_DEEP: list[Callable[[], str]] = [
    lambda: "(" * 5000 + "1" + ")" * 5000,
    lambda: "1" + "+1" * 5000,
    lambda: "if(0,1," * 200 + "2" + ")" * 200,
    lambda: "a" + "[a" * 200 + "]" * 200,
    lambda: "x" * 20_001,
]


@pytest.mark.parametrize("text", TOO_DEEP)
def test_what_is_nested_too_deep_or_too_long_is_refused(text: Callable[[], str]) -> None:
    with pytest.raises(XPathSyntaxError):
        compile_expression(text())


def test_long_rows_of_or_and_deep_choices_are_honest() -> None:
    assert value_of("0" + " or 0" * 2000) is False
    assert value_of("if(0,1," * 95 + "2" + ")" * 95) == 2.0


def test_texts_do_not_grow_without_end() -> None:
    document = household(f"<data>{'<x>' + 'a' * 60_000 + '</x>'}</data>")
    with pytest.raises(EvaluationFault, match="characters came about"):
        value_of("concat(/data/x, /data/x)", document=document)
    with pytest.raises(EvaluationFault, match="characters came about"):
        value_of("join(/data/x, 'a', 'b', 'c')", document=document)


def test_predicates_inside_predicates_stop_in_time() -> None:
    document = household("<data>" + "<p><a>1</a></p>" * 300 + "</data>")
    cube = "count(/data/p[count(/data/p[count(/data/p[a = 1]) > 0]) > 0])"
    with pytest.raises(EvaluationFault, match="nodes would have to be looked at"):
        value_of(cube, document=document)


def test_numbers_without_end_are_no_failure() -> None:
    assert value_of("string(" + "9" * 5000 + ")") == "Infinity"
    assert value_of("substr('abc', 1 div 0)") == ""
    assert value_of("round(pow(10, 300), 30)") == 1e300


def test_a_tree_of_any_depth_is_read() -> None:
    top = Node("", None)
    node = top
    for _ in range(2000):
        node = node.add("x")
    assert value_of("count(//x)", "/x", top) == 2000.0


def test_all_evaluations_of_an_interview_together_have_an_end() -> None:
    document = household("<data>" + "<p><a>1</a></p>" * 2000 + "</data>")
    context = Context(document, NOW, HANOI)
    expression = compile_expression("count(/data/p[a = 2])")
    with pytest.raises(EvaluationFault, match="nodes would have to be looked at"):
        for _ in range(2000):
            expression.evaluate(document, context)
