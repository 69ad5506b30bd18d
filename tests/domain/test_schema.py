"""JSON Schema and the server agree on what an interview of a form looks like."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from jsonschema import Draft202012Validator

from survey_server.domain.answers import NotATree, read_answers
from survey_server.domain.forms import Choice, FormDescription, Group, Question, compile_folder
from survey_server.domain.forms.schema import json_schema_of
from tests.domain.forms_at_hand import CENSUS_FORMS, household_answers, household_form
from tests.domain.random_forms import forms, trees
from tests.times import times

FORM = household_form().description
STRUCTURAL = frozenset({"type", "not_in_list", "unknown_question"})

Tree = dict[str, Any]


@cache
def census_form(name: str) -> FormDescription:
    return compile_folder(CENSUS_FORMS / name).description


@cache
def validator_of(form: FormDescription) -> Draft202012Validator:
    return Draft202012Validator(json_schema_of(form))


some_form = forms() | st.sampled_from([FORM]) | st.just("census_2024_long").map(census_form)


def lacks_required(form: FormDescription, tree: Tree) -> bool:
    """Said once more, from the description, and only of what no condition can take away."""
    return any(lacks(child, tree) for child in form.root.children)


def lacks(part: Question | Group, tree: Tree) -> bool:
    if part.relevant is not None:
        return False
    if isinstance(part, Question):
        return part.required and part.name not in tree
    below = tree.get(part.name, [] if part.kind == "repeat" else {})
    entries = below if isinstance(below, list) else [below]
    return any(lacks(child, entry) for entry in entries for child in part.children)


def has_structural_findings(form: FormDescription, tree: Tree) -> bool:
    try:
        reading = read_answers(form, tree)
    except NotATree:
        return True
    return any(finding.rule in STRUCTURAL for finding in reading.findings)


@st.composite
def changed(draw: st.DrawFn, form: FormDescription) -> Tree:
    """A tree of the form, sometimes with a part of another shape, lacking, or unknown."""
    tree = draw(trees(form.root, like=form))
    if draw(st.integers(0, 2)):
        return tree
    place: Any = tree
    while below := [value for name, value in place.items() if name != "meta" and is_object(value)]:
        if draw(st.booleans()):
            break
        place = draw(st.sampled_from(below))
    name = draw(st.sampled_from(["unheard_of", *(name for name in place if name != "meta")]))
    if draw(st.booleans()):
        place.pop(name, None)
    else:
        place[name] = draw(st.sampled_from(["x", ["x"], {"x": "y"}, [{"x": "y"}]]))
    return tree


def is_object(value: object) -> bool:
    return isinstance(value, dict)


@settings(max_examples=times(75))
@given(data=st.data())
def test_a_tree_fits_the_schema_exactly_if_nothing_is_wrong_with_its_shape(
    data: st.DataObject,
) -> None:
    form = data.draw(some_form)
    tree = data.draw(changed(form))
    wrong = has_structural_findings(form, tree) or lacks_required(form, tree)
    assert validator_of(form).is_valid(tree) is not wrong


@settings(max_examples=times(50))
@given(data=st.data())
def test_whatever_was_read_without_such_a_finding_fits_the_schema(data: st.DataObject) -> None:
    form = data.draw(some_form)
    reading = read_answers(form, data.draw(trees(form.root)))
    if any(finding.rule in STRUCTURAL for finding in reading.findings):
        return
    if not lacks_required(form, reading.answers):
        validator_of(form).validate(reading.answers)


@settings(max_examples=50)
@given(form=some_form)
def test_the_schema_is_a_schema_and_can_be_sent(form: FormDescription) -> None:
    schema = json_schema_of(form)
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


def with_answer(path: str, value: Any) -> Tree:
    tree: Tree = household_answers()
    place: Any = tree
    *way, last = path.split("/")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return tree


@pytest.mark.parametrize(
    ("path", "value", "fits"),
    [
        ("head_name", "Y Chin", True),
        ("head_name", 7, False),
        ("head_name", "", False),
        ("household_size", "2", True),
        ("household_size", "2\n", False),
        ("household_size", "two", False),
        ("person/0/sex", "2", True),
        ("person/0/sex", "3", False),
        ("person/0/birth_year", "9998", True),
        ("person/0/sex", ["1"], False),
        ("person", {}, False),
        ("person", [], True),
        ("person/1/woman/no_more", ["1"], True),
        ("person/1/woman/no_more", "1", False),
        ("person/1/woman/no_more", ["7"], False),
        ("person/1/colour", "red", False),
        ("dwelling", {}, False),
        ("dwelling/place", "91 105", False),
        ("finished", "2024-02-30T10:00:00Z", False),
        ("meta", {"instanceID": "uuid:1", "audit": "a.csv", "x": {"y": ["z"]}}, True),
        ("meta", {"confirmed": [{"rule": "PEO06", "path": "person[2]", "reason": "x"}]}, True),
        ("meta", {"confirmed": {"rule": "PEO06"}}, False),
        ("meta", {"confirmed": [{"rule": "PEO06", "reason": "x" * 501}]}, False),
        ("meta", {"confirmed": [{"rule": "PEO06"}] * 201}, False),
    ],
)
def test_what_fits_the_schema(path: str, value: Any, fits: bool) -> None:
    assert validator_of(FORM).is_valid(with_answer(path, value)) is fits


def test_what_no_answer_can_make_irrelevant_is_required() -> None:
    assert not validator_of(FORM).is_valid({"visit_result": "3"})
    assert not validator_of(FORM).is_valid({})


def test_a_question_says_its_title_number_and_meaning() -> None:
    person = json_schema_of(FORM)["properties"]["person"]
    assert (person["title"], person["x-role"], person["type"]) == (
        "Người trong hộ",
        "person",
        "array",
    )
    sex = person["items"]["properties"]["sex"]
    assert sex == {
        "title": "${full_name} là nam hay nữ?",
        "x-number": "C03",
        "x-role": "person.sex",
        "type": "string",
        "enum": ["1", "2"],
    }


@pytest.mark.parametrize(("length", "told"), [(1000, True), (1001, False)])
def test_a_list_of_thousands_is_not_told(length: int, told: bool) -> None:
    many = tuple(Choice(str(code), {}) for code in range(length))
    form = replace(FORM, choice_lists=dict.fromkeys(FORM.choice_lists, many))
    person = json_schema_of(form)["properties"]["person"]["items"]
    assert ("enum" in person["properties"]["sex"]) is told
    no_more = person["properties"]["woman"]["properties"]["no_more"]
    assert ("enum" in no_more["items"]) is told
