"""Files of a frame: what is read, and what is refused with row and column."""

import unicodedata
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from survey_server.domain.frame import (
    AreaOnFile,
    AreaRow,
    AssignmentRow,
    DeviceRow,
    PersonRow,
    Table,
    UnitRow,
    area_mistakes,
    csv_cells,
    csv_header,
    read_areas,
    read_assignments,
    read_devices,
    read_people,
    read_survey,
    read_units,
    table_of,
)
from survey_server.domain.frame.mistakes import SENTENCES

LEVELS = ("country", "province", "ea")
AREAS = "code,level,parent,name"
UNITS = "code,ea,address,head_name,listed_persons"


def mistakes_of(table: Table[Any]) -> list[tuple[int, str, str]]:
    return [(mistake.row, mistake.column, mistake.code) for mistake in table.mistakes]


def areas(*lines: str, header: str = AREAS) -> Table[AreaRow]:
    return read_areas("\n".join((header, *lines)).encode())


def units(*lines: str) -> Table[UnitRow]:
    return read_units("\n".join((UNITS, *lines)).encode())


def tree_mistakes(*rows: AreaRow, **on_file: int) -> list[tuple[int, str, str]]:
    known = {
        code: AreaOnFile(number, level) for number, (code, level) in enumerate(on_file.items())
    }
    found = area_mistakes(table_of(rows), LEVELS, known)
    return [(mistake.row, mistake.column, mistake.code) for mistake in found]


def test_codes_are_text_and_keep_their_zeros() -> None:
    table = areas("01,province,VN,Hà Nội", "001,province,VN,Ba Đình", "00001,province,VN,Phúc Xá")
    assert [row.code for row in table.rows] == ["01", "001", "00001"]
    assert table.mistakes == []


def test_the_file_of_2024_has_every_unit_of_the_country() -> None:
    data = (files("survey_server.frames") / "vietnam_2024_areas.csv").read_bytes()
    table = read_areas(data)
    counted = dict.fromkeys(("country", "region", "province", "district", "commune"), 0)
    for row in table.rows:
        counted[row.level] += 1
    assert list(counted.values()) == [1, 6, 63, 705, 10_599]
    assert table.mistakes == []
    assert table.notices == []
    definition, _ = read_survey((files("survey_server.frames") / "census_2024.json").read_bytes())
    assert definition is not None
    assert area_mistakes(table, definition.levels, {}) == []


def test_a_byte_order_mark_blank_lines_and_columns_in_any_order_are_fine() -> None:
    table = read_areas("\ufeffname,parent,level,code\r\n\r\nHà Nội,VN,province,01\r\n".encode())
    assert table.rows == [AreaRow("01", "province", "VN", "Hà Nội")]
    assert table.numbers == [3]


def test_decomposed_text_is_composed_and_said() -> None:
    decomposed = unicodedata.normalize("NFD", f"{AREAS}\n01,province,VN,Thừa Thiên Huế")
    table = read_areas(decomposed.encode())
    assert table.rows[0].name == unicodedata.normalize("NFC", "Thừa Thiên Huế")
    assert table.notices == ["nfd_normalised"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (f"{AREAS}\n01,province,VN,Đà Nẵng".encode("utf-16"), "utf_16"),
        (unicodedata.normalize("NFD", f"{AREAS}\n1,p,V,Đo").encode("cp1258"), "windows_1258"),
        (b"code\x81\x82,\xff", "not_utf_8"),
        (b"code;level;parent;name\n01;province;VN;Hue", "semicolons"),
        (f'{AREAS}\n"01"x,province,VN,Hue'.encode(), "not_csv"),
        (f'{AREAS}\n"01,province,VN,Hue'.encode(), "not_csv"),
    ],
)
def test_what_is_no_utf_8_csv_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    assert mistakes_of(read_areas(data)) == [(0, "", code)]


