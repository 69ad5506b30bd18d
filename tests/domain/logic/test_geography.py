"""The truth table of functions/geography.py: metres and square metres."""

import pytest

from survey_server.domain.logic import EvaluationFault
from tests.domain.logic.tables import value_of

TABLE = [
    ("distance('1 1 0 0;1 2 0 0')", 111301.8901918003),
    ("distance('1 1 0 0', '1 2 0 0', '3 3')", 360185.54079619376),
    ("distance(/data/yard)", 760100.643688643),
    ("distance('1 1;1 1')", 0),
    ("distance('')", 0),
    ("distance(/data/none)", 0),
    ("area(/data/yard)", 2.478377051381936e10),
    ("enclosed-area(/data/yard)", 2.478377051381936e10),
    ("area(/data/place)", 0),
    ("area('')", 0),
]


@pytest.mark.parametrize(("text", "number"), TABLE)
def test_the_number_is(text: str, number: float) -> None:
    assert value_of(text) == pytest.approx(number, rel=1e-12)


@pytest.mark.parametrize(
    ("point", "inside"), [("0.5 1 0 0", True), ("0.5 -1", False), ("1.5 0.5", False)]
)
def test_a_fence_has_an_inside_and_an_outside(point: str, inside: bool) -> None:
    assert value_of(f"geofence('{point}', /data/yard)") is inside


@pytest.mark.parametrize("text", ["distance('here')", "area('1 x;2 2;3 3')", "distance('inf 1')"])
def test_what_is_no_place_stops_the_expression(text: str) -> None:
    with pytest.raises(EvaluationFault, match="no place"):
        value_of(text)
