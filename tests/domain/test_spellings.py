"""JSON and XML are two spellings of one tree, for every form and every interview."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st
from lxml import etree

from survey_server.domain.answers import (
    Finding,
    NotATree,
    read_answers,
    tree_of_xml,
    xml_of_tree,
)
from survey_server.domain.answers.carried import DEEPEST, is_xml_name
from survey_server.domain.forms import FormDescription, compile_folder, description_of
from tests.domain.forms_at_hand import CENSUS_FORMS, household_form
from tests.domain.random_forms import forms, names, texts, trees, xml_names
from tests.times import times

FORM = household_form().description


@cache
def census_form(name: str) -> FormDescription:
    return compile_folder(CENSUS_FORMS / name).description


any_form = forms() | st.sampled_from(["census_2024_short", "census_2024_long"]).map(census_form)


def through_xml(form: FormDescription, tree: dict[str, Any]) -> dict[str, Any]:
    return tree_of_xml(form, xml_of_tree(form, tree, "uuid:1"))


def named(tree: dict[str, Any]) -> dict[str, Any]:
    """As xml_of_tree names it."""
    return {**tree, "meta": {**tree.get("meta", {}), "instanceID": "uuid:1"}}


def same(some: Sequence[Finding], others: Sequence[Finding]) -> bool:
    """In the order of the form or of the interview."""
    return sorted(map(repr, some)) == sorted(map(repr, others))


@settings(max_examples=times(50))
@given(data=st.data())
def test_answers_that_were_read_are_the_same_tree_in_xml(data: st.DataObject) -> None:
    form = data.draw(any_form)
    answers = read_answers(form, data.draw(trees(form.root))).answers
    assert through_xml(form, answers) == named(answers)


@settings(max_examples=times(50))
@given(data=st.data())
def test_both_spellings_have_the_same_findings(data: st.DataObject) -> None:
    form = data.draw(any_form)
    answers = read_answers(form, data.draw(trees(form.root))).answers
    from_json = read_answers(form, named(answers))
    from_xml = read_answers(form, through_xml(form, answers))
    assert from_json.answers == from_xml.answers == named(answers)
    assert same(from_json.findings, from_xml.findings)


xml_texts = texts.map(lambda text: text.replace("\x00", "")).filter(
    lambda text: (
        all(character >= " " or character in "\t\n\r" for character in text)
        and not any("\ud800" <= c <= "\udfff" or c in "\ufffe\uffff" for c in text)
    )
)


def elements(depth: int = 0) -> st.SearchStrategy[etree._Element]:
    below = st.lists(elements(depth + 1), max_size=4) if depth < 4 else st.just([])
    return st.builds(
        element,
        names | xml_names | st.sampled_from(["meta", "instanceID"]),
        st.dictionaries(xml_names | st.just("{http://openrosa.org/javarosa}template"), xml_texts,
                        max_size=1),
        below,
        xml_texts,
        xml_texts,
    )  # fmt: skip


def element(
    name: str, attributes: dict[str, str], below: list[etree._Element], text: str, tail: str
) -> etree._Element:
    made = etree.Element(name, attributes)
    made.extend(below)
    made.text, made.tail = text, tail
    return made


@settings(max_examples=times(50))
@given(form=any_form, root=st.lists(elements(), max_size=4), text=xml_texts)
def test_any_instance_of_a_form_is_read_and_written_without_loss(
    form: FormDescription, root: list[etree._Element], text: str
) -> None:
    document = etree.tostring(element("data", {"id": "x"}, root, text, ""), encoding="utf-8")
    try:
        tree = tree_of_xml(form, document)
    except NotATree:
        return
    tree = named(tree)
    again = through_xml(form, tree)
    assert again == tree
    # The XML is in the order of the form, so that the same findings may come in another one.
    first, second = read_answers(form, tree), read_answers(form, again)
    assert second.answers == first.answers
    assert sorted(map(repr, second.findings)) == sorted(map(repr, first.findings))


@given(name=st.text(st.characters(), min_size=1, max_size=4))
@example("²")
@example("ª")
@example("a\u00b7")
@example("a:b")
@example("\U00010000")
def test_our_names_of_xml_are_those_of_the_parser(name: str) -> None:
    if not is_xml_name(name):
        return
    assert etree.fromstring(etree.tostring(etree.Element(name), encoding="utf-8")).tag == name
    assert (
        name
        in etree.fromstring(
            etree.tostring(etree.Element("a", {name: "1"}), encoding="utf-8")
        ).attrib
    )


XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa" xmlns:survey="urn:survey-server:form">
<h:head><model><instance><data id="trees" version="1" survey:time_zone="Asia/Ho_Chi_Minh"><village/>
<tree jr:template=""><species/><meta><entity dataset="trees" create="1" id=""><label/></entity>
</meta></tree><meta><entity dataset="villages" update="1" baseVersion="" id=""/><instanceID/></meta>
</data></instance></model></h:head><h:body><group ref="/data/tree"><repeat nodeset="/data/tree"/>
</group></h:body></h:html>"""