def test_a_wrong_header_names_its_columns() -> None:
    table = areas("1,2,3,4", header="code,level,cấp trên,code")
    assert mistakes_of(table) == [
        (1, "parent", "missing_column"),
        (1, "name", "missing_column"),
        (1, "#3", "unknown_column"),
        (1, "code", "repeated_column"),
    ]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("01,province,VN", "", "cell_count"),
        ("01,province,VN,=HYPERLINK(1)", "name", "formula"),
        ("01,province,VN, @SUM(1)", "name", "formula"),
        ("01,province,VN," + "a" * 501, "name", "cell_too_long"),
        ("01,province,VN,a\x00b", "name", "control_character"),
        ('01,province,VN,"a\nb"', "name", "control_character"),
        ("0 1,province,VN,a", "code", "bad_code"),
        ("<b>,province,VN,a", "code", "bad_code"),
        (",province,VN,a", "code", "required"),
        ("01,province,VN,", "name", "required"),
        ("02,province,VN,a", "code", "duplicate"),
    ],
)
def test_a_wrong_cell_is_told_with_row_and_column(line: str, column: str, code: str) -> None:
    table = areas("02,province,VN,Hà Giang", line)
    assert mistakes_of(table) == [(3, column, code)]


def test_validity_ends_after_it_begins() -> None:
    header = f"{AREAS},valid_from,valid_to"
    table = areas("1,ea,V,a,2024-05-01,2024-04-30", "2,ea,V,a,1/4/2024,", header=header)
    assert mistakes_of(table) == [(2, "valid_to", "date_order"), (3, "valid_from", "bad_date")]


@pytest.mark.parametrize("number", ["-1", "4.5", "1000", "²", "٣", "four", "00004"])
def test_a_number_of_persons_is_a_small_whole_number(number: str) -> None:
    [(row, column, _)] = mistakes_of(units(f"u1,e1,,,{number}"))
    assert (row, column) == (2, "listed_persons")


def test_a_unit_may_lack_everything_but_its_code_and_ea() -> None:
    assert units("u1,e1,,,").rows == [UnitRow("u1", "e1", None, None, None, expected=True)]


def test_at_most_a_hundred_mistakes_are_listed() -> None:
    assert len(units(*("u 1,e1,,," for _ in range(300))).mistakes) == 100
    assert len(units(*("u1,e1" for _ in range(300))).mistakes) == 100


def test_the_tree_is_checked_against_file_and_server_together() -> None:
    province = AreaRow("01", "province", "VN", "Hà Nội")
    assert tree_mistakes(province, VN=0) == []
    assert tree_mistakes(AreaRow("VN", "country", None, "Việt Nam"), province) == []
    assert tree_mistakes(province) == [(2, "parent", "unknown_parent")]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (AreaRow("e1", "thôn", "01", "a"), "level", "unknown_level"),
        (AreaRow("02", "ea", "01", "a"), "level", "level_changed"),
        (AreaRow("e1", "ea", None, "a"), "parent", "parent_needed"),
        (AreaRow("XX", "country", "VN", "a"), "parent", "parent_of_top"),
        (AreaRow("e1", "ea", "VN", "a"), "parent", "parent_level"),
        (AreaRow("e1", "ea", "e1", "a"), "parent", "cycle"),
        (AreaRow("03", "province", "VN", "a", form_id="f"), "form_id", "form_above_ea"),
    ],
)
def test_an_area_hangs_from_the_level_just_above(row: AreaRow, column: str, code: str) -> None:
    known = {"VN": AreaOnFile(1, 0), "01": AreaOnFile(2, 1), "02": AreaOnFile(3, 1)}
    [mistake] = area_mistakes(table_of([row]), LEVELS, known)
    assert (mistake.row, mistake.column, mistake.code) == (2, column, code)


def test_areas_in_a_circle_are_noticed() -> None:
    found = tree_mistakes(AreaRow("a", "province", "b", "A"), AreaRow("b", "province", "a", "B"))
    assert found == [(2, "parent", "cycle"), (3, "parent", "cycle")]


