"""Calculations are done again and compared with what the tablet sent."""

from dataclasses import replace

import pytest

from survey_server.domain.rules import rules_of
from tests.domain.rules.forms import findings, form, judged, rules, told


def one(calculation: str) -> str:
    return f"""
        type                | name     | calculation
        decimal             | a        |
        date                | day      |
        text                | word     |
        select_one province | province |
        calculate           | c        | {calculation}
    """


@pytest.mark.parametrize(
    ("calculation", "answers", "sent", "agrees"),
    [
        ("${a} * 2", {"a": "2"}, "4", True),
        ("${a} * 2", {"a": "2"}, "4.0", True),
        ("${a} * 2", {"a": "2"}, "5", False),
        ("${a} * 2", {"a": "2"}, "", False),
        ("${a} * 2", {"a": "2"}, "four", False),
        ("${a} + 0.2", {"a": "0.1"}, "0.3", True),
        ("${a} + 0.2", {"a": "0.1"}, "0.30000000000000004", True),
        # Engines print large numbers each in their own way.
        ("${a} * 1", {"a": "2147483648"}, "2.147483648E9", True),
        ("${a} * 1", {"a": "2147483648"}, "2147483648", True),
        ("${a} div 3", {"a": "1"}, "0.333333333", True),
        ("${a} div 3", {"a": "1"}, "0.33", False),
        # Not a number is a blank, and some write the word.
        ("${a} * 2", {}, "", True),
        ("${a} * 2", {}, "NaN", True),
        ("${a} * 2", {}, "0", False),
        ("${a} > 1", {"a": "2"}, "true", True),
        ("${a} > 1", {"a": "2"}, "1", True),
        ("${a} > 1", {"a": "2"}, "false", False),
        ("${a} > 1", {"a": "0"}, "0", True),
        ("concat(${word}, '!')", {"word": "Ồ"}, "Ồ!", True),
        ("concat(${word}, '!')", {"word": "Ồ"}, "ồ!", False),
        ("concat(${word}, '5')", {"word": "0"}, "05", True),
        ("date(${day} + 1)", {"day": "2024-02-28"}, "2024-02-29", True),
        ("date(${day} + 1)", {"day": "2024-02-28"}, "2024-03-01", False),
        ("${day}", {"day": "2024-02-28"}, "2024-02-28", True),
        ("format-date(${day}, '%Y')", {"day": "2024-02-28"}, "2024", True),
        ("int(${day} - date('2024-01-01'))", {"day": "2024-02-28"}, "58", True),
        ("if(${a} > 1, 'x', '')", {"a": "0"}, "", True),
        ("if(${a} > 1, 'x', '')", {"a": "0"}, "x", False),
    ],
)
def test_what_a_tablet_sent_is_compared_by_its_meaning(
    calculation: str, answers: dict[str, str], sent: str, agrees: bool
) -> None:
    found = judged(one(calculation), {**answers, "c": sent})
    assert found == ([] if agrees else [("calculate_differs", "c")])


@pytest.mark.parametrize(
    "calculation",
    ["uuid()", "random()", "now()", "string(today())", "once(${a} * 2)",
     "jr:choice-name(${province}, '${province}')"],
)  # fmt: skip
def test_what_cannot_be_had_again_is_not_compared(calculation: str) -> None:
    assert judged(one(calculation), {"a": "1", "province": "01", "c": "whatever it was"}) == []


def test_a_calculation_that_may_be_overwritten_is_not_held_against_the_answer() -> None:
    survey = """
        type    | name | calculation | read_only
        integer | a    |             |
        integer | b    | ${a} + 1    |
        integer | c    | ${a} + 1    | yes
    """
    assert judged(survey, {"a": "1", "b": "7", "c": "2"}) == []
    assert judged(survey, {"a": "1", "b": "2", "c": "7"}) == [("calculate_differs", "c")]


def test_a_whole_number_is_cut_as_tablets_do() -> None:
    survey = """
        type    | name | calculation | read_only
        integer | a    |             |
        integer | half | ${a} div 2  | yes
    """
    assert judged(survey, {"a": "5", "half": "2"}) == []
    assert judged(survey, {"a": "-5", "half": "-2"}) == []
    assert judged(survey, {"a": "5", "half": "3"}) == [("calculate_differs", "half")]


