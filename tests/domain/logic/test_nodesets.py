"""The truth table of functions/nodesets.py."""

import math

import pytest

from survey_server.domain.logic import EvaluationFault
from tests.domain.logic.tables import household, value_of

TABLE = [
    ("count(/data/person)", 3.0),
    ("count(/data/none)", 0.0),
    ("count-non-empty(/data/person/age)", 2.0),
    ("count-non-empty(/data/person)", 3.0),
    ("sum(/data/person/age)", 78.0),
    ("sum(/data/person/name)", 0.0),
    ("sum(/data/none)", 0.0),
    ("max(/data/person/age)", 40.0),
    ("min(/data/person/age)", 38.0),
    ("min('', 3, 'a')", 3.0),
    ("max('', 5)", 5.0),
    ("join('', randomize(/data/person/sex, 1))", "212"),
]


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_the_value_is(text: str, value: object) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize("text", ["max(/data/none)", "min('')", "min()"])
def test_of_blanks_there_is_no_greatest_and_no_smallest(text: str) -> None:
    found = value_of(text)
    assert isinstance(found, float)
    assert math.isnan(found)


def test_the_greatest_of_negative_numbers_is_nearly_zero_as_on_tablets() -> None:
    assert value_of("string(max(-3, -5))") == "0"


@pytest.mark.parametrize("text", ["sum('3')", "count(5)"])
def test_a_value_is_no_set_of_nodes(text: str) -> None:
    with pytest.raises(EvaluationFault, match="wants answers"):
        value_of(text)


@pytest.mark.parametrize(
    ("seed", "order"),
    [("1", "65402713"), ("42", "05217463"), ("-1", "32154760"), ("33.9", "35472016")],
)
def test_a_seed_gives_the_order_that_tablets_give(seed: str, order: str) -> None:
    document = household(f"<data>{''.join(f'<x>{n}</x>' for n in range(8))}</data>")
    assert value_of(f"join('', randomize(/data/x, {seed}))", document=document) == order
