"""The conformance run, as somebody runs it: a file in, differences and the rate out."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_server.benches.conformance import main

CASES = {
    "documents": {"d1": "<data id='x'><a>1</a><a>2</a></data>"},
    "cases": [
        {"id": "1", "expr": "/data/a[. = 2]", "doc": "d1", "kind": "number", "expected": 2},
        {"id": "2", "expr": "1 div 0", "kind": "number", "expected": {"num": "Infinity"}},
        {
            "id": "3",
            "expr": "'x'",
            "kind": "string_matches",
            "expected": {"regex": "^X", "flags": "i"},
        },
        {
            "id": "4",
            "expr": "date('2020-01-01')",
            "kind": "date",
            "tz": "Asia/Ho_Chi_Minh",
            "expected": "2020-01-01T00:00:00.000Z",
        },
        {"id": "5", "expr": "1 div 3", "kind": "number_rounded", "expected": 0.33333},
        {
            "id": "6",
            "expr": ".",
            "doc": "d1",
            "context": "/data[1]/a[2]",
            "kind": "string",
            "expected": "2",
        },
        {
            "id": "7",
            "expr": ".",
            "doc": "d1",
            "context": "/data[1]/@id",
            "kind": "boolean",
            "expected": True,
        },
        {"id": "8", "expr": "0 div 0", "kind": "number", "expected": {"num": "NaN"}},
    ],
}


def run(path: Path, told: object, *options: str) -> Result:
    file = path / "cases.json"
    file.write_text(json.dumps(told), "utf-8")
    return CliRunner().invoke(main, [str(file), *options])


def test_a_file_whose_cases_all_agree_ends_well(tmp_path: Path) -> None:
    ran = run(tmp_path, CASES)
    assert ran.exit_code == 0
    assert ran.output == "8 of 8 cases agree (100.00%); 8 were run.\n"


@pytest.mark.parametrize("expected", [1, "3", None, {"num": "NaN"}])
def test_a_difference_is_shown_and_ends_with_1(tmp_path: Path, expected: object) -> None:
    kind = "string" if isinstance(expected, str | None) else "number"
    case = {"id": "a", "expr": "1 + 1", "kind": kind, "expected": expected}
    ran = run(tmp_path, {"cases": [case]})
    assert ran.exit_code == 1
    assert "a  1 + 1" in ran.output
    assert "0 of 1 cases agree (0.00%)" in ran.output


def test_without_expected_values_the_values_are_told(tmp_path: Path) -> None:
    cases = [{"id": "a", "expr": "-1 div 0", "kind": "number"}, {"id": "b", "expr": "1 +"}]
    told = json.loads(run(tmp_path, {"cases": cases}, "--json").output)
    assert told["judged"] == 0
    assert told["results"][0] == {
        "id": "a",
        "expr": "-1 div 0",
        "kind": "number",
        "value": {"num": "-Infinity"},
    }
    assert "a value is missing" in told["results"][1]["error"]


def test_another_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    ran = run(tmp_path, ["no", "cases"])
    assert ran.exit_code == 1
    assert "is no file of cases" in ran.output
