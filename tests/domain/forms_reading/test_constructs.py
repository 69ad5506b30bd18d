"""Everything that XLSForm has compiles and is understood, each in the smallest form that has it."""

import pytest

from survey_server.domain.forms import FormDescription
from survey_server.domain.forms.parts import Bounds, Itemset
from tests.domain.forms_reading.written import small

FRUITS = """
| choices |
| | list_name | name | label |
| | fruits | 1 | Xoài |
| | fruits | 2 | Ổi |
"""


def described(text: str, media: dict[str, bytes] | None = None) -> FormDescription:
    return small(text, media).description


def values(description: FormDescription, question: str) -> list[str] | None:
    choices = description.choices_of(description.question(question))
    return None if choices is None else [choice.value for choice in choices]


def test_labels_in_several_languages() -> None:
    question = described(
        """
| survey |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | hint::English (en) |
| | text | a | Họ tên | Name | In full |
"""
    ).question("a")
    assert question.labels == {"vi": "Họ tên", "en": "Name"}
    assert question.hints["en"] == "In full"


@pytest.mark.parametrize(
    ("asked", "type_"),
    [
        ("geopoint", "geopoint"), ("geotrace", "geotrace"), ("geoshape", "geoshape"),
        ("image", "binary"), ("audio", "binary"), ("video", "binary"), ("file", "binary"),
        ("osm", "binary"), ("barcode", "barcode"), ("integer", "int"), ("decimal", "decimal"),
        ("date", "date"), ("time", "time"), ("dateTime", "dateTime"), ("text", "string"),
        ("acknowledge", "string"), ("background-audio", "binary"), ("start", "dateTime"),
        ("start-geopoint", "geopoint"), ("deviceid", "string"), ("today", "date"),
    ],
)  # fmt: skip
def test_every_type_of_question_is_known(asked: str, type_: str) -> None:
    description = described(f"| survey |\n| | type | name | label |\n| | {asked} | a | A |\n")
    assert description.question("a").type == type_


def test_an_audit_is_part_of_meta() -> None:
    description = described(
        "| survey |\n| | type | name | label |\n| | audit | audit | |\n| | text | a | A |\n"
    )
    assert description.question("meta/audit").type == "binary"


def test_selects_of_one_of_many_and_in_order() -> None:
    description = described(
        f"""
| survey |
| | type | name | label |
| | select_one fruits | one | A |
| | select_multiple fruits | many | B |
| | rank fruits | order | C |
{FRUITS}"""
    )
    for name, type_ in (("one", "select1"), ("many", "select"), ("order", "rank")):
        question = description.question(name)
        assert question.type == type_
        assert question.itemset == Itemset("instance('fruits')/root/item", "name")
        assert values(description, name) == ["1", "2"]
    assert description.instances["fruits"].rows == (
        {"name": "1", "label": "Xoài"},
        {"name": "2", "label": "Ổi"},
    )


def test_or_other_adds_a_choice_and_a_question() -> None:
    description = described(
        f"""
| survey |
| | type | name | label |
| | select_one fruits or_other | a | A |
{FRUITS}"""
    )
    assert values(description, "a") == ["1", "2", "other"]
    assert description.question("a_other").type == "string"


def test_cascading_choices_have_their_filter() -> None:
    description = described(
        """
| survey |
| | type | name | label | choice_filter |
| | select_one province | p | P | |
| | select_one district | d | D | province = ${p} |
| choices |
| | list_name | name | label | province |
| | province | 01 | Hà Nội | |
| | district | 001 | Ba Đình | 01 |
"""
    )
    question = description.question("d")
    assert question.choice_filter == "province =  /data/p"
    assert description.instances["district"].rows == (
        {"name": "001", "label": "Ba Đình", "province": "01"},
    )


def test_shuffled_choices_are_the_choices_of_their_list() -> None:
    description = described(
        f"""
| survey |
| | type | name | label | parameters | choice_filter |
| | integer | seed | S | | |
| | select_one fruits | a | A | randomize=true, seed=${{seed}} | |
| | select_one fruits | b | A | randomize=true | name != '1' |
{FRUITS}"""
    )
    assert values(description, "a") == ["1", "2"]
    assert values(description, "b") == ["1", "2"]
    assert description.question("b").choice_filter == "name != '1'"


