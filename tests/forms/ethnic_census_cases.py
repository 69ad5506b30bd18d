"""Cases of the checks that the survey takes over from the census."""

from tests.forms.ethnic_cases import (
    ASSETS,
    BOY,
    BUILDING,
    FIFTH,
    GIRL,
    HEAD,
    LIVING,
    WIFE,
    Case,
    at_school,
    births,
    daughter_in_law,
    death,
    moved_from,
    moved_to_marry,
    one,
    out_of_school,
    people,
    relative,
    widower,
    widower_at_school,
    young_worker,
)
from tests.forms.ethnic_interviews import (
    CHILDLESS,
    HOUSEHOLD,
    MOTHER_OF_TWO,
    SON,
    STUDIES,
    UNABLE,
    household_of,
    married,
    mong,
    widowed,
    with_another,
)

SWAPPED = {f"{HEAD}/sex": "2", f"{HEAD}/woman": MOTHER_OF_TWO, f"{WIFE}/sex": "1"}
BORN_LAST_YEAR = {
    f"{WIFE}/woman/births/last_birth_month": "9",
    f"{WIFE}/woman/births/sons_12_months": "0",
}
ALONE_AT_14 = mong("Dinh", "1", "1", "1", "2010", education=SON["education"])
ALONE_AT_15 = mong("Dinh", "1", "1", "6", "2009", education=SON["education"], employment=STUDIES)
NOTHING_OWNED = dict.fromkeys((f"{ASSETS}/{name}" for name in HOUSEHOLD["dwelling"]["assets"]), "2")
NOTHING_OWNED |= {f"{ASSETS}/has_internet": "1", "services/watches_television": "2"}

