"""The truth table of functions/booleans.py."""

import pytest

from survey_server.domain.logic import EvaluationFault, UnknownFunction
from tests.domain.logic.tables import value_of

TABLE = [
    ("true()", True),
    ("false()", False),
    ("boolean('')", False),
    ("boolean('false')", True),
    ("boolean(0.0)", False),
    ("boolean(-1)", True),
    ("boolean(0 div 0)", False),
    ("boolean(/data/none)", False),
    ("boolean(date('2020-01-01'))", True),
    ("not('')", True),
    ("not(0)", True),
    ("boolean-from-string('TRUE')", True),
    ("boolean-from-string('1')", True),
    ("boolean-from-string('2')", False),
    ("boolean-from-string(' true')", False),
    ("if(1 > 0, 'a', 'b')", "a"),
    ("if('false', 1, 2)", 1.0),
    ("if('', 1, 2)", 2.0),
    ("if(true(), 1, nobody())", 1.0),
    ("sum(if(true(), /data/person/age, /data/size))", 78.0),
    ("coalesce('', 'x')", "x"),
    ("coalesce(0 div 0, 0)", 0.0),
    ("coalesce(0, 5)", 0.0),
    ("coalesce(/data/none, 'y')", "y"),
    ("coalesce(1, nobody())", 1.0),
    ("checklist(1, 2, 'a', '', 0, 1)", True),
    ("checklist(3, -1, 1, 1)", False),
    ("checklist(-1, 1, 1, 1)", False),
    ("checklist(-1, -1)", True),
    ("checklist(2, 2, /data/person/age)", True),
    ("weighted-checklist(2, 3, 1, 1.5, 1, 1)", True),
    ("weighted-checklist(2, 3, 1, 1.5, 0, 1)", False),
    ("weighted-checklist(78, 78, /data/person/age, /data/person/age)", True),
    ("weighted-checklist(0, 9, true(), /data/none)", False),
]


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_the_value_is(text: str, value: object) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


def test_an_unknown_function_stops_only_the_branch_that_reaches_it() -> None:
    with pytest.raises(UnknownFunction, match="nobody"):
        value_of("if(false(), 1, nobody())")


def test_a_wrong_number_of_arguments_stops_where_it_is_reached() -> None:
    assert value_of("true() or coalesce(1, 2, 3)") is True
    with pytest.raises(EvaluationFault, match="takes 2 arguments, and 3 are given"):
        value_of("coalesce(1, 2, 3)")
