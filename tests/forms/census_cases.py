"""Planted cases for every rule of the census: what breaks exactly it, and what just does not.

A case starts from a household without a fault. `held` is the rule that finds it: the check itself,
or, where the questionnaire holds it while the answer is given, that kind of rule.
"""

from dataclasses import dataclass

from survey_server.simulator.dwelling_answers import ASSETS
from tests.forms.census_households import DIFFICULTIES, LONG, SHORT
from tests.forms.filled import REMOVED, Changes

BOTH, LONG_ONLY = (SHORT, LONG), (LONG,)


@dataclass(frozen=True)
class Case:
    """`at` is the question that the finding points at."""

    id: str
    at: str
    broken: Changes
    near: Changes
    held: str = ""
    base: str = "family"
    forms: tuple[str, ...] = BOTH

    @property
    def rule(self) -> str:
        return self.held or self.id


REQUIRED, COUNT = "required_missing", "repeat_count"
SECOND_WIFE = {
    "sex@5": "2",
    "birth_year@5": "1980",
    "marital_status@5": "2",
    "marriage_month@5": "6",
    "marriage_year@5": "2003",
    "marriage_age@5": REMOVED,
    "ever_given_birth@5": "2",
}
FATHER_AT_UNIVERSITY = {
    "attendance@5": "1",
    "level_now@5": "9",
    "level_completed@5": "4",
    "grade_completed@5": "12",
}
MARRIED_IN_2024 = {"marital_status@3": "2", "marriage_month@3": "1", "marriage_year@3": "2024"}
YOUNG_HEAD = {"relation@4": "4", "marriage_year@1": "2015", "marriage_year@2": "2015"}
BORN_IN_2024 = {"birth_year@4": "2024", "birth_registration@4": "1"}
SON_MOVED = {"residence_5y@3": "3", "urban_5y@3": "2"}
FATHER_MOVED = {
    "residence_5y@5": "4",
    "province_5y@5": "01",
    "urban_5y@5": "1",
    "move_reason@5": "1",
}
CHILD_OF_DAUGHTER = {
    "ever_given_birth@4": "1",
    **dict.fromkeys(("sons_at_home@4", "daughters_at_home@4", "daughters_elsewhere@4"), "0"),
    **dict.fromkeys(("sons_died@4", "daughters_died@4", "last_birth_daughters@4"), "0"),
    **dict.fromkeys(("sons_elsewhere@4", "last_birth_sons@4", "last_birth_month@4"), "1"),
    "last_birth_year@4": "2024",
    "sons_12_months@4": "1",
    "daughters_12_months@4": "0",
    "birth_attendant@4": "1",
}
BORN_LATELY = {"last_birth_year@2": "2023", "last_birth_month@2": "5"}
LEFT_WITH_UPPER = {
    "attendance@3": "2",
    "level_completed@3": "4",
    "grade_completed@3": "12",
}
NOBODY = {"usual_not_counted": "1", "registered_here": "0", "person": REMOVED}


def children_elsewhere(number: int) -> dict[str, str]:
    return {"sons_elsewhere@2": str(number), "daughters_elsewhere@2": "8"}