PERSON_CASES = [
    Case(
        "PEO01",
        f"{WIFE}/relation",
        {f"{HEAD}/marriage/marital_status": "1"},
        {f"{HEAD}/marriage/marital_status": "5"},
    ),
    people(
        "PEO02",
        f"{FIFTH}/relation",
        with_another(
            mong("Chi", "2", "2", "1", "1990", marriage=married("1"), woman=CHILDLESS)
            | {"woman": {"ever_given_birth": "2", "family_planning": {"contraception": "2"}}}
        ),
        with_another(relative("1990", sex="2")),
    ),
    Case("PEO03", f"{WIFE}/sex", {f"{WIFE}/sex": "1"}, SWAPPED),
    people("PEO05", f"{HEAD}/birth_year", household_of(ALONE_AT_14), household_of(ALONE_AT_15)),
    Case(
        "PEO06",
        f"{WIFE}/birth_year",
        {f"{HEAD}/birth_year": "1968"},
        {f"{HEAD}/birth_year": "1970"},
    ),
    people(
        "PEO07",
        f"{FIFTH}/birth_year",
        with_another(mong("Vừ", "5", "1", "5", "1985")),
        with_another(mong("Vừ", "5", "1", "5", "1984")),
    ),
    one(
        "PEO08",
        f"{HEAD}/birth_year",
        "1994",
        "1993",
        **{
            FIFTH: mong("Kía", "4", "1", "3", "2021"),
            "residence/usual_residents": "5",
        },
    ),
    Case(
        "PEO10",
        f"{BOY}/kinh_or_other",
        {f"{BOY}/other_ethnicity": "09"},
        {f"{BOY}/other_ethnicity": "09", f"{WIFE}/other_ethnicity": "09"},
    ),
    people(
        "EDU01",
        f"{FIFTH}/education/attendance",
        with_another(relative("1964", "6", education=at_school("9", "4", "12"))),
        with_another(relative("1964", "8", education=at_school("9", "4", "12"))),
    ),
    Case(
        "EDU02",
        f"{BOY}/education/level_now",
        {f"{BOY}/birth_year": "2016", f"{BOY}/education": at_school("2", "1", "0")},
        {
            f"{BOY}/birth_year": "2016",
            f"{BOY}/birth_month": "8",
            f"{BOY}/education": at_school("2", "1", "0"),
        },
    ),
    Case(
        "EDU03",
        f"{BOY}/education/attendance",
        {f"{BOY}/disability": UNABLE},
        {f"{BOY}/disability": {**UNABLE, "communicating": "3"}},
    ),
    Case(
        "EDU04",
        f"{BOY}/education/level_now",
        {f"{BOY}/education": at_school("4", "1", "5")},
        {f"{BOY}/education": at_school("3", "1", "4")},
    ),
    Case(
        "EDU07",
        f"{BOY}/education/level_completed",
        {f"{BOY}/birth_year": "2017", f"{BOY}/education": at_school("3", "1", "1", "1")},
        {f"{BOY}/birth_year": "2017", f"{BOY}/education": at_school("3", "1", "1")},
    ),
    Case(
        "EDU07W",
        f"{BOY}/education/level_completed",
        {f"{BOY}/education/training_years": "1"},
        {
            f"{BOY}/birth_year": "2009",
            f"{BOY}/education": at_school("5", "3", "9", "1"),
            f"{BOY}/employment": STUDIES,
        },
    ),
    Case(
        "MAR01",
        f"{WIFE}/marriage/marital_status",
        {f"{WIFE}/marriage/marital_status": "3"},
        {FIFTH: relative("1980", marriage=widowed("2000")), "residence/usual_residents": "5"},
    ),
    people(
        "MAR02",
        f"{FIFTH}/migration/move_reason",
        moved_to_marry({"marital_status": "1"}),
        moved_to_marry(widowed("2015")),
    ),
    people(
        "MAR03",
        f"{FIFTH}/marriage/marital_status",
        with_another(widower_at_school("9")),
        with_another(widower_at_school("6")),
    ),
    people(
        "MAR06",
        f"{FIFTH}/marriage/marriage_year",
        with_another(relative("1960", marriage=widowed("1972"))),
        with_another(relative("1960", marriage=widowed("1973"))),
    ),
    Case(
        "MAR07",
        f"{WIFE}/marriage/marriage_year",
        {f"{WIFE}/marriage/marriage_month": "3"},
        {f"{WIFE}/marriage/marriage_month": "98"},
    ),
    Case(
        "EMP01",
        f"{HEAD}/employment/worked_7_days",
        {f"{HEAD}/disability": UNABLE},
        {f"{HEAD}/disability": {**UNABLE, "seeing": "3"}},
    ),
    people(
        "EMP02",
        f"{FIFTH}/employment/main_job/employment_status",
        young_worker("2006"),
        young_worker("2005"),
    ),
    people(
        "FER01",
        f"{FIFTH}/woman/ever_given_birth",
        with_another(
            relative("2012", "8", "2", woman=births("2024", sons_elsewhere="1"))
            | {"education": SON["education"]}
        ),
        with_another(
            relative("2012", "3", "2", woman=births("2024", sons_elsewhere="1"))
            | {"education": SON["education"]}
        ),
    ),
    Case(
        "FER02",
        f"{WIFE}/woman/ever_given_birth",
        {f"{WIFE}/woman/births/sons_died": "11"},
        {f"{WIFE}/woman/births/sons_died": "10"},
    ),
    Case(
        "FER03",
        f"{WIFE}/woman/births/sons_at_home",
        {f"{WIFE}/woman/births/daughters_at_home": "2"},
        {
            f"{WIFE}/woman/births/sons_at_home": "0",
            f"{WIFE}/woman/births/daughters_at_home": "2",
        },
    ),
    Case(
        "FER04",
        f"{HEAD}/woman/births/sons_at_home",
        {
            **SWAPPED,
            f"{HEAD}/woman/births/daughters_at_home": "0",
            f"{HEAD}/woman/births/last_birth_sons": "1",
            f"{HEAD}/woman/births/last_birth_daughters": "0",
        },
        SWAPPED,
    ),
    people(
        "FER05",
        f"{FIFTH}/woman/ever_given_birth",
        with_another(daughter_in_law("2004", births("2021", sons_elsewhere="5"))),
        with_another(daughter_in_law("2004", births("2021", sons_elsewhere="4"))),
    ),
    people(
        "FER07W",
        f"{FIFTH}/woman/births/last_birth_year",
        with_another(daughter_in_law("2002", births("2013", sons_elsewhere="1"))),
        with_another(daughter_in_law("2002", births("2014", sons_elsewhere="1"))),
    ),
    Case(
        "FER08",
        f"{WIFE}/woman/births/daughters_12_months",
        {
            **BORN_LAST_YEAR,
            f"{WIFE}/woman/births/sons_12_months": "1",
            f"{WIFE}/woman/births/daughters_12_months": "0",
        },
        {**BORN_LAST_YEAR, f"{WIFE}/woman/births/daughters_12_months": "1"},
    ),
]

