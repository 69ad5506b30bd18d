"""JSON and XML are two spellings of one tree: going from one to the other loses nothing."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from survey_server.domain.answers import NotATree, read_answers, tree_of_xml, xml_of_tree
from survey_server.domain.forms import Group, Question
from tests.domain.forms_at_hand import household_answers, household_form

FORM = household_form().description

# Text that XML 1.0 can carry and that is not blank.
words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff", min_codepoint=32),
    min_size=1,
).filter(lambda text: not text.isspace()) | st.just("a\r\nb\tc")


def trees(group: Group) -> st.SearchStrategy[dict[str, Any]]:
    parts = {child.name: values(child) for child in group.children if child.name != "meta"}
    return st.fixed_dictionaries({}, optional=parts)


def values(part: Question | Group) -> st.SearchStrategy[Any]:
    if isinstance(part, Group):
        below = trees(part)
        return st.lists(below, max_size=3) if part.kind == "repeat" else below
    return (
        st.lists(st.sampled_from(["1", "tv", "mới"]), max_size=3)
        if part.type == "select"
        else words
    )


@given(tree=trees(FORM.root))
def test_a_tree_that_goes_through_xml_comes_back(tree: dict[str, Any]) -> None:
    answers = read_answers(FORM, tree).answers
    back = tree_of_xml(FORM, xml_of_tree(FORM, answers, "uuid:1"))
    assert back.pop("meta") == {"instanceID": "uuid:1"}
    assert back == answers


def test_the_sound_interview_reads_the_same_from_xml() -> None:
    back = tree_of_xml(FORM, xml_of_tree(FORM, household_answers(), "uuid:1"))
    assert read_answers(FORM, back).findings == ()


def test_the_document_says_which_form_it_answers() -> None:
    xml = xml_of_tree(FORM, {}, "uuid:1").decode()
    assert f'<data id="household_test" version="{FORM.version}">' in xml
    assert "<meta><instanceID>uuid:1</instanceID></meta>" in xml


def test_what_collect_writes_is_read() -> None:
    xml = """<?xml version='1.0' ?>
    <data xmlns:orx="http://openrosa.org/xforms" xmlns:jr="http://openrosa.org/javarosa" id="x">
      <head_name>Y Chin</head_name>
      <phone/>
      <person jr:template=""><full_name/></person>
      <person><full_name>Y Chin</full_name><woman><no_more>1 2</no_more></woman></person>
      <person/>
      <dwelling><assets/></dwelling>
      <extra>kept</extra><many><b>1</b><b>2</b></many>
      <orx:meta><orx:instanceID>uuid:7</orx:instanceID></orx:meta>
    </data>"""
    assert tree_of_xml(FORM, xml.encode()) == {
        "head_name": "Y Chin",
        "person": [{"full_name": "Y Chin", "woman": {"no_more": ["1", "2"]}}, {}],
        "extra": "kept",
        "many": {"b": ["1", "2"]},
        "meta": {"instanceID": "uuid:7"},
    }


def test_characters_that_xml_cannot_carry_are_replaced() -> None:
    xml = xml_of_tree(FORM, {"head_name": "a\u0001b"}, "uuid:1")
    assert tree_of_xml(FORM, xml)["head_name"] == "a\ufffdb"


@pytest.mark.parametrize(
    ("xml", "path"),
    [
        ("", ""),
        ("<data", ""),
        ("<other/>", ""),
        ("<!DOCTYPE data><data/>", ""),
        ("<data><head_name>a</head_name><head_name>b</head_name></data>", "head_name"),
        ("<data><dwelling><floor_area>1</floor_area></dwelling>"
         "<dwelling><floor_area>2</floor_area></dwelling></data>", "dwelling"),
    ],
)  # fmt: skip
def test_a_document_of_another_shape_is_no_tree(xml: str, path: str) -> None:
    with pytest.raises(NotATree) as refused:
        tree_of_xml(FORM, xml.encode())
    assert refused.value.path == path
