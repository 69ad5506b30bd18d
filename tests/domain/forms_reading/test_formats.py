"""The same form is the same version, whatever kind of file it is written in."""

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings as runs, strategies as st
from pyxform.xls2xform import convert

from survey_server.domain.forms import CompiledForm, FormInvalid, compile_file, compile_folder
from survey_server.domain.forms.sheets import SHEETS, read_file, read_folder
from tests.domain.forms_at_hand import CENSUS_FORMS, FORM_FOLDER
from tests.domain.forms_reading.written import (
    SETTINGS,
    Table,
    markdown,
    one_csv,
    saved,
    spreadsheet,
)

SURVEY: Table = (
    ("type", "name", "label::Tiếng Việt (vi)", "label::English (en)", "relevance", "constraint"),
    ("text", "head", "Họ tên chủ hộ", "Head's name", None, None),
    (None, None, None, None, None, None),
    ("integer", "age", "Tuổi", "Age", "${head} != ''", ". < 120 | . = 999"),
)
SMALL = {"survey": SURVEY, "settings": SETTINGS}
CHECKS: Table = (
    ("ID", "Severity", "Question", "condition", "message::Tiếng Việt (vi)"),
    ("C1", "error", "age", "${age} > 100", "Quá già"),
)


def tables_of(folder: Path) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for name in (*SHEETS, "checks"):
        if (folder / f"{name}.csv").is_file():
            text = (folder / f"{name}.csv").read_text(encoding="utf-8-sig")
            found[name] = list(csv.reader(io.StringIO(text, newline="")))
    return found


def in_every_kind(
    tables: Mapping[str, Table], media: Mapping[str, bytes] | None = None
) -> list[CompiledForm]:
    return [
        compile_file("form.xlsx", spreadsheet(tables), media or {}),
        compile_file("form.csv", one_csv(tables), media or {}),
        compile_file("form.md", markdown(tables), media or {}),
    ]


@pytest.mark.parametrize(
    "folder",
    [FORM_FOLDER, CENSUS_FORMS / "census_2024_short", CENSUS_FORMS / "census_2024_long"],
    ids=lambda folder: folder.name,
)
def test_a_form_in_a_folder_compiles_to_the_same_bytes_from_every_kind_of_file(
    folder: Path,
) -> None:
    expected = compile_folder(folder)
    for form in in_every_kind(tables_of(folder), read_folder(folder).media):
        assert form.version == expected.version
        assert form.xform == expected.xform
        assert form.description.checks == expected.description.checks


EVERYTHING: dict[str, Table] = {
    "survey": [
        ("Type", "Name", "Label::Tiếng Việt (vi)", "label::English (en)", "Relevance", "Required",
         "Choice Filter", "Repeat Count", "Calculation", "image::English (en)", "save_to",
         "bind::jr:preload", "Read Only"),
        ("start", "began", "", "", "", "", "", "", "", "", "", "", ""),
        ("select one from province", "p", "Tỉnh", "Province", "", "yes", "", "", "", "", "", "",
         ""),
        ("select_one district", "d", "Huyện", "District", "${p} != ''", True, "province=${p}", "",
         "", "map.png", "", "", ""),
        ("begin_repeat", "member", "Người", "Person", "", "", "", 3, "", "", "", "", ""),
        ("text", "name", "Tên “đầy đủ”", "Full   name", "", "", "", "", "", "", "full_name", "",
         ""),
        ("end repeat", "", "", "", "", "", "", "", "", "", "", "", ""),
        ("calculate", "n", "", "", "", "", "", "", "count(${member})", "", "", "", ""),
        ("osm building", "o", "Nhà", "House", "", "", "", "", "", "", "", "", ""),
    ],
    "choices": [
        ("list name", "value", "label::Tiếng Việt (vi)", "label::English (en)", "province"),
        ("province", "01", "Hà Nội", "Ha Noi", ""),
        ("district", 1, "Ba Đình", "Ba Dinh", "01"),
    ],
    "osm": [("list_name", "name", "label"), ("building", "levels", "Tầng")],
    "entities": [("list_name", "label"), ("people", "${name}")],
    "settings": [
        ("Form ID", "Form Title", "Version", "Default Language"),
        ("whole", "Tất cả", "7", "Tiếng Việt (vi)"),
    ],
}  # fmt: skip


def test_what_comes_out_is_what_pyxform_makes_of_the_file_itself() -> None:
    for name, content in (
        ("form.xlsx", spreadsheet(EVERYTHING)),
        ("form.csv", one_csv(EVERYTHING).replace(b"True", b"TRUE")),
        ("form.md", markdown(EVERYTHING).replace(b"True", b"TRUE")),
    ):
        made = convert(content, form_name="data", file_type=Path(name).suffix)
        form = compile_file(name, content, {"map.png": b""})
        assert form.xform.decode() == made.xform, name
        assert form.version == "7"


def test_a_blank_row_keeps_the_numbers_of_the_rows_below_in_every_kind() -> None:
    files = {
        "form.xlsx": spreadsheet(SMALL),
        "form.csv": one_csv(SMALL),
        "form.md": markdown(SMALL),
    }
    for name, content in files.items():
        rows = read_file(name, content).sheets["survey"]
        assert [row.get("name") for row in rows] == ["head", None, "age"], name
        assert [getattr(row, "number", None) for row in rows] == [2, 3, 4], name


