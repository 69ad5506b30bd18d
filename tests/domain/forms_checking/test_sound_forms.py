"""Forms that are right are told nothing: a false alarm is worse than a mistake found later."""

from pathlib import Path

import pytest

from survey_server.domain.forms.checking import check_workbook, problems_of, problems_of_form
from survey_server.domain.forms.compiling import compile_workbook
from survey_server.domain.forms.sheets import Workbook, read_folder
from tests.domain.forms_at_hand import CENSUS_FORMS, FORM_FOLDER
from tests.domain.forms_checking.broken import small_form, survey

FOLDERS = [FORM_FOLDER, *sorted(folder for folder in CENSUS_FORMS.iterdir() if folder.is_dir())]
FILE = b"name,label,x,y\na,A,1,2\n"
CHOICES = """
| choices |           |      |       |        |   |
|         | list_name | name | label | region | f |
|         | l         | a    | A     | n      | 1 |
|         | l         | b    | B     | s      | 2 |
|         | num       | 1    | One   | n      |   |
|         | num       | 2    | Two   | n      |   |
"""
QUESTIONS = (
    "integer | n | |", "text | t | |", "date | d | |", "dateTime | dt | |", "time | tm | |",
    "select_one l | s | |", "select_one num | num1 | |", "select_multiple l | m | |",
    "begin_repeat | r | |", "integer | x | |", "end_repeat | | |",
    "begin_group | grp | |", "text | g | |", "end_group | | |",
    "geopoint | gp | |", "hidden | hid | | 1", "calculate | cal | | 1", "barcode | bc | |",
    "acknowledge | ack | |", "start | st | |", "text | digits | |",
)  # fmt: skip


