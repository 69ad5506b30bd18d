"""When the value that a tablet sent is the one that we compute: evaluation.agrees and settled."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from survey_server.domain.logic import Value, new_document
from survey_server.domain.rules.evaluation import agrees, settled
from survey_server.domain.rules.growing import Grown

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2024, 4, 1, 12, tzinfo=HANOI)
DAY = datetime(2024, 4, 1, tzinfo=HANOI)
TREE = Grown(new_document(), [], HANOI)

TABLE: list[tuple[Value, str, bool]] = [
    ("", "", True),
    ("", "NaN", True),
    ("", "0", False),
    ("a", "", False),
    ("a", "A", False),
    # Blanks around a text are lost on the way; those inside are not.
    (" ", "", True),
    ("Giàng  ", "Giàng", True),
    ("a b", "ab", False),
    (3.0, "3", True),
    (3.0, "3.0", True),
    (3.0, "3.01", False),
    (2147483648.0, "2.147483648E9", True),
    (0.1 + 0.2, "0.3", True),
    (True, "1", True),
    (True, "true", True),
    (True, "0", False),
    (False, "false", True),
    (NOON, "2024-04-01T12:00:00.000+07:00", True),
    (NOON, "2024-04-01T05:00:00.000Z", True),
    (NOON, "2024-04-01T13:00:00.000+07:00", False),
    (DAY, "2024-04-01", True),
    (DAY, "2024-04-01T00:00:00.000+07:00", True),
    (DAY, "2024-04-02", False),
    # In 1907 clocks in Hà Nội were 7 hours, 6 minutes and 30 seconds ahead.
    (datetime(1907, 11, 9, tzinfo=HANOI), "1907-11-09T00:00:00.000+07:06", True),
]


@pytest.mark.parametrize(("computed", "sent", "same"), TABLE)
def test_a_value_is_the_same_however_it_is_spelled(computed: Value, sent: str, same: bool) -> None:
    assert agrees(computed, sent, TREE) is same


@pytest.mark.parametrize(
    ("value", "kind", "kept"),
    [
        (float("nan"), "int", ""),
        (2.9, "int", 2.0),
        (-2.9, "int", -2.0),
        (1e12, "int", 2147483647.0),
        (-1e12, "int", -2147483648.0),
        (1e12, "decimal", 1e12),
        (1.0, "boolean", True),
        ("no", "boolean", True),
        ("", "boolean", ""),
        (True, "string", True),
        (NOON, "date", DAY),
        (NOON, "string", NOON),
        ("text", "int", "text"),
    ],
)
def test_a_question_keeps_a_computed_value_by_its_type(
    value: Value, kind: str, kept: Value
) -> None:
    assert settled(value, kind) == kept
