"""The truth table of functions/repeats.py."""

import pytest

from survey_server.domain.logic import EvaluationFault
from tests.domain.logic.tables import SECOND, value_of

TABLE = [
    ("position(..)", SECOND, 2.0),
    ("position()", "/data/person[3]", 3.0),
    ("position(/data/none)", "/data", 0.0),
    ("position(/data/person)", SECOND, 2.0),
    ("indexed-repeat(/data/person/name, /data/person, 3)", SECOND, "Nguyễn Chi"),
    ("indexed-repeat(/data/person/name, /data/person, 0)", SECOND, "Nguyễn An"),
    ("indexed-repeat(/data/person/name, /data/person, 9)", SECOND, ""),
    ("indexed-repeat(/data/person/sex, /data/person, position(..) - 1)", SECOND, "1"),
    ("indexed-repeat(../name, .., 1)", SECOND, "Nguyễn An"),
    (
        "indexed-repeat(/data/person/child/born, /data/person, 1, /data/person/child, 2)",
        "/data",
        "2005",
    ),
    ("indexed-repeat(/data/person/child/born, /data/person/child, 2)", "/data/person[1]", "2005"),
    ("once('new')", "/data/phone", "0912345678"),
    ("once('new')", "/data/blank", "new"),
]


@pytest.mark.parametrize(("text", "at", "value"), TABLE)
def test_the_value_is(text: str, at: str, value: object) -> None:
    assert value_of(text, at) == value


@pytest.mark.parametrize(
    "text",
    [
        "indexed-repeat(/data/size, /data/person, 1)",
        "indexed-repeat('name', /data/person, 1)",
        "indexed-repeat(/data/person/name, /data/person)",
    ],
)
def test_only_a_question_of_the_repeat_can_be_asked_for(text: str) -> None:
    with pytest.raises(EvaluationFault):
        value_of(text)