def test_entities_keep_their_attributes_also_in_entries_of_a_repeat() -> None:
    form = description_of(XFORM.encode())
    document = """<data xmlns:survey="urn:survey-server:form" xmlns:jr="http://openrosa.org/javarosa"
        xmlns:orx="http://openrosa.org/xforms" id="trees" version="1" survey:time_zone="UTC">
      <tree jr:template=""><species/><meta><entity dataset="trees" create="1" id=""/></meta></tree>
      <tree><species>lim</species>
        <meta><entity dataset="trees" create="1" id="8a0"><label>lim &amp; sến</label></entity>
        </meta>
      </tree>
      <orx:meta><entity dataset="villages" update="1" baseVersion="3" id="7b1"/>
        <orx:instanceID>uuid:1</orx:instanceID></orx:meta>
    </data>"""
    tree = tree_of_xml(form, document.encode())
    label = {"@dataset": "trees", "@create": "1", "@id": "8a0", "label": "lim & sến"}
    village = {"@dataset": "villages", "@update": "1", "@baseVersion": "3", "@id": "7b1"}
    assert tree == {
        "tree": [{"species": "lim", "meta": {"entity": label}}],
        "meta": {"entity": village, "instanceID": "uuid:1"},
    }
    reading = read_answers(form, tree)
    assert (reading.answers, reading.findings) == (tree, ())
    assert b'<entity dataset="trees" create="1" id="8a0">' in xml_of_tree(form, tree, "uuid:1")


def test_warnings_confirmed_are_an_array_in_both_spellings_even_one() -> None:
    one = {"rule": "PEO06", "path": "person[2]", "reason": " Cụ sinh năm 1920"}
    tree = {"meta": {"confirmed": [one], "instanceID": "uuid:1"}}
    xml = (
        "<meta><instanceID>uuid:1</instanceID><confirmed><rule>PEO06</rule><path>person[2]</path>"
        "<reason> Cụ sinh năm 1920</reason></confirmed></meta>"
    )
    assert xml in xml_of_tree(FORM, tree, "uuid:1").decode()
    assert tree_of_xml(FORM, f"<data>{xml}</data>".encode()) == tree
    assert read_answers(FORM, tree).answers == tree


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("x", None),
        ([1, "x", [], {}], None),
        ({"rule": "A"}, [{"rule": "A"}]),
        ([{"rule": "A", "path": None, "reason": "x" * 600, "more": "y"}, {"reason": {}}],
         [{"rule": "A", "reason": "x" * 500}]),
        ([{"rule": "A"}] * 300, [{"rule": "A"}] * 200),
    ],
)  # fmt: skip
def test_confirmed_warnings_are_read_within_bounds_and_never_refused(said: Any, kept: Any) -> None:
    reading = read_answers(FORM, {"visit_result": "2", "meta": {"confirmed": said}})
    assert reading.answers.get("meta", {}).get("confirmed") == kept
    assert {one.rule for one in reading.findings} <= {"required_missing"}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("a.csv", "a.csv"),
        (7, "7"),
        ("  ", None),
        ([], None),
        (["a"], "a"),
        (["a", ["b", ""], {}], ["a", "b"]),
        ({"#text": "a"}, "a"),
        ({"#text": "a", "@lang": "vi", "@": "x", "two words": "x"}, {"#text": "a", "@lang": "vi"}),
    ],
)
def test_what_a_client_adds_to_meta_has_one_shape(said: Any, kept: Any) -> None:
    answers = read_answers(FORM, {"meta": {"added": said}}).answers
    assert answers.get("meta", {}).get("added") == kept


def test_nothing_is_carried_deeper_than_anybody_nests() -> None:
    deep: Any = "bottom"
    for _ in range(900):
        deep = {"a": deep, "b": "x"}
    answers = read_answers(FORM, {"meta": {"added": deep}}).answers
    assert through_xml(FORM, answers) == named(answers)
    assert str(answers).count("'b'") == DEEPEST


def test_text_in_front_and_behind_stays_and_text_beside_elements_is_shown() -> None:
    document = "<data> \n<head_name> Y Chin\t</head_name>lost<dwelling>found</dwelling></data>"
    tree = tree_of_xml(FORM, document.encode())
    assert tree["head_name"] == " Y Chin\t"
    found = read_answers(FORM, tree)
    assert found.answers["head_name"] == " Y Chin\t"
    shown = {(one.path, one.value) for one in found.findings if one.rule == "unknown_question"}
    assert shown == {("#text", " \nlost"), ("dwelling/#text", "found")}


def test_characters_that_xml_has_no_place_for_are_replaced_from_json_too() -> None:
    said = {"head_name": "a\x01\ud800b", "phone": "\x1f", "dwelling": {"assets": ["tv\x0b"]}}
    answers = read_answers(FORM, said).answers
    assert answers["head_name"] == "a\ufffd\ufffdb"
    assert answers["phone"] == "\ufffd"
    assert answers["dwelling"]["assets"] == ["tv\ufffd"]


def test_an_array_of_codes_with_spaces_is_the_same_list_in_xml() -> None:
    answers = read_answers(FORM, {"dwelling": {"assets": ["tv fridge", " tv"]}}).answers
    assert answers["dwelling"]["assets"] == ["tv", "fridge", "tv"]


@pytest.mark.parametrize(
    ("tree", "path"),
    [({"meta": "x"}, "meta"), ({"person": {}}, "person"), ({"person": ["x"]}, "person"),
     ({"dwelling": "x"}, "dwelling")],
)  # fmt: skip
def test_what_is_no_tree_is_not_written(tree: dict[str, Any], path: str) -> None:
    with pytest.raises(NotATree) as refused:
        xml_of_tree(FORM, tree, "uuid:1")
    assert refused.value.path == path


def test_numbers_and_blanks_that_were_never_read_are_written_as_they_would_be() -> None:
    said = {"household_size": 2.0, "phone": None, "dwelling": {"assets": ["tv", None]}}
    assert through_xml(FORM, said) == named({"household_size": "2", "dwelling": {"assets": ["tv"]}})
