"""A proof is worth something only if it fails where something is wrong."""

import gzip
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from survey_server.benches import proof
from survey_server.benches.proof import Bodies
from survey_server.benches.recount_bodies import (
    Demands,
    Told,
    counting_of,
    coverage_of,
    current_of,
    demands_of,
    submissions_in,
    told_by,
)
from survey_server.simulator.truth import Truth

FIRST = Told("a", "i1", "01-001-00001-001-001", 1, None, "x", "interviewed", True, 3)
EDIT = replace(FIRST, instance_id="b", revision=2, replaces="a", persons=4)
OTHER = replace(FIRST, instance_id="c", interview_id="i0", complete=False)
AWAY = replace(
    FIRST, instance_id="d", interview_id="i2", unit="01-001-00001-001-002", result="absent",
    complete=False, persons=0,
)  # fmt: skip
DEMANDS = Demands((("identification", "visit_result"),), ("sex",))


def test_the_edit_is_current_whatever_it_states() -> None:
    assert current_of([EDIT, FIRST]) == [EDIT]
    assert current_of([replace(EDIT, revision=1), replace(FIRST, instance_id="z")]) == [
        replace(FIRST, instance_id="z")
    ]
    assert current_of([replace(EDIT, revision=1, instance_id="0", replaces="a"), FIRST]) == [
        replace(EDIT, revision=1, instance_id="0", replaces="a")
    ]


def test_one_interview_of_a_unit_counts_and_the_other_is_a_duplicate() -> None:
    interviews = [EDIT, OTHER, AWAY]
    assert counting_of(interviews) == [EDIT, AWAY]
    assert coverage_of(interviews, counting_of(interviews)) == {
        "01-001-00001-001": {
            "received": 3, "complete": 1, "persons": 4, "absent": 1, "duplicates": 1,
        }
    }  # fmt: skip


def test_the_bytes_of_the_answers_are_cut_out_exactly() -> None:
    answers = (
        '{"identification": {"visit_result":"1"}, "household_size":"1", "person":[{"sex": "1"}]}'
    )
    one = (
        '{"instance_id":"a","interview_id":"i","unit":"u-1","revision":1,"replaces":null,"answers":'
    )
    body = '{"held":2,"submissions":[' + one + answers + "}," + one + answers + "}]}"
    first, second = submissions_in(gzip.compress(body.encode()))
    assert first == second == (json.loads(one + answers + "}"), answers.encode())
    told = told_by(*first, DEMANDS)
    assert (told.complete, told.persons, told.ea) == (True, 1, "u")
    assert told.sha256 == sha256(answers.encode()).hexdigest()


def test_what_is_always_required_is_read_from_the_forms_sheet(project: Path) -> None:
    demands = demands_of(project / "forms" / "census_2024_long" / "survey.csv")
    assert ("identification", "visit_result") in demands.household
    assert not any("residence" in path for path in demands.household)
    assert {"full_name", "sex", "birth_year"} <= set(demands.person)
    assert "age_stated" not in demands.person


TRUTH = Truth(sha256={"a": "x", "b": "y"}, acknowledged={"a", "b"})


@pytest.mark.parametrize(
    ("truth", "stored", "misplaced", "held"),
    [
        (TRUTH, [("a", "x"), ("b", "y")], 0, [True, True]),
        (TRUTH, [("a", "x")], 0, [True, False]),
        (TRUTH, [("a", "x"), ("b", "changed")], 0, [True, False]),
        (TRUTH, [("a", "x"), ("b", "y"), ("b", "y")], 0, [True, False]),
        (TRUTH, [("a", "x"), ("b", "y"), ("c", "z")], 0, [True, False]),
        (TRUTH, [("a", "x"), ("b", "y")], 1, [True, False]),
        (Truth({"a": "x", "b": "y"}, {"a"}), [("a", "x"), ("b", "y")], 0, [False, True]),
    ],
    ids=["whole", "lost", "changed", "twice", "phantom", "misplaced", "not acknowledged"],
)
def test_a_broken_promise_is_noticed(
    truth: Truth, stored: list[tuple[str, str]], misplaced: int, held: list[bool]
) -> None:
    checks = proof.promises(truth, Bodies(stored, misplaced, [], []))
    assert [check.held for check in checks] == held
