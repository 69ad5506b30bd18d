"""Small households without a fault, told in both census forms: what cases begin with."""

from copy import deepcopy
from typing import Any

from survey_server.simulator.dwelling_answers import ASSETS
from tests.forms.filled import filled

Answers = dict[str, Any]
Entry = dict[str, Any]

SHORT, LONG = "census_2024_short", "census_2024_long"
UNIT = "01-001-00001-004-017"
MIGRATION = {"residence_5y": "2", "residence_1y": "2"}
DIFFICULTIES = ("seeing", "hearing", "walking", "remembering", "self_care", "communicating")
LONG_ONLY = ("migration", "disability", "woman")


def person(name: str, relation: str, sex: str, born: tuple[int, int], **groups: Entry) -> Entry:
    return {
        "full_name": name,
        "relation": relation,
        "sex": sex,
        "birth_month": str(born[0]),
        "birth_year": str(born[1]),
        "kinh_or_other": "1",
        "has_religion": "2",
        "migration": dict(MIGRATION),
        "disability": dict.fromkeys(DIFFICULTIES, "1"),
        **groups,
    }


def school(attendance: str, level: str, completed: str, grade: int) -> Entry:
    answers = {
        "attendance": attendance,
        "level_completed": completed,
        "grade_completed": str(grade),
        "training_years": "0",
        # Asked of those below primary only, and left out of the answers of all others.
        "literacy_check": {"literate": "1"},
    }
    return answers | {"level_now": level} if level else answers


def married(month: int, year: int, status: str = "2") -> Entry:
    return {"marital_status": status, "marriage_month": str(month), "marriage_year": str(year)}


NEVER = {"marital_status": "1"}
CHILDLESS = {"ever_given_birth": "2"}


def mother(last_month: int, last_year: int) -> Entry:
    """Of one son and one daughter, who are at home; the daughter is the younger."""
    births = dict.fromkeys(
        ("sons_elsewhere", "daughters_elsewhere", "sons_died", "daughters_died"), "0"
    )
    births |= {
        "sons_at_home": "1",
        "daughters_at_home": "1",
        "last_birth_month": str(last_month),
        "last_birth_year": str(last_year),
        "last_birth_sons": "0",
        "last_birth_daughters": "1",
        "birth_attendant": "1",
    }
    return {"ever_given_birth": "1", "births": births}


FAMILY = [
    person("Nguyễn Văn Hùng", "1", "1", (2, 1979), education=school("2", "", "4", 12),
           marriage=married(6, 2003)),
    person("Trần Thị Lan", "2", "2", (5, 1981), education=school("2", "", "3", 9),
           marriage=married(6, 2003), woman=mother(8, 2013)),
    person("Nguyễn Văn Nam", "3", "1", (9, 2008), education=school("1", "5", "3", 9),
           marriage=NEVER),
    person("Nguyễn Thị Mai", "3", "2", (8, 2013), education=school("1", "3", "1", 4),
           marriage=NEVER, woman=CHILDLESS),
    person("Nguyễn Văn Tư", "5", "1", (1, 1950), education=school("2", "", "2", 5),
           marriage={**married(98, 9998, "3"), "marriage_age": "22"}),
]  # fmt: skip
MOTHER_ALONE = [
    person("H'Hen Niê", "1", "2", (2, 1986), education=school("2", "", "3", 9),
           marriage=married(6, 2009, "4"), woman=mother(8, 2015)),
    person("Y Djoang Niê", "3", "1", (9, 2011), education=school("1", "4", "2", 6)),
    person("H'Nga Niê", "3", "2", (8, 2015), education=school("1", "3", "1", 2)),
]  # fmt: skip
PUPIL_ALONE = [
    person("A Chin", "1", "1", (2, 2008), education=school("1", "5", "3", 9), marriage=NEVER),
]  # fmt: skip
GRANDMOTHER = {
    "deceased_name": "Lê Thị Sáu",
    "deceased_sex": "2",
    "death_month": "10",
    "death_year": "2023",
    "deceased_birth_month": "3",
    "deceased_birth_year": "1955",
    "death_cause": "1",
}


def household(form_id: str, persons: list[Entry], deaths: list[Entry]) -> Answers:
    answers = visit(form_id, "1", deaths) | {
        "residence": {
            "usual_residents": str(len(persons)),
            "usual_not_counted": "0",
            "newcomers": "0",
            "temporarily_absent": "0",
            "died_after_reference": "0",
            "head_confirmed": persons[0]["full_name"],
            "registered_here": str(len(persons)),
        },
        "person": [_asked(form_id, one) for one in persons],
        "dwelling": _dwelling(form_id),
        "interview": {"spoken_language": "01", "interpreter_used": "2"},
    }
    # Sizes first: persons are only expected once the household's size is known.
    return filled(form_id, answers | {"household_size": str(len(persons))}, {})


def all_died(form_id: str) -> Answers:
    return filled(form_id, visit(form_id, "5", [GRANDMOTHER]), {})


def visit(form_id: str, result: str, deaths: list[Entry]) -> Answers:
    answers: Answers = {
        "started_at": "2024-04-03T08:30:00.000+07:00",
        "finished_at": "2024-04-03T08:55:00.000+07:00",
        "identification": {
            "unit_code": UNIT,
            "area_type": "1",
            "head_name": "Nguyễn Văn Hùng",
            "address": "Số 5, đường Lê Lợi",
            "form_type": "1" if form_id == SHORT else "2",
            "mode": "1",
            "visit_result": result,
        },
    }
    if form_id == LONG:
        answers["deaths"] = {"any_death": "1" if deaths else "2"}
        if deaths:
            answers["deaths"] |= {"death_count": str(len(deaths)), "death": deepcopy(deaths)}
    return answers


def _asked(form_id: str, one: Entry) -> Entry:
    entry = deepcopy(one)
    if form_id == SHORT:
        for group in LONG_ONLY:
            entry.pop(group, None)
        if "marriage" in entry:
            entry["marriage"] = {"marital_status": entry["marriage"]["marital_status"]}
    return entry


def _dwelling(form_id: str) -> Answers:
    building = {
        "dwelling_type": "2",
        "bedrooms": "3",
        "floor_area": "80",
        "pillars": "1",
        "roof": "1",
        "walls": "1",
        "used_since": "3",
    }
    answers: Answers = {"has_dwelling": "1", "shares_dwelling": "2", "building": building}
    if form_id == LONG:
        building["tenure"] = "1"
        answers["living_conditions"] = {
            "plans_to_buy": "2", "lighting": "1", "cooking": "2", "water": "1", "toilet": "1",
        }  # fmt: skip
        answers["assets"] = {name: "1" for name, _, _ in ASSETS}
    return answers


def base(form_id: str, name: str) -> Answers:
    if name == "all_died":
        return all_died(form_id)
    persons = {"family": FAMILY, "mother": MOTHER_ALONE, "pupil": PUPIL_ALONE}[name]
    return household(form_id, persons, [GRANDMOTHER] if name == "family" else [])