def test_what_follows_reads_the_value_that_is_right() -> None:
    survey = """
        type      | name   | calculation | relevant
        integer   | born   |             |
        calculate | age    | 2024 - ${born} |
        calculate | double | ${age} * 2  |
        text      | job    |             | ${age} > 14
    """
    assert judged(survey, {"born": "2000", "age": "24", "double": "48", "job": "x"}) == []
    # One slip in the tablet's calculation is one finding.
    assert judged(survey, {"born": "2000", "age": "4", "double": "48", "job": "x"}) == [
        ("calculate_differs", "age")
    ]
    assert judged(survey, {"born": "2020", "age": "24", "double": "8", "job": "x"}) == [
        ("not_relevant", "job"),
        ("calculate_differs", "age"),
    ]


def test_the_finding_tells_both_values() -> None:
    (found,) = findings(rules(one("${a} * 2")), {"a": "2", "c": "5"})
    assert (found.path, found.value, found.severity) == ("c", "5 ≠ 4", "error")


def test_calculations_in_repeats_are_those_of_their_entry() -> None:
    survey = """
        type         | name   | calculation
        begin_repeat | person |
        integer      | born   |
        calculate    | line   | position(..)
        calculate    | age    | 2024 - ${born}
        end_repeat   |        |
        calculate    | sum    | sum(${age})
        calculate    | size   | count(${person})
    """
    people = [
        {"born": "2000", "line": "1", "age": "24"},
        {"born": "2010", "line": "2", "age": "14"},
        {"line": "3"},
    ]
    assert judged(survey, {"person": people, "sum": "38", "size": "3"}) == []
    people[1]["age"] = "13"
    assert judged(survey, {"person": people, "sum": "38", "size": "3"}) == [
        ("calculate_differs", "person[2]/age")
    ]


REGION = """
    type                | name     | calculation
    select_one province | province |
    select_one district | district |
    calculate           | region   | instance('province')/root/item[name = ${province}]/region
    calculate           | shouted  | concat(${region}, '!')
"""


def test_a_calculation_over_a_list_of_the_form_is_judged() -> None:
    assert judged(REGION, {"province": "01", "region": "n", "shouted": "n!"}) == []
    assert judged(REGION, {"province": "01", "region": "s", "shouted": "n!"}) == [
        ("calculate_differs", "region")
    ]


def test_a_calculation_over_a_list_that_is_not_at_hand_is_left_as_it_was_sent() -> None:
    known = form(REGION)
    lists = {name: replace(one, rows=None) for name, one in known.instances.items()}
    made = rules_of(replace(known, instances=lists))
    assert findings(made, {"province": "01", "region": "s", "shouted": "s!"}) == ()
    assert told(findings(made, {"province": "01", "region": "s", "shouted": "n!"})) == [
        ("calculate_differs", "shouted")
    ]


def test_calculations_in_meta_are_the_tablets_own() -> None:
    survey = "type | name\n text | a"
    assert judged(survey, {"a": "1", "meta": {"instanceName": "anything"}}) == []


@pytest.mark.parametrize(
    ("calculation", "relevant", "answers", "path"),
    [
        ("date('1983-09-31')", "", {"a": "1", "c": "1983-10-01"}, "c"),
        ("date(concat(${a}, '-09-31'))", "", {"a": "1983"}, "c"),
        ("${age} + 1", "", {"person": [{"age": "1"}, {"age": "2"}]}, "c"),
        ("1", "date('1983-09-31') = ${a}", {"a": "1", "c": "1"}, "c"),
    ],
)
def test_an_expression_that_stops_with_an_error_is_told_as_a_warning(
    calculation: str, relevant: str, answers: dict[str, object], path: str
) -> None:
    survey = f"""
        type         | name   | calculation   | relevant
        decimal      | a      |               |
        begin_repeat | person |               |
        integer      | age    |               |
        end_repeat   |        |               |
        calculate    | c      | {calculation} | {relevant}
    """
    (found,) = findings(rules(survey), answers)
    assert (found.rule, found.path, found.severity) == ("rule_failed", path, "warning")