def test_a_person_may_have_several_roles_but_one_name() -> None:
    header = "username,name,role,area,password"
    lines = (
        "Mai,Mai,enumerator,e1,",
        "mai,Mai,enumerator,e2,=secret trâu12",
        "mai,May,supervisor,01,",
    )
    table = read_people("\n".join((header, *lines)).encode())
    assert [row.username for row in table.rows] == ["mai", "mai", "mai"]
    assert table.rows[1].password == "=secret trâu12"
    assert "trâu12" not in repr(table.rows[1])
    assert mistakes_of(table) == [(4, "name", "name_differs")]


@pytest.mark.parametrize(
    ("password", "code"),
    [("elevenchars", "short_password"), ("nguyen thi mai 1990", "weak_password")],
)
def test_a_weak_password_is_refused_in_its_cell(password: str, code: str) -> None:
    header = "username,name,role,area,password"
    table = read_people(f"{header}\nmai,Nguyễn Thị Mai,enumerator,e1,{password}".encode())
    assert mistakes_of(table) == [(2, "password", code)]
    assert password not in str(table.mistakes[0].as_json())


def test_a_mistake_never_repeats_what_the_cell_said() -> None:
    table = read_people(b"username,name,role,area,password\nmai,Mai,queen,e1,pw")
    told = [str(mistake.as_json()) for mistake in table.mistakes]
    assert len(told) == 1
    assert "queen" not in told[0]


def test_every_mistake_has_a_sentence_in_both_languages() -> None:
    for message_vi, message_en in SENTENCES.values():
        assert message_vi.endswith(".")
        assert message_en.endswith(".")
        assert unicodedata.is_normalized("NFC", message_vi)


def test_rows_survive_being_written_and_read() -> None:
    def written(row: object) -> bytes:
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in csv_cells(row))
        return "\n".join((",".join(csv_header(type(row))), ",".join(quoted))).encode()

    area = AreaRow("e1", "ea", "00001", 'Xã "Đất Mũi"', None, date(2024, 4, 1), None, "short")
    unit = UnitRow("u1", "e1", "Số 1, ngõ 2", "Y Djoang Niê", 4, expected=False)
    person = PersonRow("mai", "Mai", "enumerator", "e1", "mật khẩu dài")
    assignment = AssignmentRow("mai", "e1", "u1", date(2024, 4, 20))
    assert read_areas(written(area)).rows == [area]
    assert read_units(written(unit)).rows == [unit]
    assert read_people(written(person)).rows == [person]
    assert read_assignments(written(assignment)).rows == [assignment]
    assert read_devices(written(DeviceRow("T1", "mai"))).rows == [DeviceRow("T1", "mai")]


@pytest.mark.parametrize(
    ("old", "new", "column", "code"),
    [
        ('"code"', '"cod"', "code", "bad_definition"),
        ('"census_2024"', '"Điều tra"', "code", "bad_definition"),
        ("Asia/Ho_Chi_Minh", "Asia/Sai_Gon", "timezone", "bad_time_zone"),
        ("Asia/Ho_Chi_Minh", "../etc/passwd", "timezone", "bad_time_zone"),
        ('"match_level": "district"', '"match_level": "thôn"', "match_level", "bad_definition"),
        ('"2024-04-30"', '"2024-03-30"', "ends_on", "bad_definition"),
        ('"2024-04-30"', '"30/4"', "ends_on", "bad_definition"),
        ('"training"', '"trainning"', "", "bad_definition"),
        ("{", "", "", "bad_definition"),
    ],
)
def test_a_wrong_definition_names_its_entry(old: str, new: str, column: str, code: str) -> None:
    text = (files("survey_server.frames") / "census_2024.json").read_text("utf-8")
    definition, mistakes = read_survey(text.replace(old, new, 1).encode())
    assert definition is None
    assert [(mistake.column, mistake.code) for mistake in mistakes] == [(column, code)]