XML_LIST = (
    "<root><item><name>01</name><label>Hà Nội</label></item><item><name>79</name></item></root>"
)
GEOJSON = """{"type": "FeatureCollection", "features": [
 {"type": "Feature", "id": "w1", "properties": {"title": "Giếng", "depth": 12.50, "id": "x"},
  "geometry": {"type": "Point", "coordinates": [105.85, 21.02]}},
 {"type": "Feature", "properties": {"id": "r1", "title": null, "open": true},
  "geometry": {"type": "LineString", "coordinates": [[105, 21], [106, 22]]}},
 {"type": "Feature", "properties": {"id": "p1"}, "geometry":
  {"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]], [[0, 0], [0, 0]]]}}]}"""


@pytest.mark.parametrize(
    ("name", "content", "codes", "rows"),
    [
        (
            "areas.csv",
            "name,label,label_en\r\n01,Hà Nội,Ha Noi\r\n79,,\r\n",
            ["01", "79"],
            [{"name": "01", "label": "Hà Nội", "label_en": "Ha Noi"}, {"name": "79"}],
        ),
        ("areas.csv", "name;label\n01;Hà Nội\n", ["01"], [{"name": "01", "label": "Hà Nội"}]),
        ("areas.xml", XML_LIST, ["01", "79"], [{"name": "01", "label": "Hà Nội"}, {"name": "79"}]),
        (
            "areas.geojson",
            GEOJSON,
            ["w1", "r1", "p1"],
            [
                {"geometry": "21.02 105.85 0 0", "title": "Giếng", "depth": "12.50", "id": "w1"},
                {"geometry": "21 105 0 0; 22 106 0 0", "id": "r1", "open": "true"},
                {"geometry": "2 1 0 0; 4 3 0 0; 2 1 0 0", "id": "p1"},
            ],
        ),
    ],
)
def test_choices_from_a_file(
    name: str, content: str, codes: list[str], rows: list[dict[str, str]]
) -> None:
    description = described(
        f"| survey |\n| | type | name | label |\n| | select_one_from_file {name} | a | A |\n",
        {name: content.encode()},
    )
    assert values(description, "a") == codes
    known = description.instances["areas"].rows
    assert known is not None
    assert [{k: v for k, v in row.items() if v} for row in known] == rows


def test_the_columns_of_a_file_may_be_named() -> None:
    description = described(
        """
| survey |
| | type | name | label | parameters |
| | select_multiple_from_file a.csv | a | A | value=code, label=title |
""",
        {"a.csv": b"code,title\nx,X\n"},
    )
    assert values(description, "a") == ["x"]
    assert description.question("a").itemset == Itemset("instance('a')/root/item", "code")


def test_files_that_expressions_read_are_instances() -> None:
    description = described(
        """
| survey |
| | type | name | label | calculation |
| | csv-external | people | | |
| | xml-external | areas | | |
| | calculate | price | | pulldata('prices', 'price', 'id', '1') |
""",
        {
            "people.csv": b"name,age\na,4\n",
            "areas.xml": XML_LIST.encode(),
            "prices.csv": b"id,price\n1,5\n",
        },
    )
    assert description.instances["people"].rows == ({"name": "a", "age": "4"},)
    assert description.instances["prices"].rows == ({"id": "1", "price": "5"},)
    assert description.instances["areas"].source == "jr://file/areas.xml"
    assert description.question("price").calculate is not None


def test_external_choices_travel_as_itemsets_and_are_known() -> None:
    form = small(
        """
| survey |
| | type | name | label | choice_filter |
| | text | state | S | |
| | select_one_external city | city | C | state=${state} |
| external_choices |
| | list_name | name | label | state |
| | city | hue | Huế | |
| | city | hn | Hà Nội | north |
| | other | x | X | |
"""
    )
    question = form.description.question("city")
    assert form.media["itemsets.csv"].decode().splitlines()[:2] == [
        '"list_name","name","label","state"',
        '"city","hue","Huế",""',
    ]
    assert (question.type, question.control) == ("select1", "input")
    assert question.choice_filter == "state= /data/state"
    assert question.itemset == Itemset("instance('city')/root/item[state= /data/state ]", "name")
    assert values(form.description, "city") == ["hue", "hn"]
    assert [row["state"] for row in form.description.instances["city"].rows or ()] == ["", "north"]


