"""The patterns of types hold what the calendar, the clock and the globe hold, and nothing more."""

from collections.abc import Callable
from datetime import date, datetime, time
from time import process_time

import pytest
from hypothesis import given, settings, strategies as st

from survey_server.domain.answers.lexical import (
    RULES,
    is_date,
    is_date_time,
    is_geopoint,
    is_time,
)

DATES = "[0-9]{4}-[01][0-9]-[0-3][0-9]"
ZONES = "(Z|[+-][0-2][0-9](:?[0-5][0-9])?)?"
TIMES = r"[0-2][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{1,9})?)?" + ZONES


def parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    # Newer Pythons take midnight at the end of a day; tablets do not write it.
    return not text.rpartition("T")[2].startswith("24:")


@settings(max_examples=300)
@given(text=st.from_regex(DATES, fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_dates_are_those_of_the_calendar(text: str) -> None:
    assert is_date(text) is parses(date.fromisoformat, text)


def test_every_day_of_four_centuries_is_a_date() -> None:
    first, last = date(1799, 12, 1).toordinal(), date(2201, 1, 31).toordinal()
    assert all(is_date(date.fromordinal(day).isoformat()) for day in range(first, last))
    leap = [year for year in range(10_000) if is_date(f"{year:04}-02-29")]
    assert leap == [y for y in range(1, 10_000) if y % 4 == 0 and (y % 100 or y % 400 == 0)]


@settings(max_examples=300)
@given(text=st.from_regex(TIMES, fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_times_are_those_of_the_clock(text: str) -> None:
    assert is_time(text) is parses(time.fromisoformat, text)
    assert is_date_time(f"2024-02-29T{text}") is parses(
        datetime.fromisoformat, f"2024-02-29T{text}"
    )


@given(latitude=st.floats(-200, 200), longitude=st.floats(-400, 400))
def test_points_are_on_the_globe(latitude: float, longitude: float) -> None:
    there = abs(latitude) <= 90 and abs(longitude) <= 180
    assert is_geopoint(f"{latitude!r} {longitude!r}") is there
    assert is_geopoint(f"{latitude:.7f} {longitude:.7f} 1500.0 4.5") is (
        abs(float(f"{latitude:.7f}")) <= 90 and abs(float(f"{longitude:.7f}")) <= 180
    )


@pytest.mark.parametrize(
    ("kind", "text", "holds"),
    [
        ("geopoint", "90 180", True),
        ("geopoint", "-90.0 -180.000", True),
        ("geopoint", "90.01 0", False),
        ("geopoint", "0 180.5", False),
        ("geopoint", "4.9E-4 .5", True),
        ("geopoint", "021.0 105.8 -3.5 1.0E-3", True),
        ("geopoint", "21 105 1 1 1", False),
        ("geopoint", "21  105", False),
        ("geotrace", "21 105 0 0", False),
        ("geotrace", "21 105 0 0;22 106 0 0", True),
        ("geotrace", "21 105 0 0; 22 106 0 0;", True),
        ("geotrace", "21 105 0 0; 91 106 0 0;", False),
        ("geoshape", "21 105;22 106;23 107;21 105", True),
        ("int", "1\n", False),
        ("int", "１", False),
        ("boolean", "yes", False),
    ],
)
def test_what_is_a_value_of_a_type(kind: str, text: str, holds: bool) -> None:
    assert RULES[kind](text) is holds


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("piece", ["0", "9", " ", "1.", "21 105;", " ;", ".0", "2024-", "1e"])
def test_hostile_text_is_judged_in_bounded_time(kind: str, piece: str) -> None:
    began = process_time()
    RULES[kind](piece * 100_000 + "x")
    assert process_time() - began < 2
