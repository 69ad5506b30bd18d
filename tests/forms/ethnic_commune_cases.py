"""Cases of the checks on a commune's form."""

from tests.forms.ethnic_cases import Case, one
from tests.forms.ethnic_interviews import COMMUNE, NO_SCHOOL, POST

SITUATION = "situation"
POPULATION, CENTRES = f"{SITUATION}/population", f"{SITUATION}/centres"
HEALTH, RELIGION = f"{SITUATION}/health", f"{SITUATION}/religion_and_belief"
LEVELS, POSTS = f"{SITUATION}/schools/school_level", f"{SITUATION}/cadres/cadre_post"
POVERTY = f"{SITUATION}/poverty"
GROUPS = f"{POVERTY}/ethnic_group"
NO_CADRES = {f"{POSTS}[{post}]/cadre_count": "0" for post in range(1, 7)}
NOBODY_POOR = {f"{GROUPS}[1]/poor_households": "0", f"{GROUPS}[2]/poor_households": "0"}
NO_STAFF = {
    f"{HEALTH}/{staff}": "0"
    for staff in ("assistant_doctors", "nurses", "midwives", "minority_health_staff")
}

COMMUNE_CASES = [
    Case(
        "COM01",
        f"{POVERTY}/group_count",
        {f"{GROUPS}[3]/group_households": "31"},
        {},
    ),
    Case(
        "COM02",
        f"{POVERTY}/group_count",
        {f"{GROUPS}[3]/group_households": "29"},
        {f"{GROUPS}[2]/group_households": "69", f"{GROUPS}[3]/group_households": "31"},
    ),
    Case(
        "COM03",
        f"{GROUPS}[2]/group_ethnicity",
        {f"{GROUPS}[2]/group_ethnicity": "08"},
        {f"{GROUPS}[2]/group_ethnicity": "10"},
    ),
    one("COM04", f"{POPULATION}/minority_households", "669", "670"),
    one("COM05", f"{POPULATION}/inhabitants", "5601", "5600"),
    one("COM06", f"{POPULATION}/minority_inhabitants", "679", "680"),
    Case(
        "COM07",
        f"{CENTRES}/distance_district_centre",
        {f"{CENTRES}/distance_province_centre": "16.6"},
        {f"{CENTRES}/distance_province_centre": "16.7"},
    ),
    Case(
        "COM08",
        f"{LEVELS}[4]/teachers",
        {f"{LEVELS}[4]/solid_rooms": "1"},
        {
            f"{LEVELS}[4]": {**NO_SCHOOL, "site_count": "1", "solid_rooms": "1"},
        },
    ),
    Case(
        "COM09",
        f"{LEVELS}[4]/teachers",
        {f"{LEVELS}[4]": {**NO_SCHOOL, "school_count": "1", "solid_rooms": "6"}},
        {f"{LEVELS}[4]": {**NO_SCHOOL, "school_count": "1", "solid_rooms": "6", "teachers": "1"}},
    ),
    one("COM10", f"{HEALTH}/national_standard", "1", "2", **{f"{HEALTH}/has_station": "2"}),
    one("COM11", f"{HEALTH}/doctors", "0", "1", **NO_STAFF),
    Case(
        "COM12",
        "identification/visit_result",
        NO_CADRES,
        {**NO_CADRES, f"{POSTS}[3]": POST},
    ),
    Case(
        "COM13",
        f"{POSTS}[2]/cadre_college",
        {f"{POSTS}[2]/cadre_upper_secondary": "2"},
        {f"{POSTS}[2]/cadre_upper_secondary": "3"},
    ),
    one("COM14", f"{RELIGION}/clergy", "41", "40"),
    Case(
        "COM15",
        "identification/zone",
        NOBODY_POOR,
        {**NOBODY_POOR, f"{GROUPS}[3]/near_poor_households": "1"},
    ),
]


def of_a_commune(case: Case) -> Case:
    return Case(case.check, case.at, case.planted, case.spared, COMMUNE)


CASES_OF_A_COMMUNE = [of_a_commune(case) for case in COMMUNE_CASES]