PEOPLE = (
    Case("PEO01", "relation@2", {"marital_status@1": "1"}, {"marital_status@1": "5"}),
    Case("PEO02", "relation@5", SECOND_WIFE | {"relation@5": "2"},
         SECOND_WIFE | {"relation@5": "6"}),
    Case("PEO03", "sex@2", {"sex@2": "1"}, {"sex@2": "1", "relation@2": "6"}),
    Case("PEO04", "birth_month@3", {"birth_month@3": "13"}, {"birth_month@3": "98"}),
    Case("PEO04Y", "birth_year@4", BORN_IN_2024 | {"birth_month@4": "4"},
         BORN_IN_2024 | {"birth_month@4": "3"}),
    Case("PEO05", "birth_year@1", {"birth_year@1": "2009", "birth_month@1": "5"},
         {"birth_year@1": "2009"}, base="pupil"),
    Case("PEO05", "birth_year@1", {"birth_year@1": "9998", "age_stated@1": "14"},
         {"birth_year@1": "9998", "age_stated@1": "15"}, base="pupil"),
    Case("PEO06", "birth_year@2", {"birth_year@2": "1958"}, {"birth_year@2": "1959"}),
    Case("PEO07", "birth_year@5", {"birth_year@5": "1979"}, {"birth_year@5": "1978"}),
    Case("PEO08", "birth_year@1", YOUNG_HEAD | {"birth_year@1": "1994"},
         YOUNG_HEAD | {"birth_year@1": "1993"}),
    Case("PEO09", "other_ethnicity@5", {"kinh_or_other@5": "2"},
         {"kinh_or_other@5": "2", "other_ethnicity@5": "08"}, REQUIRED),
    Case("PEO10", "kinh_or_other@4", {"kinh_or_other@4": "2", "other_ethnicity@4": "08"},
         {"kinh_or_other@4": "2", "other_ethnicity@4": "08",
          "kinh_or_other@2": "2", "other_ethnicity@2": "08"}),
    Case("PEO11", "district_5y@5", FATHER_MOVED | {"district_5y@5": "001"},
         FATHER_MOVED | {"district_5y@5": "002"}, forms=LONG_ONLY),
    Case("PEO12", "full_name@2", {"full_name@2": "Trần Thị 5"},
         {"full_name@2": "H'Jŭ Wĕ-Fčñ ’Z"}),
    Case("PEO12", "full_name@5", {"full_name@5": "Tư (ông)"}, {"full_name@5": "Tư"}),
)  # fmt: skip

SCHOOL = (
    Case("EDU01", "attendance@5", FATHER_AT_UNIVERSITY | {"birth_year@5": "1964"},
         FATHER_AT_UNIVERSITY | {"birth_year@5": "1965"}),
    Case("EDU02", "level_now@4", {"birth_year@4": "2008", "marital_status@4": "1"},
         {"birth_year@4": "2009"}),
    Case("EDU03", "attendance@3", dict.fromkeys((f"{name}@3" for name in DIFFICULTIES), "4"),
         dict.fromkeys((f"{name}@3" for name in DIFFICULTIES[1:]), "4"), forms=LONG_ONLY),
    Case("EDU04", "level_now@3", {"level_completed@3": "2"}, {"level_completed@3": "5"}),
    Case("EDU05", "level_completed@3", LEFT_WITH_UPPER,
         LEFT_WITH_UPPER | {"birth_year@3": "2006"}),
    Case("EDU06", "grade_completed@4", {"grade_completed@4": "5"}, {"grade_completed@4": "0"}),
    Case("EDU06", "grade_completed@5",
         FATHER_AT_UNIVERSITY | {"birth_year@5": "1965", "grade_completed@5": "8"},
         FATHER_AT_UNIVERSITY | {"birth_year@5": "1965", "grade_completed@5": "9"}),
    Case("EDU07", "level_completed@4", {"birth_year@4": "2016", "training_years@4": "1"},
         {"birth_year@4": "2016"}),
    Case("EDU07W", "level_completed@4", {"birth_year@4": "2015", "training_years@4": "1"},
         {"birth_year@4": "2015"}),
    Case("EDU07W", "level_completed@4", {"birth_year@4": "2009", "level_completed@4": "1",
                                         "training_years@4": "1"},
         {"training_years@3": "1"}),
)  # fmt: skip

