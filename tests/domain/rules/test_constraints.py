"""Constraints, ranges and choice filters: what an answer may be."""

import pytest

from tests.domain.rules.forms import judged

FORM = """
    type                   | name   | constraint                          | bind::survey:missing
    integer                | age    | (. >= 0 and . <= 120) or . = 998    | 998
    select_multiple yes_no | picks  | count-selected(.) = 1               |
    date                   | born   | . <= date('2024-04-01')             |
    begin_repeat           | person |                                     |
    integer                | years  | . <= /data/age or position(..) = 1  |
    begin_group            | more   |                                     |
    text                   | code   | regex(., '[0-9]{3}') and ${years} > 2 |
    end_group              |        |                                     |
    end_repeat             |        |                                     |
"""


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({"age": "0"}, None),
        ({"age": "120"}, None),
        ({"age": "121"}, "age"),
        ({"age": "-1"}, "age"),
        ({"age": "998"}, None),
        ({"picks": ["1"]}, None),
        ({"picks": ["1", "2"]}, "picks"),
        ({"born": "2024-04-01"}, None),
        ({"born": "2024-04-02"}, "born"),
        ({"age": "50", "person": [{"years": "60"}, {"years": "50"}]}, None),
        ({"age": "50", "person": [{"years": "60"}, {"years": "51"}]}, "person[2]/years"),
        ({"age": "50", "person": [{"years": "3", "more": {"code": "012"}}]}, None),
        ({"age": "50", "person": [{"years": "3", "more": {"code": "12"}}]}, "person[1]/more/code"),
        ({"age": "50", "person": [{}, {"years": "3", "more": {"code": "0123"}}]},
         "person[2]/more/code"),
        # No answer breaks no constraint.
        ({}, None),
    ],
)  # fmt: skip
def test_an_answer_that_breaks_its_constraint_is_found(
    answers: dict[str, object], path: str | None
) -> None:
    assert judged(FORM, answers) == ([] if path is None else [("constraint", path)])


def test_the_constraint_of_what_nobody_sees_is_not_judged_as_no_tablet_does() -> None:
    survey = """
        type      | name | calculation | constraint
        integer   | a    |             |
        calculate | b    | ${a} + 1    | . < 3
    """
    assert judged(survey, {"a": "5", "b": "6"}) == []


@pytest.mark.parametrize(
    ("parameters", "answer", "rule"),
    [
        ("start=1 end=10", "1", None),
        ("start=1 end=10", "10", None),
        ("start=1 end=10", "11", "out_of_range"),
        ("start=1 end=10", "0", "out_of_range"),
        ("start=10 end=1 step=-1", "5", None),
        ("start=10 end=1 step=-1", "11", "out_of_range"),
        ("start=-5 end=5", "-6", "out_of_range"),
        ("start=1 end=10", "x", "type"),
        # One error, one finding.
        ("start=1 end=10", "10.5", "type"),
        ("start=0.5 end=2.5 step=0.5", "2.5", None),
        ("start=0.5 end=2.5 step=0.5", "3.0", "out_of_range"),
    ],
)
def test_a_range_has_ends(parameters: str, answer: str, rule: str | None) -> None:
    survey = f"type | name | parameters\n range | slider | {parameters}"
    assert judged(survey, {"slider": answer}) == ([] if rule is None else [(rule, "slider")])


CASCADE = """
    type                | name     | choice_filter     | bind::survey:missing
    select_one province | province |                   |
    select_one district | district | region=${province} | 998
    select_one commune  | commune  | region=${district} |
    select_multiple commune | seen | region=${district} |
"""


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"province": "01", "district": "011", "commune": "0111"}, []),
        ({"province": "01", "district": "021"}, [("not_offered", "district")]),
        ({"province": "01", "district": "998"}, []),
        ({"province": "01", "district": "777"}, [("not_in_list", "district")]),
        ({"province": "01", "district": "012", "commune": "0111"}, [("not_offered", "commune")]),
        ({"commune": "0111"}, [("not_offered", "commune")]),
        ({"province": "01", "district": "011", "seen": ["0111"]}, []),
        ({"province": "01", "district": "011", "seen": ["0111", "0211"]},
         [("not_offered", "seen")]),
        # The wrong province is one error: the districts that follow from it are none.
        ({"province": "77", "district": "021", "commune": "0211"}, [("not_in_list", "province")]),
    ],
)  # fmt: skip
def test_a_choice_that_the_filter_left_out_is_found(
    answers: dict[str, object], found: list[tuple[str, str]]
) -> None:
    assert judged(CASCADE, answers) == found


def test_a_filtered_list_in_any_order_offers_the_same() -> None:
    survey = """
        type                | name     | choice_filter      | parameters
        select_one province | province |                    |
        select_one district | district | region=${province} | randomize=true
        select_one commune  | commune  |                    | randomize=true
    """
    assert judged(survey, {"province": "01", "district": "012", "commune": "0211"}) == []
    found = judged(survey, {"province": "01", "district": "021"})
    assert found == [("not_offered", "district")]


def test_the_entries_of_a_repeat_are_choices() -> None:
    survey = """
        type               | name   | choice_filter | relevant
        begin_repeat       | person |               |
        text               | name   |               |
        integer            | age    |               |
        end_repeat         |        |               |
        select_one ${name} | head   | ${age} > 17   |
    """
    people = [{"name": "Lan", "age": "40"}, {"name": "Na", "age": "4"}]
    assert judged(survey, {"person": people, "head": "Lan"}) == []
    assert judged(survey, {"person": people, "head": "Na"}) == [("not_offered", "head")]
    assert judged(survey, {"person": people, "head": "Bi"}) == [("not_offered", "head")]
