"""Reading an interview: a truth table of findings, and the household that it tells about."""

from datetime import UTC, datetime
from typing import Any

import pytest

from survey_server.domain.answers import Finding, NotATree, household_of, read_answers
from survey_server.domain.answers.reading import MOST_FINDINGS
from tests.domain.forms_at_hand import household_answers, household_form

FORM = household_form().description


def with_answer(path: str, value: Any) -> dict[str, Any]:
    """The sound interview with one answer changed; person/1/sex is that of the second person."""
    tree: dict[str, Any] = household_answers()
    place: Any = tree
    *way, last = path.split("/")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value
    return tree


def findings(tree: object) -> list[tuple[str, str, str]]:
    return [(f.rule, f.path, f.value) for f in read_answers(FORM, tree).findings]


def test_a_sound_interview_has_no_finding_and_is_read_as_it_was_written() -> None:
    reading = read_answers(FORM, household_answers())
    assert reading.findings == ()
    assert reading.answers == household_answers()


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("person/1/birth_year", "abc", [("type", "person[2]/birth_year", "abc")]),
        ("person/1/birth_year", "19.5", [("type", "person[2]/birth_year", "19.5")]),
        ("person/1/birth_year", "١٩٨٠", [("type", "person[2]/birth_year", "١٩٨٠")]),
        ("person/1/birth_year", " 1980", [("type", "person[2]/birth_year", " 1980")]),
        ("person/1/birth_year", {"a": 1}, [("type", "person[2]/birth_year", "{…}")]),
        ("person/1/birth_year", [1980], [("type", "person[2]/birth_year", "[…]")]),
        ("person/1/birth_year", True, [("type", "person[2]/birth_year", "true")]),
        ("person/1/birth_year", 1980, []),
        ("person/1/birth_year", 1980.0, []),
        ("person/1/birth_year", 1980.5, [("type", "person[2]/birth_year", "1980.5")]),
        ("person/1/birth_year", float("nan"), [("type", "person[2]/birth_year", "nan")]),
        ("person/1/sex", "3", [("not_in_list", "person[2]/sex", "3")]),
        ("person/1/sex", 2, []),
        ("person/1/sex", ["2"], [("type", "person[2]/sex", "[…]")]),
        ("person/0/ethnic_group", "55", [("not_in_list", "person[1]/ethnic_group", "55")]),
        ("person/1/woman/birth/1/birth_date", "2010-02-30",
         [("type", "person[2]/woman/birth[2]/birth_date", "2010-02-30")]),
        ("person/1/woman/birth/1/birth_date", "2010-W01-1",
         [("type", "person[2]/woman/birth[2]/birth_date", "2010-W01-1")]),
        ("person/1/woman/no_more", "1 2", []),
        ("person/1/woman/no_more", [1, 7], [("not_in_list", "person[2]/woman/no_more", "7")]),
        ("person/1/woman/no_more", [{}], [("type", "person[2]/woman/no_more", "[…]")]),
        ("dwelling/floor_area", 42, []),
        ("dwelling/floor_area", 1e-7, []),
        ("dwelling/floor_area", "2.147483648E9", []),
        ("dwelling/floor_area", "42,5", [("type", "dwelling/floor_area", "42,5")]),
        ("dwelling/place", "91 0", [("type", "dwelling/place", "91 0")]),
        ("dwelling/place", "21.5", [("type", "dwelling/place", "21.5")]),
        ("finished", "2024-04-03", [("type", "finished", "2024-04-03")]),
        ("finished", "2024-04-03T25:00:00Z", [("type", "finished", "2024-04-03T25:00:00Z")]),
        ("colour", "red", [("unknown_question", "colour", "red")]),
        ("person/0/colour", {"x": ["y"]}, [("unknown_question", "person[1]/colour", "{…}")]),
        ("roster_note", "", []),
        ("meta", {"instanceID": "uuid:1", "deprecatedID": "uuid:0", "audit": "a.csv"}, []),
        ("head_name", "", [("required_missing", "head_name", "")]),
        ("head_name", " \u00a0", [("required_missing", "head_name", "")]),
        ("head_name", None, [("required_missing", "head_name", "")]),
        ("dwelling", {}, [("required_missing", "dwelling/floor_area", "")]),
        ("dwelling", None, [("required_missing", "dwelling/floor_area", "")]),
    ],
)  # fmt: skip
def test_each_broken_rule_is_a_finding(
    path: str, value: Any, expected: list[tuple[str, str, str]]
) -> None:
    assert findings(with_answer(path, value)) == expected


@pytest.mark.parametrize("result", ["1", None, "2", "3", "4"])
def test_what_no_condition_takes_away_is_required_whatever_came_of_the_visit(
    result: str | None,
) -> None:
    missed = {path for rule, path, _ in findings({"visit_result": result}) if "required" in rule}
    assert missed >= {"head_name", "dwelling/floor_area"}


def test_a_condition_on_the_question_or_around_it_leaves_required_open() -> None:
    tree = household_answers()
    tree["person"] = [{}]
    assert findings(tree) == []


