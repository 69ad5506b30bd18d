"""Where paths lead: paths.py, steps.py and tree.py."""

import pytest

from survey_server.domain.logic import EvaluationFault, compile_expression
from survey_server.domain.logic.conformance import node_at
from tests.domain.logic.tables import SECOND, context, household, value_of

CHILD = "/data/person[1]/child[2]/born"

TABLE = [
    (".", SECOND, 38.0),
    ("../name", SECOND, "Lê Bình"),
    ("./../name", SECOND, "Lê Bình"),
    ("../../size", SECOND, 3.0),
    ("name", "/data/person[3]", "Nguyễn Chi"),
    ("group/note", "/data", "yes"),
    ("/data/group/note", SECOND, "yes"),
    ("/data/@version", SECOND, "7"),
    ("../@id", "/data/size", "census"),
    ("/data/none/none", SECOND, ""),
    ("../../../../none", SECOND, ""),
    ("/data/person", SECOND, ""),
    # An absolute path follows the way to the context node; a relative one does not.
    ("/data/person/name", SECOND, "Lê Bình"),
    ("/data/person/age + 1", SECOND, 39.0),
    ("count(/data/person)", SECOND, 1.0),
    ("count(../../person)", SECOND, 3.0),
    ("count(current()/../../person)", SECOND, 3.0),
    ("sum(/data/person/age)", "/data/size", 78.0),
    ("count(/data/person/child)", "/data/person[1]/age", 2.0),
    ("count(/data/person/child)", CHILD, 1.0),
    # With a predicate it does not, but below it the way is followed by position.
    ("count(/data/person[true()])", SECOND, 3.0),
    ("count(/data/person[true()]/child)", CHILD, 1.0),
    ("/data/person[age > 39]/name", SECOND, "Nguyễn An"),
    ("/data/person[position() = 3]/name", "/data", "Nguyễn Chi"),
    ("/data/person[sex = 2][position() = 2]/name", "/data", "Nguyễn Chi"),
    ("/data/person[position() = position(current()/..) - 1]/name", SECOND, "Nguyễn An"),
    ("sum(../../person[position() < position(current()/..)]/age)", SECOND, 40.0),
    ("count(/data/person[age > ../size])", "/data", 2.0),
    # Neither a number nor a set of nodes is a truth.
    ("/data/person[2]/name", "/data", ""),
    ("count(/data/person[child])", "/data", 0.0),
    # On the way to the context node, * is what stands on that way.
    ("count(../*)", SECOND, 1.0),
    ("../*", SECOND, 38.0),
    ("count(/data/*)", "/data/group/note", 1.0),
    ("count(/data/group/*)", "/data/size", 1.0),
    ("count(*)", "/data/person[2]", 4.0),
    # Axes that only our own checks use.
    ("count(//born)", "/data", 3.0),
    ("count(/data//born)", "/data", 3.0),
    ("count(.//born)", "/data/person[1]", 2.0),
    ("count(/data/*)", "/data", 12.0),
    ("count(preceding-sibling::person)", "/data/person[3]", 2.0),
    ("preceding-sibling::person[position() = 1]/name", "/data/person[3]", "Lê Bình"),
    ("count(following-sibling::person)", "/data/person[1]", 2.0),
    ("ancestor::person/name", CHILD, "Nguyễn An"),
    ("child::size", "/data", 3.0),
    ("self::node()/size", "/data", 3.0),
    ("attribute::id", "/data", "census"),
    ("(/data/person)[position() = 2]/name", "/data", "Lê Bình"),
    ("/data/orx:size", "/data", 3.0),
]


@pytest.mark.parametrize(("text", "at", "value"), TABLE)
def test_the_path_leads_to(text: str, at: str, value: object) -> None:
    assert value_of(text, at) == value


@pytest.mark.parametrize("text", ["/data/person/name", "../person/name", "/data/person/age > 3"])
def test_several_answers_where_one_is_wanted_stop_the_expression(text: str) -> None:
    with pytest.raises(EvaluationFault, match="is repeated here"):
        value_of(text, "/data/size")


def test_a_hidden_answer_reads_as_absent_and_positions_stay() -> None:
    document = household()
    node_at(document, "/data/person[1]").hide()
    assert value_of("count(/data/person)", "/data", document) == 2.0
    assert value_of("sum(/data/person/age)", "/data", document) == 38.0
    third = document.children[0].named["person"][1]
    assert (
        compile_expression("position(..)").evaluate(third.named["age"][0], context(document)) == 3.0
    )


def test_a_filtered_list_of_choices_can_be_selected() -> None:
    document = household()
    expression = compile_expression("instance('communes')/root/item[district = current()]")
    rows = expression.select(node_at(document, "/data/person[1]/sex"), context(document))
    assert [row.named["name"][0].text for row in rows] == ["001", "002"]


def test_an_answer_of_no_value_of_its_type_stays_a_text() -> None:
    document = household("<data><size>many</size><visit>soon</visit></data>")
    assert value_of("concat(/data/size, /data/visit)", document=document) == "manysoon"
