"""What a new version of a form changes for the data: a truth table over small forms."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from pyxform.xls2xform import convert

from survey_server.domain.forms import FormDescription, compile_folder, description_of
from survey_server.domain.forms.comparing import WEIGHTS, Difference, differences, summary_of
from survey_server.domain.forms.parts import Check
from tests.domain.forms_at_hand import CENSUS_FORMS, household_form
from tests.domain.random_forms import forms

FORM = household_form().description

SETTINGS = """
| settings | | | |
|          | form_id | default_language | namespaces |
|          | small   | Tiếng Việt (vi)  | survey="urn:survey-server:form" |
"""
CHOICES = """
| choices | | | | |
|         | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
"""
COLUMNS = {
    "type": "type",
    "name": "name",
    "vi": "label::Tiếng Việt (vi)",
    "en": "label::English (en)",
    "required": "required",
    "relevant": "relevant",
    "constraint": "constraint",
    "calculation": "calculation",
    "choice_filter": "choice_filter",
    "repeat_count": "repeat_count",
    "number": "bind::survey:number",
    "role": "bind::survey:role",
    "missing": "bind::survey:missing",
    "table": "bind::survey:table",
    "hint": "hint::English (en)",
}
SURVEY = f"""
| survey |
| | {" | ".join(COLUMNS.values())} |
"""
SEX = ("sex 1 Nam Male", "sex 2 Nữ Female", "sex 3 Khác Other")


def row(kind: str, name: str = "", vi: str = "", **said: str) -> str:
    cells = {"type": kind, "name": name, "vi": vi, "en": vi and f"{vi} (en)", **said}
    return "|        | " + " | ".join(cells.get(column, "") for column in COLUMNS) + " |\n"


def form(*rows: str, choices: tuple[str, ...] = SEX) -> FormDescription:
    lists = "".join(f"| | {' | '.join(choice.split())} |\n" for choice in choices)
    xform = convert(
        SURVEY + "".join(rows) + CHOICES + lists + SETTINGS, form_name="data", validate=False
    ).xform
    return description_of(str(xform).encode())


def told(a: FormDescription, b: FormDescription) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.kind, one.path, one.old, one.new) for one in differences(a, b)]


AGE = row("integer", "age", "Tuổi", number="C05", role="person.age", missing="98")
NAME = row("text", "full_name", "Họ tên", number="C01")
ASKED_SEX = row("select_one sex", "sex", "Giới tính", number="C03")
BEGIN, END = row("begin_group", "person", "Người"), row("end_group")
REPEAT, END_REPEAT = row("begin_repeat", "person", "Người"), row("end_repeat")


def test_a_question_that_comes_adds_and_one_that_goes_breaks() -> None:
    less, more = form(NAME), form(NAME, AGE)
    assert told(less, more) == [("question_added", "age", None, "age")]
    assert told(more, less) == [("question_removed", "age", "age", None)]
    assert [one.weight for one in differences(less, more)] == ["adds"]
    assert [one.weight for one in differences(more, less)] == ["breaks"]


def test_a_note_that_comes_or_goes_is_words() -> None:
    less, more = form(NAME), form(NAME, row("note", "thanks", "Cảm ơn"))
    assert [(d.kind, d.weight) for d in differences(less, more)] == [("note_added", "words")]
    assert [(d.kind, d.weight) for d in differences(more, less)] == [("note_removed", "words")]


def test_a_question_that_moves_into_a_group_is_known_again() -> None:
    old, new = form(NAME, AGE, ASKED_SEX), form(NAME, BEGIN, AGE, END, ASKED_SEX)
    assert told(old, new) == [
        ("question_moved", "person/age", "age", "person/age"),
        ("group_added", "person", None, "person"),
    ]


def test_a_group_that_moves_brings_its_questions_along() -> None:
    old = form(BEGIN, NAME, AGE, END)
    new = form(row("begin_group", "household", "Hộ"), BEGIN, NAME, AGE, END, END)
    assert told(old, new) == [
        ("group_moved", "household/person", "person", "household/person"),
        ("group_added", "household", None, "household"),
    ]
    renamed = form(row("begin_group", "people", "Dân số"), NAME, AGE, END)
    assert ("group_renamed", "people", "person", "people") in told(old, renamed)
    assert not any("question" in kind for kind, *_ in told(old, renamed))


def test_a_renamed_question_is_known_again_only_by_number_and_wording() -> None:
    old = form(NAME, AGE)
    sure = form(NAME, row("integer", "years", "Tuổi", number="C05", missing="98"))
    assert ("question_renamed", "years", "age", "years") in told(old, sure)
    unsure = form(NAME, row("integer", "years", "Số năm", number="C05"))
    kinds = [kind for kind, *_ in told(old, unsure)]
    assert kinds == ["question_removed", "question_added"]


def test_a_name_that_two_questions_have_is_no_certain_move() -> None:
    other = row("text", "other", "Khác")
    old = form(other, row("begin_group", "a", "A"), other, NAME, row("end_group"))
    new = form(row("begin_group", "b", "B"), other, row("end_group"),
               row("begin_group", "c", "C"), other, row("end_group"), NAME)  # fmt: skip
    kinds = Counter(kind for kind, *_ in told(old, new))
    assert (kinds["question_removed"], kinds["question_added"]) == (2, 2)
    assert kinds["question_moved"] == 1


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("integer", "decimal", "type_widened"),
        ("decimal", "integer", "type_changed"),
        ("integer", "text", "type_widened"),
        ("text", "integer", "type_changed"),
        ("date", "text", "type_widened"),
        ("date", "dateTime", "type_changed"),
        ("text", "barcode", "type_widened"),
        ("select_one sex", "select_multiple sex", "type_widened"),
        ("select_multiple sex", "select_one sex", "type_changed"),
        ("select_one sex", "integer", "type_widened"),
        ("select_one word", "integer", "type_changed"),
        ("select_one sex", "text", "type_widened"),
        ("select_multiple sex", "text", "type_changed"),
        ("text", "select_one sex", "type_changed"),
        ("geotrace", "geoshape", "type_widened"),
    ],
)
def test_old_answers_stay_readable_or_not(old: str, new: str, kind: str) -> None:
    choices = (*SEX, "word a Một One", "word b Hai Two")
    before = form(row(old, "q", "Hỏi"), choices=choices)
    after = form(row(new, "q", "Hỏi"), choices=choices)
    found = [one for one in differences(before, after) if one.kind.startswith("type")]
    assert [one.kind for one in found] == [kind]
    assert found[0].weight == ("adds" if kind == "type_widened" else "breaks")


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (SEX[:2], [("codes_removed", "sex", "3", None, "breaks")]),
        ((*SEX, "sex 4 Khác4 Other4"), [("codes_added", "sex", None, "4", "adds")]),
        ((*SEX[:2], "sex 9 Khác Other"), [
            ("codes_removed", "sex", "3", None, "breaks"),
            ("codes_added", "sex", None, "9", "adds"),
        ]),
        (("sex 1 Trai Boy", *SEX[1:]), [
            ("codes_relabelled", "sex", "1 Nam", "1 Trai", "words"),
        ]),
        (("sex 1 Nữ Female", "sex 2 Nam Male", SEX[2]), [
            ("codes_reused", "sex", "1 Nam; 2 Nữ", "1 Nữ; 2 Nam", "breaks"),
        ]),
        (tuple(reversed(SEX)), []),
    ],
)  # fmt: skip
def test_codes_that_change(choices: tuple[str, ...], expected: list[tuple[str, ...]]) -> None:
    found = differences(form(ASKED_SEX), form(ASKED_SEX, choices=choices))
    assert [(d.kind, d.path, d.old, d.new, d.weight) for d in found] == expected


def test_a_list_that_two_questions_ask_is_relabelled_once_but_loses_codes_for_both() -> None:
    rows = (ASKED_SEX, row("select_one sex", "sex_of_head", "Giới tính chủ hộ"))
    changed = ("sex 1 Trai Boy", SEX[1])
    found = Counter(kind for kind, *_ in told(form(*rows), form(*rows, choices=changed)))
    assert found == {"codes_relabelled": 1, "codes_removed": 2}


def test_of_thousands_of_codes_the_first_are_told() -> None:
    many = tuple(f"sex {code} A{code} B{code}" for code in range(100, 200))
    found = differences(form(ASKED_SEX), form(ASKED_SEX, choices=(*SEX, *many)))
    assert found[0].new is not None
    assert found[0].new.endswith("119, … (+80)")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"required": "yes"}, ("required_changed", None, "true()", "changes rules")),
        ({"required": "${full_name} != ''"},
         ("required_changed", None, "/data/full_name  != ''", "changes rules")),
        ({"relevant": "1 = 1"}, ("relevant_changed", None, "1 = 1", "changes rules")),
        ({"constraint": ". < 120"}, ("constraint_changed", None, ". < 120", "changes rules")),
        ({"calculation": "1 + 1"}, ("calculate_changed", None, "1 + 1", "changes rules")),
        ({"role": "person.line"}, ("role_changed", "person.age", "person.line", "breaks")),
        ({"role": ""}, ("role_changed", "person.age", None, "breaks")),
        ({"missing": ""}, ("missing_codes_removed", "98", None, "breaks")),
        ({"missing": "98 99"}, ("missing_codes_added", None, "99", "adds")),
        ({"number": "C06"}, ("number_changed", "C05", "C06", "words")),
        ({"hint": "Years"}, ("hint_changed", None, "Years", "words")),
        ({"en": "Age"}, ("label_changed", "Tuổi (en)", "Age", "words")),
    ],
)  # fmt: skip
def test_what_is_said_of_a_question_changes(
    change: dict[str, str], expected: tuple[str | None, ...]
) -> None:
    said = {"number": "C05", "role": "person.age", "missing": "98", **change}
    found = differences(form(NAME, AGE), form(NAME, row("integer", "age", "Tuổi", **said)))
    assert expected in [(d.kind, d.old, d.new, d.weight) for d in found]
    assert {(d.kind, d.path) for d in found} == {(expected[0], "age")}


def test_groups_repeats_and_filters_have_rules_and_tables_too() -> None:
    old = form(NAME, REPEAT, AGE, ASKED_SEX, END_REPEAT)
    assert told(old, form(NAME, BEGIN, AGE, ASKED_SEX, END)) == [
        ("kind_changed", "person", "repeat", "group")
    ]
    # The compiler keeps the count in a question of its own.
    counted = row("begin_repeat", "person", "Người", repeat_count="3", relevant="1 = 1",
                  table="person", role="person")  # fmt: skip
    filtered = row("select_one sex", "sex", "Giới tính", number="C03", choice_filter="name != '9'")
    new = form(NAME, counted, AGE, filtered, END_REPEAT)
    assert [kind for kind, *_ in told(old, new)] == [
        "table_changed",
        "question_added",
        "role_changed",
        "relevant_changed",
        "repeat_count_changed",
        "choice_filter_changed",
    ]


CHECK = Check(
    id="PEO06",
    severity="warning",
    scope=("person",),
    condition="/data/person/age > 100",
    question=("person", "age"),
    messages={"vi": "Quá 100 tuổi", "en": "Older than 100"},
)


@pytest.mark.parametrize(
    ("change", "kind", "about", "weight"),
    [
        ({"severity": "error"}, "check_changed", "severity", "changes rules"),
        ({"condition": "false()"}, "check_changed", "condition", "changes rules"),
        ({"scope": ()}, "check_changed", "scope", "changes rules"),
        ({"question": ("head_name",)}, "check_changed", "question", "changes rules"),
        ({"since": date(2024, 4, 1)}, "check_changed", "since", "changes rules"),
        ({"until": date(2024, 4, 1)}, "check_changed", "until", "changes rules"),
        ({"messages": {"vi": "Quá 100 tuổi", "en": "Over 100"}},
         "check_message_changed", "en", "words"),
    ],
)  # fmt: skip
def test_a_check_that_changes(
    change: dict[str, object], kind: str, about: str, weight: str
) -> None:
    changed = replace(CHECK, **change)  # type: ignore[arg-type]
    found = differences(replace(FORM, checks=(CHECK,)), replace(FORM, checks=(changed,)))
    assert [(d.kind, d.path, d.about, d.weight) for d in found] == [(kind, "PEO06", about, weight)]


def test_checks_come_and_go() -> None:
    without, with_one = replace(FORM, checks=()), replace(FORM, checks=(CHECK,))
    assert told(without, with_one) == [("check_added", "PEO06", None, CHECK.condition)]
    assert told(with_one, without) == [("check_removed", "PEO06", CHECK.condition, None)]


def test_languages_and_the_clock_belong_to_the_form() -> None:
    new = replace(FORM, languages=("vi", "hmn"), time_zone="Asia/Tokyo", title="Khác")
    assert told(FORM, new) == [
        ("time_zone_changed", "", "Asia/Ho_Chi_Minh", "Asia/Tokyo"),
        ("language_added", "", None, "hmn"),
        ("language_removed", "", "en", None),
        ("title_changed", "", FORM.title, "Khác"),
    ]


def edited(folder: Path, edit: Callable[[str], str], sheet: str = "survey.csv") -> FormDescription:
    file = folder / sheet
    text = file.read_text()
    assert edit(text) != text
    file.write_text(edit(text))
    return compile_folder(folder).description


def test_the_long_form_against_an_edited_copy(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CENSUS_FORMS / "census_2024_long", tmp_path / "long"))
    old = compile_folder(folder).description
    assert differences(old, compile_folder(folder).description) == ()
    new = edited(folder, lambda text: text.replace("C4N,person.birth_year", "C4N,person.alias"))
    assert told(old, new) == [
        ("role_changed", "person/birth_year", "person.birth_year", "person.alias")
    ]
    newer = edited(folder, without_phone)
    assert told(new, newer) == [("question_removed", "identification/phone", "phone", None)]
    lacking = edited(
        folder, lambda text: text.replace("area_type,2,", "area_type,3,"), "choices.csv"
    )
    assert told(newer, lacking) == [
        ("codes_removed", "identification/area_type", "2", None),
        ("codes_added", "identification/area_type", None, "3"),
    ]


def without_phone(text: str) -> str:
    return "".join(row for row in text.splitlines(keepends=True) if "text,phone," not in row)


def test_what_breaks_comes_first_and_each_weight_is_in_the_order_of_the_form() -> None:
    old = form(NAME, AGE, ASKED_SEX)
    new = form(
        row("text", "full_name", "Tên", number="C01", required="yes"),
        row("text", "phone", "Điện thoại"),
        row("select_one sex", "sex", "Giới", number="C03"),
        choices=SEX[:2],
    )
    assert [(d.weight, d.kind) for d in differences(old, new)] == [
        ("breaks", "question_removed"),
        ("breaks", "codes_removed"),
        ("adds", "question_added"),
        ("changes rules", "required_changed"),
        ("words", "label_changed"),
        ("words", "label_changed"),
        ("words", "label_changed"),
        ("words", "label_changed"),
    ]
    assert summary_of(differences(old, new), "en") == (
        "Differences: 8, of which 2 break old data, 1 add, 1 change rules, 4 change words."
    )
    assert summary_of((), "vi") == "Hai phiên bản không khác nhau."


@pytest.mark.parametrize(
    ("difference", "vi", "en"),
    [
        (Difference("codes_removed", "person/sex", "3", None, "breaks"),
         "Câu hỏi person/sex bỏ mã: 3; số liệu cũ có thể có các mã này.",
         "The question person/sex loses codes: 3; old answers may have them."),
        (Difference("relevant_changed", "age", None, "1 = 1", "changes rules"),
         "age: thêm điều kiện hỏi: “1 = 1”.",
         "age: the condition for asking is now there: “1 = 1”."),
        (Difference("check_changed", "A1", "warning", "error", "changes rules", "severity"),
         "A1: quy tắc kiểm tra (mức độ) đổi từ “warning” thành “error”.",
         "A1: the check (severity) changes from “warning” to “error”."),
        (Difference("title_changed", "", "A", "B", "words"),
         "Tên phiếu đổi từ “A” thành “B”.", "The title changes from “A” to “B”."),
    ],
)  # fmt: skip
def test_a_difference_is_a_sentence(difference: Difference, vi: str, en: str) -> None:
    assert (difference.sentence("vi"), difference.sentence("en")) == (vi, en)


OPPOSITES = {
    f"{what}_added": f"{what}_removed"
    for what in ("question", "note", "group", "codes", "missing_codes", "language", "check")
}


@settings(max_examples=150)
@given(a=forms(), b=forms())
def test_what_is_added_one_way_is_removed_the_other_way(
    a: FormDescription, b: FormDescription
) -> None:
    there, back = differences(a, b), differences(b, a)
    for added, removed in OPPOSITES.items():
        assert sorted(paths(there, added)) == sorted(paths(back, removed))
        assert sorted(paths(there, removed)) == sorted(paths(back, added))
    assert [WEIGHTS.index(d.weight) for d in there] == sorted(
        WEIGHTS.index(d.weight) for d in there
    )
    assert all(d.sentence("vi") and d.sentence("en") for d in there)


def paths(found: tuple[Difference, ...], kind: str) -> list[str | None]:
    """A question that has moved or changed its name is called otherwise on the way back."""
    told = [one for one in found if one.kind == kind]
    if "code" in kind:
        return [one.new or one.old for one in told]
    return [one.path for one in told]


@settings(max_examples=50)
@given(form=forms())
def test_a_form_does_not_differ_from_itself(form: FormDescription) -> None:
    assert differences(form, form) == ()
    assert differences(FORM, FORM) == ()