def told(workbook: Workbook) -> list[str]:
    return [str(problem) for problem in check_workbook(workbook)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_forms_of_the_office_have_no_problem(folder: Path) -> None:
    workbook = read_folder(folder)
    assert told(workbook) == []
    assert problems_of_form(compile_workbook(workbook).description) == ()


@pytest.mark.parametrize(
    "expression",
    [
        "${n} >= 0 and ${n} <= 120",
        "not(selected(${m}, 'a')) or ${s} = 'b' or ${s} = ''",
        "count-selected(${m}) > 1 and selected-at(${m}, 0) = 'a'",
        "selected-at(${gp}, 3) < 10",
        "jr:choice-name(${s}, '${s}') = 'A'",
        "${d} > date('2020-01-01') and ${d} <= today()",
        "(today() - ${d}) div 365.25 >= 18",
        "int(format-date(${d}, '%Y')) > 2000 or ${dt} > now() - 1",
        "${d} = '2020-01-01'",
        "regex(${t}, '^[A-Z]{2}$') and contains(${t}, 'x')",
        "if(${n} > 1, 'a', 'b') = 'a' or coalesce(${n}, 0) > 1",
        "pulldata('f', 'x', 'name', ${s}) = '1'",
        "instance('l')/root/item[name = ${s}]/region = 'n'",
        "count(instance('l')/root/item[region = 'n']) > 1",
        "sum(${r}/x) > 1 and count(${r}[x > 1]) > 0 and count(${r}) > 2",
        "indexed-repeat(${x}, ${r}, 1) = 1 and sum(${x}) > 0",
        "(${n}=1)and(${n}!=2)or(${n} = 3)",
        "${n}=1and ${n}<5",
        "../n > 1 and /data/n > 1 and current()/../n > 1",
        "${m} = 'a b' or ${n} = '1' or number(${t}) > 3",
        "“a” = ${t} and selected(${m}, ‘a’)",
        "${num1} > 1 and ${num1} + 1 = 2 and selected(${num1}, 1)",
        "${hid} > 3 or ${cal} > 3 and ${cal} != 'x'",
        "${last-saved#n} + 1 > 2",
        "selected(${t}, 'x') or selected(${cal}, 'x')",
        "/data/r[position() = 1]/x = 1 or //n = 1",
        "${n} = 1 and ${n} = 1 or ${n} = 2",
        "not(${n} > 5 and ${n} < 3) or ${d} > 0",
        "true()",
        "yes",
        "once(random()) > 0.5",
    ],
)
def test_a_relevance_that_tablets_understand_is_told_nothing(expression: str) -> None:
    rows = [f"{row} |" if row.count("|") == 2 else row for row in QUESTIONS]
    rows.append(f"text | target | {expression} |")
    form = survey("type | name | relevant | calculation", *rows, choices=CHOICES, f=FILE)
    assert told(form) == []


@pytest.mark.parametrize(
    ("question", "constraint"),
    [
        ("integer", "(. >= 1 and . <= 12) or . = 98"),
        ("integer", ". >= '1' and . <= '3'"),
        ("integer", ". > 3 and . < 5"),
        ("integer", ". >= 0 and . <= 0"),
        ("decimal", ". > 3 and . < 4"),
        ("text", "string-length(.) = 10 and not(contains(., ' '))"),
        ("text", "false()"),
        ("date", ". <= today() and . > date('2020-01-01')"),
        ("select_multiple l", "not(selected(., 'a') and count-selected(.) > 1)"),
        ("geopoint", "selected-at(., 3) < 10"),
        ("integer", "${q} != 3"),
    ],
)
def test_a_constraint_that_answers_can_fulfil_is_told_nothing(
    question: str, constraint: str
) -> None:
    row = f"{question} | q | {constraint}"
    assert told(survey("type | name | constraint", row, choices=CHOICES)) == []


@pytest.mark.parametrize(
    "choice_filter",
    [
        "region = 'n'",
        "f = 1 and region=${q}",
        "${q} = '' or selected(${q}, region)",
        "region = current()/../q",
        "position() < 3 and label != 'B'",
        "name != 'a'",
    ],
)
def test_a_filter_over_columns_of_its_list_is_told_nothing(choice_filter: str) -> None:
    rows = ("text | q |", f"select_one l | s | {choice_filter}")
    assert told(survey("type | name | choice_filter", *rows, choices=CHOICES)) == []


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ("command | tag | caption", ["text | a | A"]),
        ("type | name | label | relevance | read only", ["text | a | A | 1 = 1 | yes"]),
        ("type | name | label | comment | source | mine", ["text | a | A | x | y | z"]),
        ("type | name | body::intent | bind::jr:foo", ["text | a | x | y"]),
        ("type | name | jr:count", ["integer | n |", "begin repeat | r | ${n}", "text | a |",
                                    "end repeat | |"]),
        ("type | name | count", ["begin repeat | r | 2 + 1", "text | a |", "end repeat | |"]),
        ("type | name | appearance", ["begin group | g | table-list", "select_one l | a |",
                                      "select_one l | b |", "end group | |"]),
        ("type | name", ["select one from l | a", "select all that apply from l | b"]),
        ("type | name", ["select_one l or_other | a", "rank l | k"]),
        ("type | name", ["select_one_from_file f.csv | a", "csv-external | g"]),
        ("type | name | disabled", ["text | a |", "text | a | yes"]),
        ("type | name", ["note |", "note |", "audit |", "deviceid | d", "username | u"]),
        ("type | name | trigger | calculation", ["text | a | |", "calculate | b | ${a} | now()"]),
        ("type | name | bind::type | calculation", ["calculate | a | int | 1"]),
        ("type | name | default", ["date | a | 2020-01-01", "text | b | don't", "integer | c | -1",
                                   "select_multiple l | d | a b", "text | e | https://a.b/c?d=e"]),
        ("type | name | parameters", ["integer | n |",
                                      "select_one l | a | randomize=true, seed=${n}"]),
        ("type | name | choice_filter", ["begin_repeat | r |", "text | who |", "integer | age |",
                                         "end_repeat | |", "select_one ${who} | w | age > 15"]),
    ],
)  # fmt: skip
def test_what_the_compiler_takes_under_other_names_is_told_nothing(
    columns: str, rows: list[str]
) -> None:
    assert told(survey(columns, *rows, choices=CHOICES, f=FILE, g=FILE)) == []


def test_a_label_without_a_language_is_in_the_default_one() -> None:
    form = small_form(
        """
| survey   |         |      |        |                |
|          | type    | name | label  | label::English |
|          | integer | age  | Tuổi   | Age            |
| settings |         |            |                  |
|          | form_id | form_title | default_language |
|          | small   | Small      | Tiếng Việt       |
"""
    )
    assert told(form) == []


def test_lists_of_entities_come_from_the_server_and_are_not_missed() -> None:
    form = survey(
        "type | name | save_to",
        "select_one_from_file trees.csv | tree |",
        "text | kind | species",
        choices="| entities |\n| | list_name | label |\n| | trees | ${kind} |\n",
    )
    assert problems_of(form) == ()


def test_codes_may_repeat_where_the_form_says_so() -> None:
    form = small_form(
        """
| survey   |              |      |       |
|          | type         | name | label |
|          | select_one l | a    | A     |
| choices  |              |      |       |
|          | list_name    | name | label |
|          | l            | 1    | One   |
|          | l            | 1    | Uno   |
| settings |         |            |                         |
|          | form_id | form_title | allow_choice_duplicates |
|          | small   | Small      | yes                     |
"""
    )
    assert told(form) == []
