"""The truth table of functions/lists.py."""

import pytest

from tests.domain.logic.tables import value_of

TABLE = [
    ("selected('tv radio', 'tv')", True),
    ("selected('tv radio', ' tv ')", True),
    ("selected('tv radio', 'rad')", False),
    ("selected('', '')", True),
    ("selected('a', '')", False),
    ("is-selected('a b', 'b')", True),
    ("selected(/data/goods, 'radio')", True),
    ("selected-at('a b', 1)", "b"),
    ("selected-at(' a  b ', 1)", "b"),
    ("selected-at('a b', 2)", ""),
    ("selected-at('a b', -1)", ""),
    ("selected-at('a b', 'x')", "a"),
    ("count-selected(' a  b ')", 2.0),
    ("count-selected('')", 0.0),
]


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_the_value_is(text: str, value: object) -> None:
    assert value_of(text) == value
