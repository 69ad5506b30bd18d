"""The truth table of functions/numbers.py."""

import math

import pytest

from tests.domain.logic.tables import value_of

TABLE = [
    ("number('12')", 12),
    ("number(' 1.5 ')", 1.5),
    ("number('1,5')", 1.5),
    ("number('-.5')", -0.5),
    ("number(true())", 1),
    ("number(/data/visit)", 19814),
    ("int(2.9)", 2),
    ("int(-2.9)", -2),
    ("int('2147483648.7')", 2147483648),
    ("round(2.5)", 3),
    ("round(-1.5)", -1),
    ("round(-2.5)", -2),
    ("round(1.005, 2)", 1.01),
    ("round(12345.12345, 2)", 12345.12),
    ("round(1250, -2)", 1300),
    ("round(-1250, -2)", -1200),
    ("round(-16, -1)", -10),
    ("round(2.5, 'x')", 3),
    ("abs(-3)", 3),
    # In 1970 clocks stood an hour further; the number of an answer knows only days.
    ("abs(date('2024-04-01'))", 19814 + 1 / 24),
    ("abs(/data/visit)", 19814),
    ("pow(2, 10)", 1024),
    ("pow(0, -1)", math.inf),
    ("pow(10, 400)", math.inf),
    ("pow(-10, 401)", -math.inf),
    ("exp(0)", 1),
    ("exp(1000)", math.inf),
    ("exp10(2)", 100),
    ("log(1)", 0),
    ("log(0)", -math.inf),
    ("log10(1000)", 3),
    ("sqrt(16)", 4),
    ("sin(0)", 0),
    ("cos(0)", 1),
    ("tan(0)", 0),
    ("asin(1)", math.pi / 2),
    ("acos(1)", 0),
    ("atan(0)", 0),
    ("atan2(1, 1)", math.pi / 4),
    ("pi()", math.pi),
    ("random()", 0.25),
    ("abs(date('1970-01-03'))", 2),
]

NOT_A_NUMBER = [
    "number('')",
    "number('1e3')",
    "number('+1')",
    "number('--1')",
    "number('1.2.3')",
    "number('Infinity')",
    "number('.')",
    "number('٣')",
    "int('a')",
    "round('')",
    "round(5, 40)",
    "sqrt(-1)",
    "log(-1)",
    "asin(2)",
    "pow(-8, 1 div 3)",
]


@pytest.mark.parametrize(("text", "number"), TABLE)
def test_the_number_is(text: str, number: float) -> None:
    assert value_of(text) == pytest.approx(number, rel=1e-13)


@pytest.mark.parametrize("text", NOT_A_NUMBER)
def test_it_is_no_number(text: str) -> None:
    found = value_of(text)
    assert isinstance(found, float)
    assert math.isnan(found)


def test_what_rounds_to_nothing_keeps_its_sign() -> None:
    found = value_of("round(-0.4)")
    assert isinstance(found, float)
    assert math.copysign(1, found) == -1