def test_a_mistake_is_named_by_sheet_and_row_in_every_kind() -> None:
    wrong = {**SMALL, "survey": [*SURVEY, ("integr", "size", "Cỡ", "Size", None, None)]}
    for name, content in (
        ("form.xlsx", spreadsheet(wrong)),
        ("form.csv", one_csv(wrong)),
        ("form.md", markdown(wrong)),
    ):
        with pytest.raises(FormInvalid, match="integr") as refused:
            compile_file(name, content)
        assert (refused.value.problems[0].sheet, refused.value.problems[0].row) == ("survey", 5)


def test_blank_rows_and_notes_make_no_other_version() -> None:
    notes = {**SMALL, "Ghi chú": [("whatever",), ("is", "here")]}
    spaced = {**notes, "settings": [*SETTINGS, ("", "")]}
    versions = {form.version for tables in (SMALL, spaced) for form in in_every_kind(tables)}
    assert len(versions) == 1


def test_names_of_sheets_and_columns_are_matched_as_loosely_as_pyxform_does() -> None:
    loose = {
        " Survey ": [("Type", "NAME", "Label::Tiếng Việt (vi)", "Relevance"), *_short(SURVEY)],
        "SETTINGS": [("Form ID", "Form Title", "Version"), ("small", "Nhỏ", 20240401)],
    }
    for form in in_every_kind(loose):
        assert (form.form_id, form.title, form.version) == ("small", "Nhỏ", "20240401")
        assert form.description.question("age").relevant == "/data/head  != ''"


def _short(table: Table) -> list[tuple[object, ...]]:
    return [(row[0], row[1], row[2], row[4]) for row in table[1:]]


def test_numbers_truth_and_dates_in_cells_are_what_they_would_be_as_text() -> None:
    typed = ("integer", "a", 1.0, 2.5, True, date(2024, 4, 1), datetime(2024, 4, 1, 6, 30), time(7))  # noqa: DTZ001
    told = ("integer", "a", "1", "2.5", "TRUE", "2024-04-01", "2024-04-01T06:30:00", "07:00:00")
    header = ("type", "name", "label", "one", "two", "three", "four", "five")
    tables = {"survey": [header, typed], "settings": SETTINGS}
    (row,) = read_file("form.xlsx", spreadsheet(tables)).sheets["survey"]
    assert tuple(row[column] for column in header) == told


def test_text_is_composed_and_stray_spaces_go() -> None:
    tidy = {"survey": [("type", "name", "label"), ("text", "a", "Họ tên")], "settings": SETTINGS}
    stray = {
        "survey": [(" type", "name ", "label"), ("text ", "\u00a0a", "Họ\u00a0te\u0302n ")],
        "settings": SETTINGS,
    }
    xforms = {form.xform for tables in (tidy, stray) for form in in_every_kind(tables)}
    assert len(xforms) == 1


def test_a_csv_with_semicolons_is_read_too() -> None:
    text = one_csv(
        {"survey": [("type", "name", "label"), ("text", "a", "A")], "settings": SETTINGS}
    )
    form = compile_file("form.csv", text.replace(b",", b";"))
    assert form.xform == compile_file("form.csv", text).xform


def test_a_column_that_is_filled_first_in_row_200_is_known() -> None:
    rows = [("text", f"q{number}", "Hỏi", "") for number in range(200)]
    tables = {
        "survey": [("type", "name", "label", "hint"), *rows, ("text", "z", "Z", "Gợi ý")],
        "settings": SETTINGS,
    }
    for form in in_every_kind(tables):
        assert form.description.question("z").hints == {"default": "Gợi ý"}


def test_the_sheet_of_checks_comes_along_and_changes_the_version() -> None:
    plain = compile_file("form.xlsx", spreadsheet(SMALL))
    for form in in_every_kind({**SMALL, "checks": CHECKS}):
        assert [check.condition for check in form.description.checks] == ["/data/age > 100"]
        assert form.version != plain.version


def test_a_sheet_of_checks_may_come_as_a_file_of_its_own() -> None:
    inside = compile_file("form.xlsx", spreadsheet({**SMALL, "checks": CHECKS}))
    file = io.StringIO(newline="")
    csv.writer(file).writerows(CHECKS)
    beside = compile_file("form.xlsx", spreadsheet(SMALL), checks=file.getvalue().encode())
    assert beside.version == inside.version
    assert beside.description.checks == inside.description.checks


def test_the_only_sheet_of_a_workbook_is_its_survey() -> None:
    book = read_file("form.xlsx", spreadsheet({"Sheet1": SURVEY}))
    assert list(book.sheets) == ["survey"]


def test_notes_beside_and_formatting_below_a_sheet_are_no_part_of_it() -> None:
    book = openpyxl.load_workbook(io.BytesIO(spreadsheet(SMALL)))
    book["survey"]["AZ2"] = "a note far to the right"
    book["survey"]["F900"].font = openpyxl.styles.Font(bold=True)
    assert compile_file("form.xlsx", saved(book)).xform == in_every_kind(SMALL)[0].xform


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20)


@runs(max_examples=40, deadline=None)
@given(labels=st.lists(WORDS, min_size=1, max_size=5))
def test_any_words_come_out_the_same_from_every_kind(labels: list[str]) -> None:
    told = [word.replace("\\", "").replace("#", "") or "-" for word in labels]
    rows = [("text", f"q{number}", f"x {word}") for number, word in enumerate(told)]
    tables = {"survey": [("type", "name", "label"), *rows], "settings": SETTINGS}
    books = [
        read_file("form.xlsx", spreadsheet(tables)),
        read_file("form.csv", one_csv(tables)),
        read_file("form.md", markdown(tables)),
    ]
    assert books[0].sheets == books[1].sheets == books[2].sheets