MARRIAGE = (
    Case("MAR01", "marital_status@2", {"marital_status@2": "5"},
         {"marital_status@2": "5", "relation@2": "6"}),
    Case("MAR02", "move_reason@3", SON_MOVED | {"move_reason@3": "4"},
         SON_MOVED | {"move_reason@3": "3"}, forms=LONG_ONLY),
    Case("MAR03", "marital_status@3", MARRIED_IN_2024 | {"birth_year@3": "2006"},
         MARRIED_IN_2024 | {"birth_year@3": "2005"}),
    Case("MAR04", "marriage_year@2", {"marriage_year@2": "2024"},
         {"marriage_year@1": "2024", "marriage_year@2": "2024",
          "marriage_month@1": "3", "marriage_month@2": "3"}, forms=LONG_ONLY),
    Case("MAR05", "marriage_year@2", {"marriage_year@2": "1987"},
         {"marriage_year@1": "1994", "marriage_year@2": "1994"}, forms=LONG_ONLY),
    Case("MAR05A", "marriage_age@5", {"marriage_age@5": "6"}, {"marriage_age@5": "13"},
         forms=LONG_ONLY),
    Case("MAR06", "marriage_year@2", {"marriage_year@1": "1993", "marriage_year@2": "1993"},
         {"marriage_year@1": "1994", "marriage_year@2": "1994"}, forms=LONG_ONLY),
    Case("MAR06", "marriage_year@5", {"marriage_age@5": "12"}, {"marriage_age@5": "13"},
         forms=LONG_ONLY),
    Case("MAR07", "marriage_year@2", {"marriage_year@2": "2004"},
         {"marriage_year@2": "9998", "marriage_age@2": "22"}, forms=LONG_ONLY),
    Case("MAR07", "marriage_year@2", {"marriage_month@2": "7"}, {"marriage_month@2": "98"},
         forms=LONG_ONLY),
    Case("MAR08", "marriage_age@5", {"marriage_age@5": "75"}, {"marriage_age@5": "74"},
         forms=LONG_ONLY),
)  # fmt: skip

BIRTHS = (
    Case("FER01", "ever_given_birth@4", CHILD_OF_DAUGHTER,
         CHILD_OF_DAUGHTER | {"birth_year@4": "2011"}, forms=LONG_ONLY),
    Case("FER02", "ever_given_birth@2", {"sons_elsewhere@2": "11"}, {"sons_elsewhere@2": "10"},
         forms=LONG_ONLY),
    Case("FER03", "sons_at_home@2", {"sons_at_home@2": "3"}, {"sons_at_home@2": "2"},
         forms=LONG_ONLY),
    Case("FER04", "sons_at_home@1", {"sons_at_home@1": "0"},
         {"sons_at_home@1": "0", "sons_elsewhere@1": "1"}, base="mother", forms=LONG_ONLY),
    Case("FER05", "ever_given_birth@2", children_elsewhere(8), children_elsewhere(7),
         forms=LONG_ONLY),
    Case("FER06", "last_birth_year@2",
         {"last_birth_year@2": "2024", "last_birth_month@2": "4",
          "sons_12_months@2": "0", "daughters_12_months@2": "1"},
         {"last_birth_year@2": "2024", "last_birth_month@2": "3",
          "sons_12_months@2": "0", "daughters_12_months@2": "1"}, forms=LONG_ONLY),
    Case("FER07", "last_birth_year@2", {"last_birth_year@2": "1987"},
         {"last_birth_year@2": "1993"}, forms=LONG_ONLY),
    Case("FER07W", "last_birth_year@2", {"last_birth_year@2": "1992"},
         {"last_birth_year@2": "1993"}, forms=LONG_ONLY),
    Case("FER08", "daughters_12_months@2",
         BORN_LATELY | {"sons_12_months@2": "1", "daughters_12_months@2": "0"},
         BORN_LATELY | {"sons_12_months@2": "0", "daughters_12_months@2": "1"}, forms=LONG_ONLY),
    Case("FER08", "daughters_12_months@2",
         BORN_LATELY | {"sons_12_months@2": "0", "daughters_12_months@2": "0"},
         BORN_LATELY | {"sons_12_months@2": "0", "daughters_12_months@2": "0",
                        "last_birth_month@2": "98"}, forms=LONG_ONLY),
    Case("FER09", "last_birth_sons@2", {"last_birth_sons@2": "2"}, {"last_birth_sons@2": "1"},
         forms=LONG_ONLY),
    Case("FER09D", "last_birth_daughters@2", {"last_birth_daughters@2": "2"},
         {"last_birth_daughters@2": "1"}, forms=LONG_ONLY),
)  # fmt: skip