def test_severity_tells_errors_from_warnings() -> None:
    tree = with_answer("colour", "red") | {"household_size": "many"}
    severities = {f.rule: f.severity for f in read_answers(FORM, tree).findings}
    assert severities == {"unknown_question": "warning", "type": "error"}


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ([], ""),
        ("text", ""),
        (None, ""),
        ({"person": {}}, "person"),
        ({"person": "x"}, "person"),
        ({"person": [{}, "x"]}, "person[2]"),
        ({"person": [{"woman": []}]}, "person[1]/woman"),
        ({"person": [{"woman": {"birth": {}}}]}, "person[1]/woman/birth"),
        ({"dwelling": "x"}, "dwelling"),
        ({"dwelling": 0}, "dwelling"),
        ({"meta": [1]}, "meta"),
    ],
)
def test_what_is_no_tree_of_the_form_is_not_read(tree: object, path: str) -> None:
    with pytest.raises(NotATree) as refused:
        read_answers(FORM, tree)
    assert refused.value.path == path


def test_blanks_are_left_out_but_a_blank_person_keeps_the_place() -> None:
    tree = with_answer("person/0", {"full_name": "", "sex": None, "woman": {}})
    tree["dwelling"]["assets"] = []
    answers = read_answers(FORM, tree).answers
    assert answers["person"][0] == {}
    assert answers["person"][1]["full_name"] == "Thào Thị Mỷ"
    assert "assets" not in answers["dwelling"]


def test_numbers_and_lists_have_one_spelling() -> None:
    tree = with_answer("person/1/woman/no_more", "1  2")
    tree["household_size"] = 2.0
    answers = read_answers(FORM, tree).answers
    assert answers["household_size"] == "2"
    assert answers["person"][1]["woman"]["no_more"] == ["1", "2"]


def test_findings_of_a_wholly_broken_interview_have_an_end_and_no_long_values() -> None:
    reading = read_answers(FORM, {f"q{n}": "x" * 10_000 for n in range(5_000)})
    assert len(reading.findings) == MOST_FINDINGS
    assert max(len(f.value) for f in reading.findings) == 200
    assert Finding("unknown_question", "q0", "warning", "x" * 200) in reading.findings


def test_a_household_is_read_by_roles() -> None:
    household = household_of(FORM, household_answers())
    assert (household.result, household.complete, household.size) == ("interviewed", True, 2)
    assert household.head_name == "Giàng A Páo"
    assert household.unit == "01-001-00001-012-034"
    assert household.started == datetime(2024, 4, 3, 12, 22, 10, 123000, tzinfo=UTC)
    assert household.location == (22.3364, 103.8438)


def test_persons_have_the_roles_values_and_no_special_ones() -> None:
    head, spouse = household_of(FORM, household_answers()).persons
    assert (head.line, head.name, head.sex, head.relation) == (1, "Giàng A Páo", "male", "head")
    assert (head.birth_month, head.birth_year, head.age) == (None, 1980, None)
    assert (spouse.sex, spouse.relation, spouse.ethnicity) == ("female", "spouse", "19")
    assert (spouse.birth_month, spouse.birth_year, spouse.age) == (7, None, 38)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("visit_result", "3"),
        ("visit_result", "77"),
        ("visit_result", ""),
        ("household_size", "3"),
        ("person", []),
        ("head_name", ""),
        ("dwelling", {}),
    ],
)
def test_an_interview_that_lacks_something_is_not_complete(path: str, value: Any) -> None:
    answers = read_answers(FORM, with_answer(path, value)).answers
    assert household_of(FORM, answers).complete is False


@pytest.mark.parametrize("result", ["3", "absent", "77"])
def test_a_result_outside_the_codes_is_not_known(result: str) -> None:
    known = household_of(FORM, {"visit_result": result}).result
    assert known == {"3": "absent"}.get(result)


@pytest.mark.parametrize("value", ["9" * 18, "-5", "13", "0", "x", "", "1e3"])
def test_an_impossible_month_is_not_known(value: str) -> None:
    answers = read_answers(FORM, with_answer("person/0/birth_month", value)).answers
    assert household_of(FORM, answers).persons[0].birth_month is None


def test_names_are_composed_and_neither_padded_nor_endless() -> None:
    tree = with_answer("person/0/full_name", "  Nguye\u0302\u0303n   A ")
    tree["person"][1]["full_name"] = "a" * 5000
    first, second = household_of(FORM, read_answers(FORM, tree).answers).persons
    assert first.name == "Nguyễn A"
    assert len(second.name or "") == 200


def test_a_time_without_a_zone_is_local_and_an_impossible_one_not_known() -> None:
    household = household_of(FORM, with_answer("finished", "2024-04-03T07:00:00"))
    assert household.finished == datetime(2024, 4, 3, tzinfo=UTC)
    assert household_of(FORM, with_answer("finished", "0001-01-01T00:00:00Z")).finished is None
