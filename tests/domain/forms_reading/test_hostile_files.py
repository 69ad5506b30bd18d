"""Whatever is sent as a form is read or refused with a sentence, in bounded time and memory."""

import io
import resource
import time
import zipfile
from collections.abc import Callable
from functools import partial

import openpyxl
import pytest
from hypothesis import given, settings as runs, strategies as st

from survey_server.domain.forms import FormInvalid, compile_file
from survey_server.domain.forms.workbooks import archive
from tests.domain.forms_reading import hostile
from tests.domain.forms_reading.hostile import HONEST, SHEET
from tests.domain.forms_reading.written import SETTINGS, markdown, one_csv, saved, spreadsheet

SURVEY_CSV = one_csv(HONEST)
XLSX = spreadsheet(HONEST)


def refused(name: str, content: bytes) -> FormInvalid:
    with pytest.raises(FormInvalid) as caught:
        compile_file(name, content)
    for problem in caught.value.problems:
        assert problem.messages["vi"]
        assert problem.messages["en"]
    return caught.value


def code_of(name: str, content: bytes) -> str:
    return refused(name, content).problems[0].code


def test_the_honest_workbook_is_read() -> None:
    assert compile_file("form.xlsx", spreadsheet(HONEST)).form_id == "small"


def test_a_bomb_of_a_gigabyte_is_refused_at_once_and_takes_no_memory() -> None:
    content = hostile.bomb()
    assert len(content) < 10_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    assert code_of("form.xlsx", content) == "workbook_too_large"
    assert time.process_time() - began < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_bomb_whose_directory_lies_is_not_believed() -> None:
    content = hostile.lying_bomb()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert code_of("form.xlsx", content) in ("workbook_damaged", "workbook_too_large")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_part_that_inflates_too_well_is_refused() -> None:
    content = hostile.bomb(40 * 1024 * 1024)
    assert code_of("form.xlsx", content) == "workbook_too_large"


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (hostile.many_entries, "workbook_too_large"),
        (partial(hostile.many_strings, 450_000), "workbook_too_large"),
        (partial(hostile.many_styles, 120_000), "workbook_too_large"),
        (partial(hostile.rows, 500_000, b"<c/>"), "workbook_too_large"),
        (partial(hostile.rows, 1_000_000, b""), "workbook_too_large"),
        (partial(hostile.rows, 10_001, b"<c><v>1</v></c>"), "too_many_rows"),
    ],
)
def test_a_workbook_of_too_much_is_refused_by_what_is_too_much(
    made: Callable[[], bytes], code: str
) -> None:
    assert code_of("form.xlsx", made()) == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (hostile.macros(), "macros"),
        (hostile.macro_content_type(), "macros"),
        (hostile.encrypted(), "workbook_encrypted"),
        (hostile.with_part(SHEET, lambda data: data[:-40]), "workbook_damaged"),
        (hostile.with_part(SHEET, lambda _: b""), "workbook_damaged"),
        (hostile.with_part(SHEET, lambda data: data.decode().encode("utf-16")), "workbook_damaged"),
        (hostile.with_part("xl/workbook.xml", lambda _: b"<html/>"), "no_survey"),
        (hostile.with_part("xl/_rels/workbook.xml.rels", lambda _: b"<x/>"), "workbook_damaged"),
        (hostile.with_strings(b"", b'<row><c t="s"><v>99</v></c></row>'), "workbook_damaged"),
        (hostile.packed(hostile.parts_of(XLSX), zipfile.ZIP_BZIP2), "workbook_damaged"),
        (hostile.packed({"hello.txt": b"hello"}), "not_a_workbook"),
        (b"PK\x03\x04 and nothing more", "workbook_damaged"),
        (spreadsheet(HONEST)[:2000], "workbook_damaged"),
        (spreadsheet(HONEST)[2000:], "not_a_workbook"),
        (b"", "not_a_workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512, "old_excel"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "not_a_workbook"),
        (b"<html><body><table></table></body></html>", "not_a_workbook"),
        (b"%PDF-1.7", "not_a_workbook"),
        (SURVEY_CSV, "not_a_workbook"),
        (spreadsheet({"Sheet1": [], "Sheet2": []}), "no_survey"),
        (spreadsheet({"survey": [], "settings": SETTINGS}), "no_header"),
        (spreadsheet({**HONEST, "SURVEY ": [("type",)]}), "sheet_twice"),
        (spreadsheet({**HONEST, "survey": [("type", "name", "type")]}), "column_twice"),
        (spreadsheet({**HONEST, "settings": [("form_title",), ("x",)]}), "form_id_missing"),
    ],
)  # fmt: skip
def test_a_hostile_workbook_is_refused_by_what_it_is(content: bytes, code: str) -> None:
    assert code_of("form.xlsx", content) == code


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_a_document_type_in_any_part_is_refused(part: str) -> None:
    assert code_of("form.xlsx", hostile.with_entities(part)) == "document_type"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("form.xls", "old_excel"),
        ("form.xlsm", "macros"),
        ("form.ods", "file_type"),
        ("form", "file_type"),
        ("form.pdf", "file_type"),
    ],
)
def test_other_kinds_of_files_are_refused_with_what_to_do(name: str, code: str) -> None:
    problem = refused(name, spreadsheet(HONEST)).problems[0]
    assert problem.code == code
    assert ".xlsx" in problem.messages["vi"]


