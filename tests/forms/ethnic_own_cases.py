"""Cases of the checks that only this survey has."""

from tests.forms.ethnic_cases import (
    ASSETS,
    BOY,
    BUILDING,
    FIELDS,
    FIFTH,
    GIRL,
    HEAD,
    LIVING,
    WIFE,
    Case,
    couple,
    never_at_school,
    one,
    out_of_school,
    people,
)
from tests.forms.ethnic_interviews import HOUSEHOLD, UNSCHOOLED, married

UNLETTERED = {
    f"{who}/{answer}": value
    for who in (HEAD, WIFE, BOY)
    for answer, value in (
        ("education", {**UNSCHOOLED, "no_school_reason": "5"}),
        ("languages/vietnamese_skill", "4"),
    )
} | {"interview": {"interpreter_used": "2", "spoken_language": "01"}}
MUTE = {
    f"{who}/languages/{question}": value
    for who in (HEAD, WIFE, BOY)
    for question, value in (("own_language", "2"), ("own_script", "4"))
}
NO_ANIMALS = dict.fromkeys((f"livestock/{name}" for name in HOUSEHOLD["livestock"]), "0")
NO_FIELDS = dict.fromkeys(
    (f"{FIELDS}/{name}" for name in HOUSEHOLD["land"]["production_land_kinds"]), "0"
)

LANGUAGE_CASES = [
    Case(
        "DTS01",
        "identification/visit_result",
        {f"{who}/kinh_or_other": "1" for who in (HEAD, WIFE, BOY, GIRL)}
        | {"interview": {"interpreter_used": "2", "spoken_language": "01"}},
        {f"{HEAD}/kinh_or_other": "1"},
    ),
    Case(
        "DTS02",
        "interview/spoken_language",
        {"interview/spoken_language": "01"},
        {"interview/spoken_language": "01", "interview/interpreter_used": "2"},
    ),
    Case(
        "DTS03",
        "interview/spoken_language",
        MUTE,
        {**MUTE, f"{BOY}/languages/own_language": "1", f"{BOY}/languages/own_script": "1"},
    ),
    Case(
        "DTS04",
        "interview/spoken_language",
        UNLETTERED,
        {**UNLETTERED, f"{WIFE}/languages/vietnamese_skill": "1"},
    ),
    one(
        "DTS05",
        f"{HEAD}/languages/own_script",
        "2",
        "4",
        **{f"{HEAD}/languages/own_language": "2"},
    ),
    Case(
        "DTS06",
        f"{WIFE}/education/literacy_check/literate",
        {f"{WIFE}/education": UNSCHOOLED},
        {f"{WIFE}/education": UNSCHOOLED, f"{WIFE}/languages/vietnamese_skill": "2"},
    ),
    one("DTS07", f"{HEAD}/languages/vietnamese_skill", "1", "2"),
]

PERSON_CASES = [
    Case(
        "DTS08",
        f"{GIRL}/health_insurance/insurance_card",
        {f"{GIRL}/health_insurance/insurance_card": "2"},
        {f"{HEAD}/health_insurance/insurance_card": "2"},
    ),
    Case(
        "DTS09",
        f"{BOY}/education/no_school_reason",
        {f"{BOY}/education": out_of_school("7")},
        {f"{BOY}/education": out_of_school("1")},
    ),
    Case(
        "DTS10",
        f"{BOY}/education/no_school_reason",
        {f"{BOY}/education": never_at_school("9")},
        {f"{BOY}/education": out_of_school("9")},
    ),
    Case(
        "DTS11",
        f"{HEAD}/marriage/spouse_line",
        {f"{WIFE}/marriage": married("0", spouse_ethnicity="08")},
        {
            f"{WIFE}/marriage": married("0", spouse_ethnicity="08"),
            f"{HEAD}/marriage": married("0", spouse_ethnicity="08"),
        },
    ),
    people("DTS12", f"{FIFTH}/marriage/spouse_line", couple("1"), couple("2")),
    Case(
        "DTS13",
        f"{HEAD}/marriage/consanguinity",
        {
            f"{HEAD}/marriage/consanguinity": "2",
            f"{WIFE}/marriage/consanguinity": "4",
            f"{WIFE}/other_ethnicity": "09",
        },
        {
            f"{HEAD}/marriage/consanguinity": "2",
            f"{WIFE}/marriage/consanguinity": "2",
        },
    ),
    Case(
        "DTS14",
        f"{HEAD}/marriage/consanguinity",
        {f"{HEAD}/marriage/consanguinity": "2"},
        {f"{HEAD}/marriage/consanguinity": "2", f"{WIFE}/marriage/consanguinity": "4"},
    ),
    one(
        "DTS15",
        f"{WIFE}/woman/family_planning/no_contraception_reason",
        "4",
        "1",
        **{f"{WIFE}/woman/family_planning/contraception": "1"},
    ),
    Case(
        "DTS16",
        f"{WIFE}/woman/maternity_care/birth_place",
        {f"{WIFE}/woman/births/birth_attendant": "4"},
        {
            f"{WIFE}/woman/births/birth_attendant": "4",
            f"{WIFE}/woman/maternity_care/birth_place": "2",
        },
    ),
    one("DTS17", f"{HEAD}/full_name", "Giàng Thị Páo", "Giàng A Páo"),
]

HOUSEHOLD_CASES = [
    Case(
        "DTS18",
        "land/residential_land",
        {"land/residential_land": "0"},
        {"land/residential_land": "0", f"{BUILDING}/tenure": "3"},
    ),
    one("DTS19", "land/residential_land", "9", "10"),
    one(
        "DTS20",
        f"{FIELDS}/annual_crop_land",
        "1.5",
        "20",
        **{name: value for name, value in NO_FIELDS.items() if "annual" not in name},
    ),
    Case(
        "DTS21",
        f"{LIVING}/animals_under_house",
        {**NO_ANIMALS, f"{LIVING}/animals_under_house": "1"},
        {**NO_ANIMALS, f"{LIVING}/animals_under_house": "1", "livestock/goats": "1"},
    ),
    one(
        "DTS22",
        f"{LIVING}/animals_under_house",
        "1",
        "2",
        **{f"{BUILDING}/dwelling_type": "1"},
    ),
    Case("DTS23", "livestock/poultry", {"livestock/pigs": "301"}, {"livestock/pigs": "300"}),
    one("DTS24", "livelihood/poverty_status", "1", "2", **{f"{ASSETS}/has_car": "1"}),
    one("DTS25", "services/distances/distance_primary", "20.1", "20"),
    one("DTS26", "services/uses_internet", "2", "1"),
    Case(
        "DTS27",
        "services/watches_television",
        {f"{ASSETS}/has_television": "2", f"{ASSETS}/has_telephone": "2"},
        {f"{ASSETS}/has_television": "2"},
    ),
]

OWN_CASES = [*LANGUAGE_CASES, *PERSON_CASES, *HOUSEHOLD_CASES]
