"""The truth table of functions/lookups.py."""

import pytest

from survey_server.domain.logic import EvaluationFault
from tests.domain.logic.tables import household, value_of

SECOND_SEX = "/data/person[2]/sex"
ITEM = "instance('communes')/root/item"

TABLE = [
    (f"{ITEM}[name = '002']/label", "/data", "Trúc Bạch"),
    (f"count({ITEM}[district = 1])", "/data", 2.0),
    (f"count({ITEM}[district = '1.0'])", "/data", 0.0),
    (f"{ITEM}[district = current()/../sex][name != '003']/label", SECOND_SEX, ""),
    (f"{ITEM}[district = current()/../sex]/label", SECOND_SEX, "Vĩnh Phúc"),
    (f"{ITEM}[households > 100][position() = 2]/name", "/data", "003"),
    (f"count({ITEM}[none = ''])", "/data", 3.0),
    (f"count({ITEM}[name = /data/none])", "/data", 0.0),
    ("pulldata('communes', 'label', 'name', '003')", "/data", "Vĩnh Phúc"),
    ("pulldata('communes.csv', 'label', 'name', '003')", "/data", "Vĩnh Phúc"),
    ("pulldata('communes', 'label', 'name', '999')", "/data", ""),
    ("pulldata('communes', 'none', 'name', '001')", "/data", ""),
    ("current()", "/data/phone", "0912345678"),
    ("current()/../size", "/data/phone", 3.0),
    ("jr:choice-name('1', '/data/person/sex')", "/data", "/data/person/sex=1"),
    ("jr:choice-name('1', ' ../sex ')", "/data/person[2]/age", "/data/person/sex=1"),
    ("jr:itext('hello')", "/data", "text of hello"),
    ("property('deviceid')", "/data", "tablet-1"),
    ("property('simserial')", "/data", ""),
    ("version()", "/data", "2024-1"),
    ("depend('a', 'b', /data/person)", "/data", "a"),
]


@pytest.mark.parametrize(("text", "at", "value"), TABLE)
def test_the_value_is(text: str, at: str, value: object) -> None:
    assert value_of(text, at) == value


def test_a_list_that_is_not_there_stops_the_expression() -> None:
    with pytest.raises(EvaluationFault, match="villages"):
        value_of("instance('villages')/root/item/name")


def test_an_index_finds_what_looking_through_all_rows_finds() -> None:
    document = household()
    for sought in ("1", "'1'", "2", "1.0", "'01'", "''", "1 div 3", "concat('', 2)"):
        indexed = value_of(f"count({ITEM}[district = {sought}])", document=document)
        looked = value_of(f"count({ITEM}[boolean(district = {sought})])", document=document)
        assert indexed == looked