def test_an_honest_far_cell_costs_nothing() -> None:
    began = time.process_time()
    assert compile_file("form.xlsx", hostile.far_cell()).form_id == "small"
    assert time.process_time() - began < 1


def test_texts_as_excel_keeps_them_are_read() -> None:
    texts = ["type", "name", "label", "text", "a", "<r><t>Họ </t></r><r><t>tên</t></r>"]
    strings = "".join(f"<si>{t if '<' in t else f'<t>{t}</t>'}</si>" for t in texts)
    cells = [f'<c t="s"><v>{number}</v></c>' for number in range(6)]
    sheet = f"<row>{''.join(cells[:3])}</row><row>{''.join(cells[3:])}</row>"
    form = compile_file("form.xlsx", hostile.with_strings(strings.encode(), sheet.encode()))
    assert form.description.question("a").labels == {"default": "Họ tên"}


def test_a_formula_without_a_value_is_told_by_its_cell() -> None:
    book = openpyxl.load_workbook(io.BytesIO(spreadsheet(HONEST)))
    book["survey"]["C2"] = '=CONCAT("A", "B")'
    problem = refused("form.xlsx", saved(book)).problems[0]
    assert (problem.code, problem.place) == (
        "formula_without_value",
        "survey, row 2, column label",
    )


def test_a_formula_with_its_value_is_read_as_its_value() -> None:
    sheet = "<row>{}</row><row>{}<c t='str'><f>\"A\"</f><v>Tuổi</v></c></row>".format(
        "".join(f"<c t='inlineStr'><is><t>{t}</t></is></c>" for t in ("type", "name", "label")),
        "".join(f"<c t='inlineStr'><is><t>{t}</t></is></c>" for t in ("text", "a")),
    )
    form = compile_file("form.xlsx", hostile.with_strings(b"", sheet.encode()))
    assert form.description.question("a").labels == {"default": "Tuổi"}


def test_an_error_in_a_cell_is_told() -> None:
    book = openpyxl.load_workbook(io.BytesIO(spreadsheet(HONEST)))
    book["survey"]["C2"] = "#REF!"
    problem = refused("form.xlsx", saved(book)).problems[0]
    assert (problem.code, problem.row, problem.column) == ("cell_error", 2, "label")
    assert "#REF!" in problem.messages["en"]


def test_merged_cells_are_told_where_they_hide_something() -> None:
    book = openpyxl.load_workbook(io.BytesIO(spreadsheet(HONEST)))
    book["survey"].merge_cells("A2:A3")
    problem = refused("form.xlsx", saved(book)).problems[0]
    assert (problem.code, problem.row, problem.column) == ("merged_cells", 2, "type")
    assert "A2:A3" in problem.messages["vi"]


