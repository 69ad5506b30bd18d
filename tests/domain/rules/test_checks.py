"""Checks: rules over several questions and persons, from the sheet of that name."""

from datetime import date

import pytest

from tests.domain.rules.forms import findings, judged, rules, told

FORM = """
    type         | name     | relevant       | constraint | calculation
    integer      | size     |                |            |
    begin_repeat | person   |                |            |
    text         | name     |                |            |
    text         | relation |                |            |
    integer      | age      |                | . < 150    |
    begin_group  | woman    | ${age} >= 10   |            |
    integer      | births   |                |            |
    begin_repeat | child    |                |            |
    text         | called   |                |            |
    integer      | years    |                |            |
    end_repeat   |          |                |            |
    end_group    |          |                |            |
    end_repeat   |          |                |            |
    begin_group  | house    | ${size} > 0    |            |
    integer      | rooms    |                |            |
    integer      | area     |                |            |
    end_group    |          |                |            |
    calculate    | persons  |                |            | count(${person})
"""
CHECKS = """
    id    | severity | scope  | question | condition
    SIZE  | error    |        | size     | count(${person}) != ${size}
    HEADS | error    |        |          | count(${person}[relation = 'head']) != 1
    YOUNG | warning  | person | age      | ${relation} = 'head' and ${age} < 15
    OLDER | error    | person | age      | ${relation} = 'child' and ${age} >= indexed-repeat(${age}, ${person}, 1)
    BIRTH | error    | person | births   | ${births} != '' and ${births} != count(${child})
    CHILD | warning  | child  | years    | ${years} > ${age} - 12
    ROOMS | warning  | house  | rooms    | ${rooms} > ${area}
    CROWD | warning  | house  | size     | ${size} > 5 * ${rooms}
    ALIKE | warning  | person | name     | count(${person}[name = current()/name]) > 1
    SUMS  | warning  | house  | area     | sum(${years}) > 100
"""  # noqa: E501


def household() -> dict[str, object]:
    """Two persons and a house that break no rule."""
    lan = {"name": "Lan", "relation": "head", "age": "40", "woman": {"births": "1"}}
    lan["woman"]["child"] = [{"called": "Na", "years": "9"}]  # type: ignore[index]
    na = {"name": "Na", "relation": "child", "age": "9"}
    house = {"rooms": "2", "area": "30"}
    return {"size": "2", "person": [lan, na], "house": house, "persons": "2"}


def changed(path: str, value: object) -> dict[str, object]:
    """The household with one answer changed; None takes it away."""
    answers = household()
    at: object = answers
    *around, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in around:
        at = at[step]  # type: ignore[index]
    if value is None:
        del at[last]  # type: ignore[attr-defined]
    else:
        at[last] = value  # type: ignore[index]
    return answers


def test_a_household_that_hangs_together_breaks_no_check() -> None:
    assert judged(FORM, household(), CHECKS) == []


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("size", "3", [("SIZE", "size")]),
        ("person/1/relation", "head",
         [("HEADS", ""), ("YOUNG", "person[2]/age")]),
        ("person/0/relation", "aunt", [("HEADS", "")]),
        ("person/0/name", "Na", [("ALIKE", "person[1]/name"), ("ALIKE", "person[2]/name")]),
        ("person/1/age", "40",  [("OLDER", "person[2]/age")]),
        ("person/0/woman/births", "2", [("BIRTH", "person[1]/woman/births")]),
        ("person/0/woman/child/0/years", "29", [("CHILD", "person[1]/woman/child[1]/years")]),
        ("house/rooms", "31", [("ROOMS", "house/rooms")]),
        ("house/rooms", "0", [("CROWD", "size")]),
    ],
)  # fmt: skip
def test_each_check_is_found_at_its_question(
    path: str, value: str, found: list[tuple[str, str]]
) -> None:
    assert judged(FORM, changed(path, value), CHECKS) == found


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        # A question in doubt silences what reads it, and nothing else.
        ("person/1/age", "nine", [("type", "person[2]/age")]),
        ("person/0/age", "old", [("type", "person[1]/age")]),
        ("size", "two", [("type", "size")]),
        # Nothing but its constraint is said of an age that nobody has.
        ("person/0/age", "200", [("constraint", "person[1]/age")]),
        # What is not there because nobody asked for it breaks no check.
        ("house/area", None, []),
    ],
)
def test_one_error_is_one_finding(
    path: str, value: str | None, found: list[tuple[str, str]]
) -> None:
    assert judged(FORM, changed(path, value), CHECKS) == found


