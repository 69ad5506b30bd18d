"""Tables and rows, and the codebook that tells what is in them."""

from decimal import Decimal
from pathlib import Path

import pytest

from survey_server.domain.codebook import HEADER, codebook_of
from survey_server.domain.flatten import Row, rows_of, tables_of
from survey_server.domain.forms import FormDescription, compile_folder
from tests.domain.forms_at_hand import FORM_FOLDER, household_answers, household_form

FORM = household_form().description
KEYS = {"interview_id": "i-1", "unit": "u-1"}


def rows(table: str) -> list[Row]:
    return [row for name, row in rows_of(FORM, household_answers(), KEYS) if name == table]


@pytest.fixture
def newer_form(tmp_path: Path) -> FormDescription:
    """Asks a religion after the sex, and the floor area in words."""
    for file in FORM_FOLDER.iterdir():
        text = file.read_text().replace("decimal,floor_area", "text,floor_area")
        lines = text.splitlines(keepends=True)
        for place, line in enumerate(lines):
            if line.startswith("select_one sex,sex"):
                lines.insert(place + 1, "text,religion,Tôn giáo,Religion\n")
                break
        (tmp_path / file.name).write_text("".join(lines))
    return compile_folder(tmp_path).description


def test_every_repeat_and_every_named_group_is_a_table() -> None:
    tables = {table.name: [key.name for key in table.keys] for table in tables_of([FORM])}
    assert tables == {
        "household": ["interview_id", "unit"],
        "person": ["interview_id", "unit", "person_no"],
        "woman": ["interview_id", "unit", "person_no"],
        "birth": ["interview_id", "unit", "person_no", "birth_no"],
    }


def test_columns_are_typed_and_notes_have_none() -> None:
    household = tables_of([FORM])[0]
    kinds = {column.name: column.kind for column in household.columns}
    assert kinds["household_size"] == "integer"
    assert kinds["floor_area"] == "decimal"
    assert kinds["started"] == "datetime"
    assert kinds["assets_tv"] == "flag"
    assert "roster_note" not in kinds
    assert "instanceID" not in kinds


def test_a_household_comes_before_its_persons_with_all_positions() -> None:
    tables = [name for name, _ in rows_of(FORM, household_answers(), KEYS)]
    assert tables == ["household", "person", "person", "woman", "birth", "birth"]
    assert rows("birth")[1] == {
        **KEYS,
        "person_no": 2,
        "birth_no": 2,
        "birth_date": "2010-01-02",
    }


def test_several_answers_become_a_flag_each() -> None:
    household = rows("household")[0]
    assert [household[f"assets_{code}"] for code in ("tv", "fridge", "none")] == [1, 1, 0]
    answers = household_answers()
    del answers["dwelling"]["assets"]
    unanswered = dict(rows_of(FORM, answers, KEYS))["household"]
    assert "assets_tv" not in unanswered


def test_numbers_are_numbers_and_codes_stay_codes() -> None:
    assert rows("household")[0]["floor_area"] == Decimal("42.5")
    person = rows("person")[0]
    assert (person["birth_year"], person["sex"], person["ethnic_group"]) == (1980, "1", "19")


def test_an_answer_that_is_no_number_is_kept_as_text() -> None:
    answers = household_answers() | {"household_size": "two"}
    assert dict(rows_of(FORM, answers, KEYS))["household"]["household_size"] == "two"


def test_a_man_has_no_row_in_the_table_of_women() -> None:
    assert [row["person_no"] for row in rows("woman")] == [2]


def test_an_absent_household_has_a_row_and_no_persons() -> None:
    found = list(rows_of(FORM, {"visit_result": "3"}, KEYS))
    assert found == [("household", {**KEYS, "visit_result": "3"})]


def test_every_cell_has_its_column() -> None:
    columns = {table.name: set(table.header()) for table in tables_of([FORM])}
    for name, row in rows_of(FORM, household_answers(), KEYS):
        assert set(row) <= columns[name]


def test_analysts_get_no_identifying_columns() -> None:
    tables = {table.name: table.header() for table in tables_of([FORM], ("interview_id",), False)}
    told = {column for header in tables.values() for column in header}
    assert told.isdisjoint({"unit", "unit_code", "head_name", "phone", "full_name", "place"})
    assert {"sex", "birth_year", "floor_area", "interview_id"} <= told


def test_a_question_called_like_a_key_does_not_stand_in_the_place_of_the_key() -> None:
    keys = {"interview_id": "i-1", "sex": "key", "household_size": "key"}
    for table in tables_of([FORM], tuple(keys)):
        assert len(table.header()) == len(set(table.header()))
    tables = dict(rows_of(FORM, household_answers(), keys))
    household, person = tables["household"], rows_of(FORM, household_answers(), keys)
    assert (household["household_size"], household["sex"]) == ("key", "key")
    assert household["household_size_answered"] == 2
    assert [row["sex_answered"] for name, row in person if name == "person"] == ["1", "2"]


def test_versions_share_a_table_and_a_new_question_stands_where_it_was_asked(
    newer_form: FormDescription,
) -> None:
    household, person, *_ = tables_of([FORM, newer_form])
    header = person.header()
    assert header[header.index("sex") + 1] == "religion"
    assert len(header) == len(set(header))
    kinds = {column.name: column.kind for column in household.columns}
    assert kinds["floor_area"] == "text"


def test_the_codebook_tells_every_column_of_every_table_in_order() -> None:
    told = [(row.table, row.variable) for row in codebook_of([FORM])]
    assert told == [(t.name, column) for t in tables_of([FORM]) for column in t.header()]
    assert HEADER[:3] == ("table", "variable", "number")


def test_the_codebook_tells_words_codes_and_special_values() -> None:
    book = {(row.table, row.variable): row for row in codebook_of([FORM])}
    sex = book["person", "sex"]
    assert (sex.number, sex.role, sex.codes_vi, sex.codes_en) == (
        "C03",
        "person.sex",
        "1=Nam; 2=Nữ",
        "1=Male; 2=Female",
    )
    assert book["person", "birth_year"].missing == "9998"
    assert book["household", "assets_tv"].label_en == "Things owned: Television"
    assert book["household", "assets_tv"].codes_vi == "0=Không; 1=Có"
    assert book["person", "person_no"].role == "key"


def test_the_codebook_tells_what_a_key_is() -> None:
    keys = ("interview_id", "unit", "province")
    book = {(row.table, row.variable): row for row in codebook_of([FORM], keys)}
    assert book["person", "province"].label_en == "Area code, level province"
    assert book["person", "person_no"].label_en == "Number in order"


def test_the_codebook_marks_what_identifies_somebody() -> None:
    marked = {row.variable for row in codebook_of([FORM]) if row.identifying == "1"}
    assert {"unit", "unit_code", "head_name", "phone", "full_name"} <= marked
    assert marked.isdisjoint({"sex", "birth_year", "floor_area", "interview_id", "person_no"})


def test_the_codebook_tells_which_versions_ask_a_question(newer_form: FormDescription) -> None:
    book = {(row.table, row.variable): row.forms for row in codebook_of([FORM, newer_form])}
    both = f"household_test {FORM.version}; household_test {newer_form.version}"
    assert book["person", "sex"] == both
    assert book["person", "religion"] == f"household_test {newer_form.version}"
