"""Warnings that the enumerator has explained stay, with the reason beside them."""

import pytest

from tests.domain.rules.forms import findings, rules

FORM = """
    type         | name   | bind::survey:confirms
    integer      | rooms  |
    text         | why    | ROOMS
    begin_repeat | person |
    integer      | age    |
    text         | reason | AGED
    end_repeat   |        |
"""
CHECKS = """
    id    | severity | scope  | question | condition
    ROOMS | warning  |        | rooms    | ${rooms} > 9
    AGED  | warning  | person | age      | ${age} > 99
    OLD   | error    | person | age      | ${age} > 109
"""


def reasons(answers: dict[str, object]) -> list[tuple[str, str, str | None]]:
    found = findings(rules(FORM, CHECKS), answers)
    return [(one.rule, one.path, one.confirmed) for one in found]


def test_a_warning_nobody_explained_has_no_reason() -> None:
    assert reasons({"rooms": "10"}) == [("ROOMS", "rooms", None)]


def test_a_reason_is_given_in_a_question_of_the_form() -> None:
    assert reasons({"rooms": "10", "why": "a hotel"}) == [("ROOMS", "rooms", "a hotel")]


def test_a_reason_given_for_one_person_explains_no_other() -> None:
    people = [{"age": "100", "reason": "has papers"}, {"age": "101"}]
    assert reasons({"person": people}) == [
        ("AGED", "person[1]/age", "has papers"),
        ("AGED", "person[2]/age", None),
    ]


@pytest.mark.parametrize("path", ["person[2]/age", "person[2]"])
def test_a_client_tells_what_was_confirmed_by_rule_and_place(path: str) -> None:
    meta = {"confirmed": [{"rule": "AGED", "path": path, "reason": "seen"}]}
    assert reasons({"person": [{"age": "100"}, {"age": "101"}], "meta": meta}) == [
        ("AGED", "person[1]/age", None),
        ("AGED", "person[2]/age", "seen"),
    ]


def test_a_rule_of_the_whole_interview_is_confirmed_without_a_place() -> None:
    meta = {"confirmed": [{"rule": "ROOMS", "reason": "a hotel"}]}
    assert reasons({"rooms": "10", "meta": meta}) == [("ROOMS", "rooms", "a hotel")]


def test_an_error_cannot_be_confirmed() -> None:
    confirmed = [
        {"rule": rule, "path": "person[1]/age", "reason": "yes"} for rule in ("OLD", "AGED")
    ]
    answers = {"person": [{"age": "110"}], "meta": {"confirmed": confirmed}}
    assert reasons(answers) == [("AGED", "person[1]/age", "yes"), ("OLD", "person[1]/age", None)]


@pytest.mark.parametrize(
    "confirmed",
    [
        "yes", 7, True, {}, [], [None], [[]], [{"rule": 3}], [{"rule": "ROOMS"}],
        [{"rule": "ROOMS", "reason": ""}], [{"rule": "ROOMS", "reason": "  "}],
        [{"rule": ["ROOMS"], "path": {}, "reason": "x"}], [{"reason": "x", "path": "rooms"}],
        [{"rule": "AGED", "path": "rooms", "reason": "x"}], {"rule": {"a": "b"}},
        [{"rule": "ROOMS", "path": "person[99999]/x", "reason": "x"}], [[[[{}]]]] * 500,
    ],
)  # fmt: skip
def test_what_is_no_confirmation_confirms_nothing(confirmed: object) -> None:
    assert reasons({"rooms": "10", "meta": {"confirmed": confirmed}}) == [("ROOMS", "rooms", None)]


def test_a_reason_is_cut_where_nobody_reads_on() -> None:
    meta = {"confirmed": [{"rule": "ROOMS", "path": "rooms", "reason": "x" * 100_000}]}
    ((_, _, reason),) = reasons({"rooms": "10", "meta": meta})
    assert reason == "x" * 500