DEATHS = (
    Case("DEA01", "any_death", {"any_death": "2"}, {"any_death": "1"}, base="all_died",
         forms=LONG_ONLY),
    Case("DEA01", "death", {"death_count": "2"}, {"death_count": "1"}, COUNT, forms=LONG_ONLY),
    Case("DEA02", "death_year@1", {"death_month@1": "3"}, {"death_month@1": "4"},
         forms=LONG_ONLY),
    Case("DEA02M", "death_month@1", {"death_month@1": "13"}, {"death_month@1": "12"},
         forms=LONG_ONLY),
    Case("DEA03", "deceased_birth_year@1",
         {"deceased_birth_year@1": "2023", "deceased_birth_month@1": "11"},
         {"deceased_birth_year@1": "2023", "deceased_birth_month@1": "10"},
         forms=LONG_ONLY),
    Case("DEA04", "deceased_birth_year@1", {"deceased_birth_year@1": "1922"},
         {"deceased_birth_year@1": "1923"}, forms=LONG_ONLY),
    Case("DEA05", "death_cause@1", {"deceased_birth_year@1": "2018", "death_cause@1": "2"},
         {"deceased_birth_year@1": "2017", "death_cause@1": "2"}, forms=LONG_ONLY),
    Case("DEA06", "death_cause_other@1", {"death_cause@1": "6"},
         {"death_cause@1": "6", "death_cause_other@1": "Tuổi già"}, REQUIRED, forms=LONG_ONLY),
)  # fmt: skip

HOUSING = (
    Case("HOU01", "bedrooms", {"bedrooms": "0"}, {"bedrooms": "1"}),
    Case("HOU01", "bedrooms", {"bedrooms": "10"}, {"bedrooms": "9"}),
    Case("HOU02", "floor_area", {"floor_area": "500"}, {"floor_area": "499"}),
    Case("HOU03", "floor_area", {"bedrooms": "4", "floor_area": "7"},
         {"bedrooms": "4", "floor_area": "32"}),
    Case("HOU03W", "floor_area", {"bedrooms": "4", "floor_area": "31"},
         {"bedrooms": "4", "floor_area": "32"}),
    Case("HOU04", "pillars", {"dwelling_type": "1", "walls": "2"}, {"walls": "2"}),
    Case("HOU04", "pillars", {"pillars": "2"}, {"pillars": "2", "roof": "2"}),
    Case("HOU05", "used_since_year", {"used_since": "4", "used_since_year": "2009"},
         {"used_since": "4", "used_since_year": "2010"}),
    Case("HOU05W", "used_since", {"dwelling_type": "1", "used_since": "1"}, {"used_since": "1"}),
    Case("HOU06", "cooking", {"dwelling_type": "1", "cooking": "4"}, {"cooking": "4"},
         forms=LONG_ONLY),
    Case("HOU06", "cooking", {"cooking": "1", "lighting": "4"}, {"cooking": "1", "lighting": "2"},
         forms=LONG_ONLY),
    Case("HOU06", "cooking", {"cooking": "6"}, {"cooking": "5", "cooking_other": "Vỏ trấu"},
         forms=LONG_ONLY),
    Case("HOU07", "water_other", {"water": "8"}, {"water": "8", "water_other": "Nước sông"},
         REQUIRED, forms=LONG_ONLY),
    Case("HOU08", "has_television", {name: "2" for name, _, _ in ASSETS},
         {name: "2" for name, _, _ in ASSETS if name != "has_telephone"}, forms=LONG_ONLY),
    Case("HOU08", "has_television", {"toilet": "4", "cooking": "4"},
         {"toilet": "3", "cooking": "4"}, forms=LONG_ONLY),
    Case("HHS01", "usual_residents", NOBODY, {"usual_not_counted": "0"}, base="pupil"),
    Case("HHS01", "usual_residents", NOBODY,
         {"usual_residents": "0", "temporarily_absent": "1"}, base="pupil"),
)  # fmt: skip

CASES = (*PEOPLE, *SCHOOL, *MARRIAGE, *BIRTHS, *DEATHS, *HOUSING)
