"""An interview that breaks a check, and one that nearly does: how cases are written.

A case is the household to start from and what is answered otherwise. `planted` breaks the check and
nothing else; `spared` is close to it and breaks nothing.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.forms.as_sent import Tree
from tests.forms.ethnic_interviews import (
    CARE,
    CHILDLESS,
    FARMS,
    HOUSEHOLD,
    LEFT_SCHOOL,
    NOBODY_BORN,
    UNSCHOOLED,
    married,
    mong,
    widowed,
    with_another,
)

Changes = dict[str, Any]

HEAD, WIFE, BOY, GIRL, FIFTH = (f"person[{line}]" for line in range(1, 6))
BUILDING, LIVING, ASSETS = "dwelling/building", "dwelling/living_conditions", "dwelling/assets"
FIELDS = "land/production_land_kinds"


@dataclass(frozen=True)
class Case:
    """`at` is where the finding points; `start` is one household, or one for each side."""

    check: str
    at: str
    planted: Changes
    spared: Changes
    start: Tree = field(default_factory=lambda: HOUSEHOLD)
    start_spared: Tree | None = None


def people(check: str, at: str, planted: Tree, spared: Tree) -> Case:
    """A case whose two households have other persons."""
    return Case(check, at, {}, {}, planted, spared)


def one(check: str, at: str, planted: object, spared: object, **around: Any) -> Case:
    """A case that turns on one answer, the one that the finding points at."""
    return Case(check, at, {**around, at: planted}, {**around, at: spared})


def relative(year: str, month: str = "3", sex: str = "1", **answers: Any) -> Tree:
    return mong("Chớ", "6", sex, month, year, **answers)


def births(last_year: str, month: str = "3", **numbers: str) -> Tree:
    return {
        "ever_given_birth": "1",
        "births": {
            **NOBODY_BORN,
            "last_birth_month": month,
            "last_birth_year": last_year,
            "last_birth_sons": "1",
            "last_birth_daughters": "0",
            "sons_12_months": "1",
            "daughters_12_months": "0",
            "birth_attendant": "1",
            **numbers,
        },
        "maternity_care": CARE,
    }


def daughter_in_law(year: str, woman: Tree) -> Tree:
    return relative(year, sex="2", woman=woman)


def couple(sex_of_second: str) -> Tree:
    first = relative("1980", marriage=married("6", "2005"))
    second = relative("1982", sex=sex_of_second, marriage=married("5", "2005"), woman=CHILDLESS)
    second["woman"]["family_planning"] = {"contraception": "2"}
    return with_another(first, second)


def widower(year: str, month: str = "2", age: str = "") -> Tree:
    """Somebody of 44 years, by the date of his first marriage."""
    marriage = {**widowed(year), "marriage_month": month}
    return with_another(
        relative("1980", marriage=marriage | ({"marriage_age": age} if age else {}))
    )


def moved_from(district: str) -> Tree:
    moved = {
        "residence_5y": "4",
        "province_5y": "10",
        "district_5y": district,
        "urban_5y": "2",
        "move_reason": "1",
        "residence_1y": "2",
    }
    return with_another(relative("1990", migration=moved))


def moved_to_marry(marriage: Tree) -> Tree:
    moved = {
        "residence_5y": "3",
        "urban_5y": "2",
        "move_reason": "4",
        "residence_1y": "2",
    }
    return with_another(relative("1990", migration=moved, marriage=marriage))


def at_school(level: str, completed: str, grade: str, training: str = "0") -> Tree:
    return {
        "attendance": "1",
        "level_now": level,
        "level_completed": completed,
        "grade_completed": grade,
        "training_years": training,
        "literacy_check": {"literate": "1"},
    }


def out_of_school(reason: str) -> Tree:
    return {**LEFT_SCHOOL, "no_school_reason": reason}


def never_at_school(reason: str) -> Tree:
    return {**UNSCHOOLED, "literacy_check": {"literate": "1"}, "no_school_reason": reason}


def young_worker(year: str) -> Tree:
    work = {**FARMS["main_job"], "employment_status": "1"}
    employment = {**FARMS, "main_job": work}
    pupil = at_school("5", "3", "9")
    return with_another(relative(year, "9", education=pupil, employment=employment))


def death(birth_year: str, cause: str = "1", month: str = "8", born_in: str = "5") -> Changes:
    return {
        "deaths": {
            "any_death": "1",
            "death_count": "1",
            "death": [
                {
                    "deceased_name": "Vừ",
                    "deceased_sex": "1",
                    "death_month": month,
                    "death_year": "2023",
                    "deceased_birth_month": born_in,
                    "deceased_birth_year": birth_year,
                    "death_cause": cause,
                }
            ],
        }
    }


def widower_at_school(month: str) -> Tree:
    education = at_school("5", "3", "9")
    return relative("2006", month, education=education, marriage=widowed("2023"))