def test_what_is_wrong_with_one_person_does_not_silence_what_is_wrong_with_another() -> None:
    answers = changed("person/1/age", "nine")
    answers["person"][0]["woman"]["births"] = "2"  # type: ignore[index]
    answers["person"].append({"name": "Bi", "relation": "child", "age": "41"})  # type: ignore[attr-defined]
    answers |= {"size": "3", "persons": "3"}
    assert judged(FORM, answers, CHECKS) == [
        ("type", "person[2]/age"),
        ("OLDER", "person[3]/age"),
        ("BIRTH", "person[1]/woman/births"),
    ]


def test_a_check_is_not_asked_where_its_scope_is_not_relevant() -> None:
    answers = {"size": "0", "persons": "0", "person": []}
    assert judged(FORM, answers, CHECKS) == [("HEADS", "")]


def test_a_finding_tells_what_the_check_has_read() -> None:
    (found,) = findings(rules(FORM, CHECKS), changed("person/0/woman/child/0/years", "29"))
    assert found.severity == "warning"
    assert found.value == "29"
    assert found.reads == {"person/woman/child/years": "29", "person/age": "40"}


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("", "", [True, True, True]),
        ("2024-04-02", "", [False, True, True]),
        ("", "2024-04-02", [True, True, False]),
        ("2024-04-02", "2024-04-02", [False, True, False]),
    ],
)
def test_a_check_holds_from_its_first_day_to_its_last(
    since: str, until: str, days: list[bool]
) -> None:
    checks = f"""
        id    | severity | scope | question | condition | since   | until
        ROOMS | warning  | house | rooms    | ${{rooms}} > 5 | {since} | {until}
    """
    made = rules(FORM, checks)
    answers = changed("house/rooms", "6")
    first = date(2024, 4, 1)
    found = [bool(findings(made, answers, first.replace(day=day))) for day in (1, 2, 3)]
    assert found == days


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ("date('1983-09-31') < today()", "house/rooms"),
        ("${name} = 'Lan'", "house/rooms"),
    ],
)
def test_a_check_that_cannot_be_evaluated_is_told_by_name(condition: str, path: str) -> None:
    checks = f"""
        id   | severity | scope | question | condition
        FAIL | error    | house | rooms    | {condition}
    """
    (found,) = findings(rules(FORM, checks), household())
    assert (found.rule, found.path, found.severity) == ("rule_failed", path, "warning")
    assert found.value == "FAIL"


def test_a_check_may_read_an_answer_that_breaks_its_own_constraint_to_say_why() -> None:
    checks = """
        id   | severity | scope  | question | condition
        AGED | error    | person | age      | ${age} > 150
        BOTH | error    | person | name     | ${age} > 150
    """
    assert judged(FORM, changed("person/0/age", "200"), checks) == [("AGED", "person[1]/age")]
    assert judged(FORM, changed("person/0/age", "150"), checks) == [("constraint", "person[1]/age")]


def test_findings_of_checks_come_after_those_of_the_form_in_the_order_of_the_sheet() -> None:
    answers = changed("size", "3")
    answers["person"][0]["age"] = "200"  # type: ignore[index]
    answers["house"]["rooms"] = "31"  # type: ignore[index]
    assert told(findings(rules(FORM, CHECKS), answers)) == [
        ("constraint", "person[1]/age"),
        ("SIZE", "size"),
        ("ROOMS", "house/rooms"),
    ]
