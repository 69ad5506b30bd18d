"""The truth table of functions/strings.py."""

import pytest

from survey_server.domain.logic import EvaluationFault
from tests.domain.logic.tables import value_of

TABLE = [
    ("string(5)", "5"),
    ("string(5.50)", "5.5"),
    ("string(true())", "true"),
    ("string(0 div 0)", "NaN"),
    ("string(-1 div 0)", "-Infinity"),
    ("string(2147483647)", "2147483647"),
    ("string(2147483648)", "2.147483648E9"),
    ("string(0.0001)", "1.0E-4"),
    ("string(0.001)", "0.001"),
    ("string(12345678.5)", "1.23456785E7"),
    ("string(-0.0000000000001)", "0"),
    ("string(date('2020-02-03T10:00:00'))", "2020-02-03"),
    ("concat('a', 1, true())", "a1true"),
    ("concat(/data/person/sex)", "122"),
    ("concat()", ""),
    ("join(', ', /data/person/sex)", "1, 2, 2"),
    ("join('-', 'a', '', 3)", "a--3"),
    ("join('-', /data/none, 'x')", "-x"),
    ("join('-', /data/none)", ""),
    ("join('-')", ""),
    ("string-length('Nguyễn')", 6.0),
    ("string-length('😀')", 2.0),
    ("string-length('')", 0.0),
    ("normalize-space('  a \n b  ')", "a b"),
    ("normalize-space('\u00a0a')", "\u00a0a"),
    ("substr('hello', 1)", "ello"),
    ("substr('hello', 1, 3)", "el"),
    ("substr('hello', -3)", "llo"),
    ("substr('hello', 1, -1)", "ell"),
    ("substr('hello', 3, 1)", ""),
    ("substr('hello', 10)", ""),
    ("substr('a😀b', 1, 3)", "😀"),
    ("substring-before('a-b-c', '-')", "a"),
    ("substring-before('abc', 'x')", ""),
    ("substring-before('abc', '')", ""),
    ("substring-after('a-b-c', '-')", "b-c"),
    ("substring-after('abc', 'x')", ""),
    ("substring-after('abc', '')", "abc"),
    ("contains('abc', 'bc')", True),
    ("contains('', '')", True),
    ("starts-with('abc', 'ab')", True),
    ("ends-with('abc', 'ab')", False),
    ("translate('bar', 'abc', 'ABC')", "BAr"),
    ("translate('abc', 'ab', 'x')", "xc"),
    ("translate('aa', 'aa', 'bc')", "bb"),
    ("regex(/data/phone, '0[0-9]{9}')", True),
    ("regex('abc', 'b')", False),
    ("regex(12, '[0-9]+')", True),
]


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_the_value_is(text: str, value: object) -> None:
    assert value_of(text) == value


def test_without_an_argument_the_answer_itself_is_meant() -> None:
    assert value_of("string-length()", "/data/phone") == 10.0
    assert value_of("normalize-space()", "/data/goods") == "tv radio"


def test_a_pattern_that_is_none_stops_the_expression() -> None:
    with pytest.raises(EvaluationFault, match="the pattern of regex"):
        value_of("regex('a', '[')")
