"""The truth table of functions/dates.py and of moments.py, in Hà Nội at 09:30 on 1 April 2024."""

from datetime import datetime

import pytest

from survey_server.domain.logic import (
    EvaluationFault,
    compile_expression,
    new_document,
    to_number,
    to_text,
    typed_value,
)
from tests.domain.logic.tables import HANOI, context, value_of

TABLE = [
    ("date('')", ""),
    ("date('2020-2-3')", datetime(2020, 2, 3, tzinfo=HANOI)),
    ("date('2020-02-03T10:20')", datetime(2020, 2, 3, 10, 20, tzinfo=HANOI)),
    ("date('2020-02-03T22:00:00.000Z')", datetime(2020, 2, 4, 5, tzinfo=HANOI)),
    ("date(date-time('2020-02-03T10:20'))", datetime(2020, 2, 3, tzinfo=HANOI)),
    ("date(0)", datetime(1970, 1, 1, tzinfo=HANOI)),
    ("date-time(18262.5)", datetime(2020, 1, 1, 19, tzinfo=HANOI)),
    ("today()", datetime(2024, 4, 1, tzinfo=HANOI)),
    ("now()", datetime(2024, 4, 1, 9, 30, 15, 250_000, tzinfo=HANOI)),
    ("/data/visit <= today()", True),
    ("/data/visit > today()", False),
    ("date('2020-01-01') < date('2020-01-01T10:00:00')", False),
    ("'2020-01-01' < date('2020-01-02')", False),
    ("date('2020-01-01') = '2020-01-01'", True),
    ("date('2018-06-25') = '2018-06-25T00:00:00.000+07:00'", False),
    ("date('2020-01-01') + 1", 18263.0),
    ("date('2020-01-01') - date('2019-01-01')", 365.0),
    ("decimal-date-time('2020-01-01T07:00:00.000+07:00')", 18262.0),
    ("decimal-date-time('')", ""),
    ("decimal-date-time(5)", 5.0),
    ("decimal-time('2020-01-01T06:00:00')", 0.25),
    ("decimal-time('18:00:00.000+07:00')", 0.75),
    ("decimal-time(5.25)", 0.25),
    ("format-date('2020-02-03', '%Y-%m-%d %y %n %e %b %a %%')", "2020-02-03 20 2 3 Feb Mon %"),
    ("format-date-time('2020-02-03T04:05:06.007', '%H|%h|%M|%S|%3')", "04|4|05|06|007"),
    ("format-date('2021-01-03', '%W')", "2"),
    ("format-date('2021-12-31', '%W')", "1"),
    ("format-date('', '%Y')", ""),
    ("format-date(5, '%Y-%m-%d')", "1970-01-06"),
]

NO_DATES = [
    "date('1983-09-31')",
    "date('2020-13-01')",
    "date(' 2020-01-01')",
    "date('2020-01-01T')",
    "date('2020-01-01T24:00:00')",
    "date('soon')",
    "date(true())",
    "date(1 div 0)",
    "date(99999999)",
    "decimal-date-time('x')",
    "format-date('2020-01-01', '%B')",
    "format-date('2020-01-01', '%')",
]


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_the_value_is(text: str, value: object) -> None:
    assert value_of(text) == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_stops_the_expression(text: str) -> None:
    with pytest.raises(EvaluationFault):
        value_of(text)


def test_a_date_counts_days_and_is_written_without_its_time() -> None:
    moment = value_of("date-time('2020-01-01T23:59:59')")
    assert to_number(moment) == 18262
    assert to_text(moment) == "2020-01-01"


def test_an_answer_that_is_a_time_can_be_formatted_and_taken_apart() -> None:
    document = new_document()
    value = typed_value("18:30:00.000+07:00", "time", HANOI)
    time = document.add("data").add("departure", "18:30:00.000+07:00", value)
    format_it = compile_expression("format-date-time(., '%H:%M')")
    assert format_it.evaluate(time, context(document)) == "18:30"
    hour = compile_expression("decimal-time(.) * 24").as_number(time, context(document))
    assert hour == pytest.approx(18.5)


def test_a_text_that_is_no_time_stays_a_text() -> None:
    assert typed_value("half past six", "time", HANOI) == "half past six"