HOUSEHOLD_CASES = [
    Case("DEA04", "deaths/death[1]/deceased_birth_year", death("1922"), death("1923")),
    Case("DEA05", "deaths/death[1]/death_cause", death("2020", "5"), death("2020", "4")),
    one("HOU01", f"{BUILDING}/bedrooms", "0", "1"),
    one("HOU02", f"{BUILDING}/floor_area", "500", "499"),
    one("HOU03W", f"{BUILDING}/floor_area", "15", "16"),
    one("HOU04", f"{BUILDING}/pillars", "2", "1"),
    one("HOU05W", f"{BUILDING}/used_since", "1", "2", **{f"{BUILDING}/dwelling_type": "1"}),
    Case(
        "HOU06",
        f"{LIVING}/cooking",
        {f"{LIVING}/cooking": "1", f"{LIVING}/lighting": "3"},
        {f"{LIVING}/cooking": "1"},
    ),
    one(
        "HOU08",
        f"{ASSETS}/has_television",
        "2",
        "1",
        **{name: value for name, value in NOTHING_OWNED.items() if "television" not in name},
        **{"services/watches_television": "2"},
    ),
    Case(
        "HHS01",
        "residence/usual_residents",
        {"residence/usual_residents": "0", "person": []},
        {"residence/usual_residents": "0", "person": [], **death("1950")},
    ),
]

# Where an answer breaks its own bounds as well, the check tells why.
BOUNDED_CASES = [
    one("PEO04", f"{BOY}/birth_month", "13", "98"),
    Case(
        "PEO04Y",
        f"{GIRL}/birth_year",
        {f"{GIRL}/birth_year": "2024", f"{GIRL}/birth_month": "7"},
        {f"{GIRL}/birth_year": "2024", f"{GIRL}/birth_month": "6"},
    ),
    people("PEO11", f"{FIFTH}/migration/district_5y", moved_from("080"), moved_from("082")),
    one("PEO12", f"{WIFE}/full_name", "Mỷ 2", "Mỷ-Nhi"),
    Case(
        "EDU05",
        f"{BOY}/education/level_completed",
        {f"{BOY}/education": {**out_of_school("1"), "level_completed": "3"}},
        {
            f"{BOY}/education": {**out_of_school("1"), "level_completed": "3"},
            f"{BOY}/birth_year": "2010",
        },
    ),
    one("EDU06", f"{BOY}/education/grade_completed", "9", "8"),
    people(
        "MAR04",
        f"{FIFTH}/marriage/marriage_year",
        widower("2024", "7"),
        widower("2024", "6"),
    ),
    people("MAR05", f"{FIFTH}/marriage/marriage_year", widower("1986"), widower("1993")),
    people(
        "MAR05A",
        f"{FIFTH}/marriage/marriage_age",
        widower("9998", age="6"),
        widower("9998", age="13"),
    ),
    people(
        "MAR08",
        f"{FIFTH}/marriage/marriage_age",
        widower("9998", age="45"),
        widower("9998", age="44"),
    ),
    people(
        "FER06",
        f"{FIFTH}/woman/births/last_birth_year",
        with_another(daughter_in_law("2002", births("2024", "7", sons_elsewhere="1"))),
        with_another(daughter_in_law("2002", births("2024", "6", sons_elsewhere="1"))),
    ),
    people(
        "FER07",
        f"{FIFTH}/woman/births/last_birth_year",
        with_another(daughter_in_law("2002", births("2008", sons_elsewhere="1"))),
        with_another(daughter_in_law("2002", births("2015", sons_elsewhere="1"))),
    ),
    one("FER09", f"{WIFE}/woman/births/last_birth_sons", "2", "1"),
    one("FER09D", f"{WIFE}/woman/births/last_birth_daughters", "2", "1"),
    Case(
        "DEA01",
        "deaths/any_death",
        {"identification/visit_result": "5", "person": []},
        {"identification/visit_result": "5", "person": [], **death("1950")},
    ),
    Case("DEA02", "deaths/death[1]/death_year", death("1950", month="6"), death("1950", month="7")),
    Case(
        "DEA02M",
        "deaths/death[1]/death_month",
        death("1950", month="13"),
        death("1950", month="12"),
    ),
    Case(
        "DEA03",
        "deaths/death[1]/deceased_birth_year",
        death("2023", born_in="9"),
        death("2023", born_in="8"),
    ),
    one("HOU03", f"{BUILDING}/floor_area", "7", "32", **{f"{BUILDING}/bedrooms": "4"}),
    one("HOU05", f"{BUILDING}/used_since_year", "2009", "2010", **{f"{BUILDING}/used_since": "4"}),
]

CENSUS_CASES = [*PERSON_CASES, *HOUSEHOLD_CASES, *BOUNDED_CASES]
