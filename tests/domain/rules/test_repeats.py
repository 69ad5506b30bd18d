"""How many entries a repeat has to have."""

import pytest

from tests.domain.rules.forms import findings, judged, rules

FORM = """
    type         | name   | repeat_count     | relevant    | calculation
    integer      | size   |                  |             |
    begin_repeat | person | ${size}          |             |
    text         | name   |                  |             |
    integer      | births |                  |             |
    begin_repeat | child  | ${births}        |             |
    text         | called |                  |             |
    end_repeat   |        |                  |             |
    end_repeat   |        |                  |             |
    begin_repeat | car    | ${size} - 1      | ${size} > 2 |
    text         | colour |                  |             |
    end_repeat   |        |                  |             |
    begin_repeat | dog    |                  |             |
    text         | breed  |                  |             |
    end_repeat   |        |                  |             |
"""
# pyxform keeps a count that is more than one name in a question of its own.
COUNTED = {"car_count": "0"}


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({}, []),
        ({"size": "0"}, []),
        ({"size": "1", "person": [{"name": "Na"}]}, []),
        ({"size": "2", "person": [{"name": "Na"}]}, ["person"]),
        ({"size": "1", "person": [{"name": "Na"}, {"name": "Bi"}]}, ["person"]),
        ({"size": "1"}, ["person"]),
        ({"size": "0", "person": [{"name": "Na"}]}, ["person"]),
        ({"person": [{"name": "Na"}]}, ["person"]),
        ({"size": "1", "person": [{"births": "2", "child": [{"called": "Bi"}, {}]}]}, []),
        ({"size": "2", "person": [{"births": "0"}, {"births": "2"}]}, ["person[2]/child"]),
        ({"size": "2", "person": [{"births": "1"}, {"births": "1", "child": [{}]}]},
         ["person[1]/child"]),
        # Cars are only asked for where there are three persons.
        ({"size": "3", "person": [{}, {}, {}], "car": [{}, {}]}, []),
        ({"size": "3", "person": [{}, {}, {}], "car": [{}]}, ["car"]),
        ({"size": "3", "person": [{}, {}, {}]}, ["car"]),
        ({"size": "2", "person": [{}, {}]}, []),
        # Where nothing counts, any number is right.
        ({"dog": [{}, {}, {}]}, []),
    ],
)  # fmt: skip
def test_a_repeat_has_as_many_entries_as_its_count_says(
    answers: dict[str, object], found: list[str]
) -> None:
    size = int(str(answers.get("size", 0)))
    counted = {"car_count": str(size - 1)} if "size" in answers else {}
    assert judged(FORM, {**answers, **counted}) == [("repeat_count", path) for path in found]


def test_the_finding_tells_both_numbers() -> None:
    (found,) = findings(
        rules(FORM), {"size": "3", "person": [{}], "car": [{}, {}], "car_count": "2"}
    )
    assert (found.path, found.value, found.severity) == ("person", "1 ≠ 3", "error")


def test_a_count_below_nothing_is_nothing() -> None:
    assert judged(FORM, {"size": "-1", "car_count": "-2"}) == []


def test_a_count_that_no_tablet_could_follow_is_told() -> None:
    survey = """
        type         | name   | repeat_count
        integer      | size   |
        begin_repeat | person | ${size}
        text         | name   |
        end_repeat   |        |
    """
    assert judged(survey, {"size": "9" * 17}) == [("repeat_count", "person")]


def test_a_count_that_is_no_number_is_told_once() -> None:
    assert judged(FORM, {"size": "two", "person": [{}, {}]}) == [("type", "size")]


def test_a_check_on_the_number_says_nothing_more_where_the_entries_do_not_fit_it() -> None:
    survey = """
        type         | name   | repeat_count
        integer      | size   |
        begin_repeat | person | ${size}
        integer      | births |
        begin_repeat | child  | ${births}
        text         | called |
        end_repeat   |        |
        end_repeat   |        |
    """
    checks = """
        id   | severity | scope  | question | condition
        SIZE | error    |        | size     | count(${person}) != ${size}
        MANY | warning  | person | births   | ${births} > 1
    """
    many = {"births": "2", "child": [{}, {}]}
    assert judged(survey, {"size": "1", "person": [many]}, checks) == [("MANY", "person[1]/births")]
    answers = {"size": "3", "person": [many, {"births": "2"}]}
    assert judged(survey, answers, checks) == [
        ("repeat_count", "person"),
        ("repeat_count", "person[2]/child"),
        ("MANY", "person[1]/births"),
    ]
