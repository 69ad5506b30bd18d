"""One household that the truth tables of expressions are about."""

from datetime import datetime
from zoneinfo import ZoneInfo

from survey_server.domain.logic import (
    Context,
    Expression,
    Node,
    Value,
    compile_expression,
    tree_of_rows,
    tree_of_xml,
)
from survey_server.domain.logic.conformance import node_at
from survey_server.domain.safe_xml import parse_bounded

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2024, 4, 1, 9, 30, 15, 250_999, tzinfo=HANOI)

HOUSEHOLD = """
<data id="census" version="7">
  <size>3</size>
  <blank/>
  <debt>-2.5</debt>
  <visit>2024-04-01</visit>
  <phone>0912345678</phone>
  <goods>tv  radio</goods>
  <place>10.0 106.0 0 0</place>
  <yard>0 0 0 0;0 2 0 0;2 2 0 0;0 0 0 0</yard>
  <person><name>Nguyễn An</name><age>40</age><sex>1</sex>
    <child><born>2001</born></child><child><born>2005</born></child></person>
  <person><name>Lê Bình</name><age>38</age><sex>2</sex><child><born>2001</born></child></person>
  <person><name>Nguyễn Chi</name><age/><sex>2</sex></person>
  <group><note>yes</note></group>
</data>
"""
TYPES = {("size",): "int", ("debt",): "decimal", ("visit",): "date", ("person", "age"): "int"}
COMMUNES = (
    {"name": "001", "label": "Phúc Xá", "district": "1", "households": "120"},
    {"name": "002", "label": "Trúc Bạch", "district": "1", "households": "80"},
    {"name": "003", "label": "Vĩnh Phúc", "district": "2", "households": "200"},
)

SECOND = "/data/person[2]/age"


def household(xml: str = HOUSEHOLD) -> Node:
    return tree_of_xml(parse_bounded(xml.strip().encode()), TYPES, HANOI)


def context(document: Node) -> Context:
    return Context(
        document,
        NOW,
        HANOI,
        instances={"communes": tree_of_rows(COMMUNES)},
        random=lambda: 0.25,
        choice_label=lambda value, question: f"{question}={value}",
        translation=lambda name: f"text of {name}",
        properties={"deviceid": "tablet-1"},
        version="2024-1",
    )


def value_of(text: str, at: str = "/data", document: Node | None = None) -> Value:
    tree = document or household()
    expression: Expression = compile_expression(text)
    return expression.evaluate(node_at(tree, at), context(tree))
