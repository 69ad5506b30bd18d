"""The office changes rules of a form that is in the field already."""

from dataclasses import replace

import pytest

from survey_server.domain.forms.parts import Check
from survey_server.domain.rules import RuleChange
from tests.domain.rules.forms import findings, form, rules

FORM = """
    type              | name   | constraint | required
    select_one yes_no | sure   |            | yes
    begin_repeat      | person |            |
    integer           | age    | . < 120    |
    integer           | years  | . < 50     |
    end_repeat        |        |            |
"""
CHECKS = """
    id   | severity | scope  | question | condition
    AGED | warning  | person | age      | ${age} > 99
    PAST | error    | person | years    | ${years} > ${age}
"""
ANSWERS = {"sure": "3", "person": [{"age": "130", "years": "60"}, {"age": "100", "years": "101"}]}
AS_WRITTEN = {
    ("not_in_list", "sure"): "error",
    ("constraint", "person[1]/age"): "error",
    ("constraint", "person[1]/years"): "error",
    ("AGED", "person[2]/age"): "warning",
    ("PAST", "person[2]/years"): "error",
}


def after(*changes: RuleChange) -> dict[tuple[str, str], str]:
    made = rules(FORM, CHECKS).with_changes(changes)
    return {(one.rule, one.path): one.severity for one in findings(made, ANSWERS)}


def without(*rules_left_out: str) -> dict[tuple[str, str], str]:
    return {at: severity for at, severity in AS_WRITTEN.items() if at[0] not in rules_left_out}


def test_nothing_changed_is_as_written() -> None:
    assert after() == AS_WRITTEN


def test_a_rule_is_switched_off() -> None:
    assert after(RuleChange("AGED", "off")) == without("AGED")


@pytest.mark.parametrize("rule", ["constraint", "not_in_list"])
def test_a_rule_of_every_form_is_switched_off_and_nothing_follows(rule: str) -> None:
    found = after(RuleChange(rule, "off"))
    # The answer that broke its constraint is known to: the check that points at it says why.
    assert {at: found[at] for at in without(rule)} == without(rule)
    assert not [at for at in found if at[0] == rule]


def test_a_rule_is_made_milder_or_stricter() -> None:
    changes = RuleChange("constraint", "warning"), RuleChange("AGED", "error")
    found = after(*changes)
    assert found["constraint", "person[1]/years"] == "warning"
    assert found["AGED", "person[2]/age"] == "error"


def test_what_was_found_in_reading_is_made_milder_too() -> None:
    assert after(RuleChange("not_in_list", "warning"))["not_in_list", "sure"] == "warning"


def test_a_rule_is_switched_off_for_one_question() -> None:
    expected = without()
    del expected["constraint", "person[1]/years"]
    assert after(RuleChange("constraint", "off", "person/years")) == expected


def test_what_is_said_of_one_question_goes_before_what_is_said_of_all() -> None:
    found = after(
        RuleChange("constraint", "warning", "person/years"), RuleChange("constraint", "off")
    )
    assert found["constraint", "person[1]/years"] == "warning"
    assert ("constraint", "person[1]/age") not in found


def test_the_last_change_counts() -> None:
    assert after(RuleChange("AGED", "off"), RuleChange("AGED", "as_written")) == AS_WRITTEN
    assert after(RuleChange("AGED", "as_written"), RuleChange("AGED", "off")) == without("AGED")


AGED = Check(
    id="AGED", severity="warning", scope=("person",), question=("person", "age"),
    condition="/data/person/age > 98", messages={"en": "Look again"},
)  # fmt: skip


def test_a_check_is_replaced_added_and_taken_back() -> None:
    person = [{"age": "99", "years": "1"}]

    def found(*changes: RuleChange) -> list[str]:
        made = rules(FORM, CHECKS).with_changes(changes)
        return [one.rule for one in findings(made, {"sure": "1", "person": person})]

    new = replace(AGED, id="NEW", condition="/data/person/years = 1")
    assert found() == []
    assert found(RuleChange("AGED", "warning", check=AGED)) == ["AGED"]
    assert found(RuleChange("NEW", "error", check=new)) == ["NEW"]
    taken_back = RuleChange("AGED", "warning", check=AGED), RuleChange("AGED", "as_written")
    assert found(*taken_back) == []


@pytest.mark.parametrize(
    "check",
    [
        replace(AGED, scope=("people",)),
        replace(AGED, question=("person", "ages")),
        replace(AGED, condition="1 +"),
    ],
)
def test_a_check_made_for_another_version_is_left_out(check: Check) -> None:
    assert after(RuleChange("AGED", "warning", check=check)) == without("AGED")


def test_a_check_that_is_switched_off_explains_no_constraint() -> None:
    why = replace(AGED, id="WHY", severity="error", condition="/data/person/age > 120")
    added = RuleChange("WHY", "error", check=why)
    assert ("WHY", "person[1]/age") in after(added)
    assert ("constraint", "person[1]/age") not in after(added)
    silent = after(added, RuleChange("WHY", "off", "person/age"))
    assert ("constraint", "person[1]/age") in silent
    assert ("WHY", "person[1]/age") not in silent


def test_changes_leave_the_rules_as_they_were() -> None:
    made = rules(FORM, CHECKS)
    made.with_changes([RuleChange("AGED", "off")])
    assert len(findings(made, ANSWERS)) == len(AS_WRITTEN)
    assert form(FORM, checks=CHECKS).checks == made.logic.description.checks