def test_choices_searched_in_a_file_are_its_rows() -> None:
    text = """
| survey |
| | type | name | label | appearance |
| | select_one f | a | A | minimal search('fruits') |
| choices |
| | list_name | name | label |
| | f | key | title |
| | f | 98 | Không biết |
"""
    description = described(text, {"fruits.csv": "key,title\nx,Xoài\ny,Ổi\n".encode()})
    choices = description.choices_of(description.question("a"))
    assert choices is not None
    assert [(c.value, c.labels["default"]) for c in choices] == [
        ("x", "Xoài"),
        ("y", "Ổi"),
        ("98", "Không biết"),
    ]


def test_repeats_have_counts_and_may_be_nested() -> None:
    description = described(
        """
| survey |
| | type | name | label | repeat_count | calculation |
| | integer | size | S | | |
| | begin repeat | person | P | ${size} | |
| | text | name | N | | |
| | begin repeat | birth | B | count(${person}) + 1 | |
| | date | born | D | | |
| | end repeat | | | | |
| | end repeat | | | | |
| | select_one ${name} | head | Head | | |
| | calculate | first | | | indexed-repeat(${name}, ${person}, 1) |
"""
    )
    repeats = {"/".join(g.path): g for g in description.groups() if g.kind == "repeat"}
    assert repeats["person"].count == "/data/size"
    assert repeats["person/birth"].count is not None
    assert description.question("person/birth/born").type == "date"
    head = description.question("head")
    assert head.type == "select1"
    assert head.itemset is not None
    assert head.itemset.nodeset.startswith("/data/person[")
    assert head.itemset.value == "name"
    assert description.choices_of(head) is None
    first = description.question("first").calculate or ""
    assert first.split() == ["indexed-repeat(", "/data/person/name", ",", "/data/person", ",", "1)"]


def test_the_name_of_a_choice_and_the_last_saved_answer() -> None:
    description = described(
        f"""
| survey |
| | type | name | label | calculation | default |
| | select_one fruits | a | A | | ${{last-saved#a}} |
| | calculate | named | | jr:choice-name(${{a}}, '${{a}}') | |
| | calculate | before | | ${{last-saved#a}} | |
{FRUITS}"""
    )
    assert (description.question("named").calculate or "").startswith("jr:choice-name(")
    assert description.question("before").calculate == "instance('__last-saved')/data/a"
    assert description.instances["__last-saved"].rows is None


def test_a_range_has_its_ends() -> None:
    question = described(
        """
| survey |
| | type | name | label | parameters |
| | range | a | A | start=0 end=10 step=2 |
"""
    ).question("a")
    assert (question.type, question.control, question.bounds) == ("int", "range", Bounds("0", "10"))


def test_what_is_set_at_a_moment_is_no_calculation() -> None:
    description = described(
        """
| survey |
| | type | name | label | trigger | calculation | default |
| | date | day | D | | | today() |
| | text | at | A | ${day} | now() | |
| | text | fixed | F | | | như cũ |
"""
    )
    assert description.question("day").default is None
    assert description.question("at").calculate is None
    assert description.question("fixed").default == "như cũ"


def test_entities_are_made_and_changed() -> None:
    made = described(
        """
| survey |
| | type | name | label | save_to |
| | text | species | S | species |
| entities |
| | list_name | label |
| | trees | ${species} |
"""
    )
    assert made.question("meta/entity/label").calculate == "/data/species"
    form = small(
        """
| survey |
| | type | name | label | save_to |
| | select_one_from_file trees.csv | tree | T | |
| | text | species | S | species |
| entities |
| | list_name | label | entity_id | update_if |
| | trees | ${species} | ${tree} | ${species} != '' |
"""
    )
    # The list of the entities comes from the server, not with the form.
    assert form.description.choices_of(form.description.question("tree")) is None
    assert [(p.code, p.severity) for p in form.problems if p.sheet == "trees.csv"] == [
        ("media_missing", "warning")
    ]


def test_entities_in_repeats() -> None:
    description = described(
        """
| survey |
| | type | name | label | save_to |
| | begin repeat | plot | P | |
| | text | species | S | species |
| | end repeat | | | |
| entities |
| | list_name | label |
| | trees | ${species} |
"""
    )
    assert description.question("plot/meta/entity/label").calculate is not None
