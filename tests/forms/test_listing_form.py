"""The household listing: what it asks, what it counts, and what it notices in a list."""

from typing import Any

import pytest
from pyxform.xls2xform import convert

from survey_server.domain.answers import household_of
from survey_server.domain.forms.parts import Group, Question
from survey_server.domain.forms.sheets import CHECKS, read_folder
from survey_server.domain.logic import compile_expression
from tests.forms.filled import FORMS, filled, findings, form

LISTING = "household_listing"
AREA = {
    "ea_code": "01-001-00001-012",
    "area_type": "2",
    "village": "Bản Nà Lốc",
    "listed_on": "2024-03-20",
    "lister": "Lò Thị Ón",
}

Row = dict[str, str]
Answers = dict[str, Any]


def occupied(number: int, head: str, size: int, **changes: str) -> Row:
    row = {
        "house_number": str(number),
        "status": "1",
        "household_number": f"{number:03d}",
        "head_name": head,
        "address": f"Nhà {number}, bản Nà Lốc",
        "dwelling_type": "2",
        "size": str(size),
        "women": str(size // 2),
        "has_minority": "1",
    }
    return row | changes


def vacant(number: int) -> Row:
    row = occupied(number, "", 0, status="2")
    return {name: row[name] for name in ("house_number", "status", "address", "dwelling_type")}


def listing(*rows: Row) -> Answers:
    answers: Answers = {
        "started_at": "2024-03-20T08:00:00.000+07:00",
        "finished_at": "2024-03-20T16:00:00.000+07:00",
        "area": AREA,
        "listed": [dict(row) for row in rows],
    }
    return filled(LISTING, answers, {})


LO, Y_CHIN, HEN = occupied(1, "Lò Văn Tòng", 4), occupied(2, "Y Chin", 1), occupied(3, "H'Hen", 30)


def parts() -> list[Question | Group]:
    description = form(LISTING).description
    return [*description.questions(), *description.groups()]


def test_the_listing_compiles_without_a_warning() -> None:
    assert (form(LISTING).form_id, form(LISTING).warnings) == (LISTING, ())


@pytest.mark.needs("java")
def test_the_engine_inside_odk_collect_accepts_the_listing() -> None:
    sheets = {name: list(rows) for name, rows in read_folder(FORMS / LISTING).sheets.items()}
    sheets.pop(CHECKS)  # ours: the compiler of XLSForms does not know it
    assert convert(sheets, form_name="data", validate=True).warnings == []


def test_the_listing_speaks_both_languages() -> None:
    for part in parts():
        assert part.labels.keys() in (set(), {"vi", "en"}), part.path
        if isinstance(part, Question):
            assert part.hints.keys() in (set(), {"vi", "en"}), part.path
            assert bool(part.constraint) == (part.constraint_messages.keys() == {"vi", "en"})
            assert part.labels or part.calculate or part.preload or "meta" in part.path, part.path
    for choices in form(LISTING).description.choice_lists.values():
        assert all(choice.labels.keys() == {"vi", "en"} for choice in choices)
    for check in form(LISTING).description.checks:
        assert check.messages.keys() == {"vi", "en"}


def test_every_condition_of_the_listing_is_an_expression_without_a_doubtful_call() -> None:
    for check in form(LISTING).description.checks:
        assert compile_expression(check.condition).remarks == [], check.id


def test_a_sound_listing_has_no_finding() -> None:
    assert findings(LISTING, listing(LO, vacant(9), Y_CHIN, HEN)) == ()


def test_a_listing_is_an_account_of_an_area_and_tells_of_no_person() -> None:
    read = household_of(form(LISTING).description, listing(LO, Y_CHIN))
    assert (read.unit, read.result, read.size, read.persons) == (AREA["ea_code"], None, None, ())


def test_names_addresses_and_telephones_are_marked_as_identifying() -> None:
    roles = {part.name: part.role for part in parts()}
    for name in ("lister", "head_name", "address", "phone", "place", "note", "remarks"):
        assert roles[name] == "identity", name


def test_rows_are_a_table_of_their_own() -> None:
    assert {part.table for part in form(LISTING).description.groups() if part.table} == {"listed"}


def test_totals_count_households_people_and_empty_houses() -> None:
    moved = occupied(4, "Vi Văn Pản", 0, status="3")
    kinh = occupied(5, "Đỗ Thị Thu", 3, has_minority="2")
    totals = listing(LO, vacant(9), Y_CHIN, moved, kinh)["totals"]
    assert totals == {
        "rows_total": "5",
        "households_total": "3",
        "persons_total": "8",
        "women_total": "3",
        "minority_total": "2",
        "vacant_total": "1",
        "moved_total": "1",
        "not_dwelling_total": "0",
    }


def test_only_where_somebody_lives_are_people_asked_for() -> None:
    entries = listing(LO, occupied(2, "Vi Văn Pản", 3, status="3"), vacant(3))["listed"]
    assert ["size" in entry for entry in entries] == [True, False, False]
    assert ["head_name" in entry for entry in entries] == [True, True, False]


@pytest.mark.parametrize("name", ["A", "H'Hen Niê", "Rơ-ông", "Jŭ Ĕban", "Y Wñ"])
def test_names_of_one_word_and_of_all_peoples_are_names(name: str) -> None:
    assert findings(LISTING, listing(occupied(1, name, 2))) == ()


@pytest.mark.parametrize(
    ("check", "place", "severity", "broken", "near"),
    [
        ("LIS01", "listed[2]/household_number", "error",
         [LO, Y_CHIN | {"household_number": "001"}], [LO, Y_CHIN]),
        ("LIS02", "listed[2]/size", "error",
         [LO, Y_CHIN | {"size": "0", "women": "0"}], [LO, vacant(2)]),
        ("LIS03", "listed[1]/size", "warning", [LO | {"size": "31"}], [LO | {"size": "30"}]),
        ("LIS04", "listed[2]/household_number", "warning", [LO, HEN], [HEN, LO, Y_CHIN]),
        ("LIS05", "listed[2]/head_name", "warning",
         [LO, Y_CHIN | {"head_name": "Lò Văn Tòng", "address": LO["address"]}],
         [LO, Y_CHIN | {"head_name": "Lò Văn Tòng"}]),
        ("LIS06", "area/ea_code", "warning", [vacant(1)], [vacant(1), LO]),
        ("LIS07", "area/ea_code", "warning",
         [occupied(number, f"Hồ {'A' * number}", 2) for number in range(1, 302)],
         [occupied(number, f"Hồ {'A' * number}", 2) for number in range(1, 301)]),
    ],
)  # fmt: skip
def test_a_mistake_in_the_list_is_found_once_and_what_comes_near_is_not(
    check: str, place: str, severity: str, broken: list[Row], near: list[Row]
) -> None:
    assert findings(LISTING, listing(*broken)) == ((check, place, severity),)
    assert findings(LISTING, listing(*near)) == ()


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"women": "5"}, "women"),
        ({"household_number": "000"}, "household_number"),
        ({"household_number": "12"}, "household_number"),
        ({"head_name": "Ông 5"}, "head_name"),
        ({"phone": "09-12"}, "phone"),
        ({"house_number": "0"}, "house_number"),
        ({"size": "150"}, "size"),
    ],
)
def test_an_impossible_answer_breaks_its_own_rule_and_no_other(
    changes: dict[str, str], place: str
) -> None:
    found = findings(LISTING, listing(LO | changes))
    assert found == (("constraint", f"listed[1]/{place}", "error"),)