def test_merged_cells_beside_the_form_are_nobodys_business() -> None:
    book = openpyxl.load_workbook(io.BytesIO(spreadsheet(HONEST)))
    book["survey"].merge_cells("H2:J9")
    book["survey"]["H2"] = "remarks"
    assert compile_file("form.xlsx", saved(book)).form_id == "small"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (SURVEY_CSV.decode().encode("utf-16"), "not_utf8"),
        ("survey\n,type,name,label\n,text,a,Đường\n".encode("cp1258", "replace"), "not_utf8"),
        (SURVEY_CSV.replace(b"text", b"te\0xt"), "nul_bytes"),
        (SURVEY_CSV.replace(b"text", b"te\x0bxt"), "control_character"),
        (SURVEY_CSV.replace(b",a,", b',"a,'), "csv_broken"),
        (SURVEY_CSV.replace(b"a,A", b"a,A,more"), "too_many_cells_in_row"),
        (SURVEY_CSV.replace(b"a,A", b"a," + b"A" * 40_000), "cell_too_long"),
        (SURVEY_CSV.replace(b"a,A", b"a," + b"A" * 200_000), "csv_broken"),
        (b"survey\n,type,name\n" + b",text,a\n" * 10_001, "too_many_rows"),
        (b"survey\n," + b"x," * 60 + b"\n", "column_twice"),
        (b"survey\n," + b",".join(b"x%d" % n for n in range(600)) + b"\n", "too_many_columns"),
        (b"", "not_a_table"),
        (b"a,b,c\n1,2,3\n", "no_survey"),
        (b"\xff\xfe\0\0", "not_utf8"),
    ],
)  # fmt: skip
def test_a_hostile_csv_is_refused_by_what_it_is(content: bytes, code: str) -> None:
    assert code_of("form.csv", content) == code


def test_a_markdown_file_without_tables_is_refused() -> None:
    assert code_of("form.md", b"# Survey\n\nHello.\n") == "not_a_table"


def test_all_wrong_cells_of_a_sheet_are_told_together() -> None:
    content = SURVEY_CSV.replace(b",text,a,A", b",text,a\x01,A\r\n,text,b,B,extra")
    assert [problem.row for problem in refused("form.csv", content).problems] == [2, 3]


def test_groups_nested_hundreds_deep_are_refused_with_a_sentence() -> None:
    rows = [("begin group", f"g{n}", "G") for n in range(300)]
    ends = [("end group", None, None)] * 300
    tables = {"survey": [("type", "name", "label"), *rows, *ends], "settings": SETTINGS}
    refused("form.csv", one_csv(tables))


@runs(max_examples=150, deadline=None)
@given(position=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 10_000))
def test_no_damage_to_a_workbook_is_another_exception(position: int, byte: int, cut: int) -> None:
    content = bytearray(spreadsheet(HONEST))
    content[position % len(content)] = byte
    _read_or_refused("form.xlsx", bytes(content[: len(content) - cut % 3 * (cut % 997)]))


@runs(max_examples=150, deadline=None)
@given(position=st.integers(0, 100_000), junk=st.binary(max_size=8))
def test_no_damage_inside_a_part_is_another_exception(position: int, junk: bytes) -> None:
    parts = hostile.parts_of(spreadsheet(HONEST))
    name = sorted(parts)[position % len(parts)]
    at = position % max(len(parts[name]), 1)
    parts[name] = parts[name][:at] + junk + parts[name][at + len(junk) :]
    _read_or_refused("form.xlsx", hostile.packed(parts, zipfile.ZIP_STORED))


@runs(max_examples=150, deadline=None)
@given(position=st.integers(0, 1000), junk=st.binary(max_size=8), markdown_too=st.booleans())
def test_no_damage_to_a_text_is_another_exception(
    position: int, junk: bytes, markdown_too: bool
) -> None:
    name, text = ("form.md", markdown(HONEST)) if markdown_too else ("form.csv", SURVEY_CSV)
    at = position % len(text)
    _read_or_refused(name, text[:at] + junk + text[at + len(junk) :])


def _read_or_refused(name: str, content: bytes) -> None:
    try:
        compile_file(name, content)
    except FormInvalid as fault:
        told = fault.problems
    else:
        return
    assert told


def test_a_media_file_with_a_path_for_a_name_is_refused() -> None:
    with pytest.raises(FormInvalid, match="passwd"):
        compile_file("form.csv", SURVEY_CSV, {"../passwd": b"x"})


def test_bounds_leave_room_for_a_form_of_two_thousand_questions() -> None:
    rows = [("text", f"q{n}", f"Câu hỏi {n}") for n in range(2000)]
    content = spreadsheet({"survey": [("type", "name", "label"), *rows], "settings": SETTINGS})
    assert len(content) < archive.MAX_WORKBOOK_BYTES
    form = compile_file("form.xlsx", content)
    assert len(list(form.description.questions())) > 2000
