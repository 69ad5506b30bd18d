"""The truth table of operators.py and of the conversions in values.py."""

import math

import pytest

from tests.domain.logic.tables import value_of

TABLE = [
    ("0.1 + 0.2 = 0.3", True),
    ("'1' = '1.0'", False),
    ("1 = '1.0'", True),
    ("'' = 0", False),
    ("'' = false()", True),
    ("true() = 'false'", True),
    ("'NaN' = number('x')", False),
    ("number('x') != number('x')", True),
    ("1 div 0 = 1 div 0", False),
    ("/data/blank > 3", False),
    ("/data/blank < 3", False),
    ("/data/blank != 3", True),
    ("/data/none = ''", True),
    ("/data/size = '3'", True),
    ("/data/person[sex = 1]/name = 'Nguyễn An'", True),
    ("'b' > 'a'", False),
    ("3 > 2 > 1", False),
    ("1 = 1 = 1", True),
    ("2 + 3 * 4", 14.0),
    ("(2 + 3) * 4", 20.0),
    ("5 - 2 - 1", 2.0),
    ("1 - -1", 2.0),
    ("--1", 1.0),
    ("-(2)", -2.0),
    ("8 div 2 + 4", 8.0),
    ("5 mod 1.5", 0.5),
    ("-5 mod 3", -2.0),
    ("5 mod -3", 2.0),
    ("1 div 0", math.inf),
    ("-1 div 0", -math.inf),
    ("1 mod (1 div 0)", 1.0),
    ("'1' + '1'", 2.0),
    ("true() + true()", 2.0),
    ("1and1", True),
    ("2div1", 2.0),
    ("true() or nobody()", True),
    ("false() and nobody()", False),
    ("0 or 0 or '' or 'x'", True),
    ("1 and 1 and 0 and nobody()", False),
    ("count(/data/size | /data/person | /data/person)", 4.0),
]


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_the_value_is(text: str, value: object) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


@pytest.mark.parametrize("text", ["0 div 0", "5 mod 0", "'a' + 1", "/data/blank * 2"])
def test_it_is_no_number(text: str) -> None:
    found = value_of(text)
    assert isinstance(found, float)
    assert math.isnan(found)
