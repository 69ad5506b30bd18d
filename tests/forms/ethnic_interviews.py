"""A Mông household of four and a commune, as they would be interviewed, without any finding."""

from typing import Any

Tree = dict[str, Any]

ABLE = dict.fromkeys(
    ("seeing", "hearing", "walking", "remembering", "self_care", "communicating"), "1"
)
UNABLE = dict.fromkeys(ABLE, "4")
STAYED = {"residence_5y": "2", "residence_1y": "2"}
INSURED = {"insurance_card": "1", "care_12_months": "1", "card_used": "1"}
KNOWS_NO_CUSTOMS = {"knows_songs": "2", "plays_instruments": "2", "knows_dances": "2"}
LEFT_SCHOOL = {
    "attendance": "2",
    "level_completed": "2",
    "grade_completed": "5",
    "training_years": "0",
}
UNSCHOOLED = {"attendance": "3", "literacy_check": {"literate": "2"}}
FARMS: Tree = {
    "worked_7_days": "1",
    "main_job": {
        "occupation": "Trồng ngô trên nương",
        "occupation_code": "6111",
        "workplace": "Hộ gia đình",
        "product": "Ngô",
        "industry_code": "0112",
        "trained_for_job": "2",
        "job_3_years": "1",
        "job_with_machines": "2",
        "job_transferable": "1",
        "employment_status": "2",
    },
}
STUDIES = {
    "worked_7_days": "2",
    "paid_while_absent": "2",
    "job_to_return_to": "2",
    "job_search": {"looked_for_work": "2", "no_search_reason": "2", "available_for_work": "2"},
}
NOBODY_BORN = dict.fromkeys(
    (
        "sons_at_home",
        "daughters_at_home",
        "sons_elsewhere",
        "daughters_elsewhere",
        "sons_died",
        "daughters_died",
    ),
    "0",
)
CARE = {"antenatal_care": "1", "antenatal_visits": "4", "birth_place": "1"}
MOTHER_OF_TWO = {
    "ever_given_birth": "1",
    "births": {
        **NOBODY_BORN,
        "sons_at_home": "1",
        "daughters_at_home": "1",
        "last_birth_month": "3",
        "last_birth_year": "2023",
        "last_birth_sons": "0",
        "last_birth_daughters": "1",
        "birth_attendant": "1",
    },
    "maternity_care": CARE,
    "family_planning": {"contraception": "2"},
}
CHILDLESS = {"ever_given_birth": "2", "family_planning": {"contraception": "1"}}


def mong(name: str, relation: str, sex: str, month: str, year: str, **answers: Any) -> Tree:
    """Somebody of the Mông who has always lived here; younger people skip what is not for them."""
    person: Tree = {
        "full_name": name,
        "relation": relation,
        "sex": sex,
        "birth_month": month,
        "birth_year": year,
        "kinh_or_other": "2",
        "other_ethnicity": "08",
        "has_religion": "2",
        "languages": {"own_language": "1", "own_script": "1", "vietnamese_skill": "3"},
        "culture": KNOWS_NO_CUSTOMS,
        "migration": STAYED,
        "disability": ABLE,
        "education": LEFT_SCHOOL,
        "health_insurance": INSURED,
        "marriage": {"marital_status": "1"},
        "employment": FARMS,
        "woman": {"ever_given_birth": "2"},
    }
    return {**person, **answers}


def married(to: str, year: str = "2010", **answers: Any) -> Tree:
    return {
        "marital_status": "2",
        "marriage_month": "2",
        "marriage_year": year,
        "consanguinity": "1",
        "spouse_line": to,
        **answers,
    }


def widowed(year: str) -> Tree:
    return {
        "marital_status": "3",
        "marriage_month": "2",
        "marriage_year": year,
        "consanguinity": "1",
    }


FATHER = mong("Páo", "1", "1", "5", "1985", other_name="Chứ Páo", marriage=married("2"))
MOTHER = mong("Mỷ", "2", "2", "8", "1988", marriage=married("1"), woman=MOTHER_OF_TWO)
SON = mong(
    "Dinh",
    "3",
    "1",
    "3",
    "2012",
    education={
        "attendance": "1",
        "level_now": "4",
        "level_completed": "2",
        "grade_completed": "5",
        "training_years": "0",
    },
)
DAUGHTER = mong("Sua", "3", "2", "3", "2023")

HOUSEHOLD: Tree = {
    "identification": {
        "unit_code": "10-080-02674-003-012",
        "area_type": "2",
        "zone": "3",
        "area_group": "2",
        "head_name": "Páo",
        "address": "Bản Sín Chải",
        "mode": "1",
        "visit_result": "1",
    },
    "interview": {"interpreter_used": "1", "spoken_language": "08"},
    "residence": {
        "usual_residents": "4",
        "usual_not_counted": "0",
        "newcomers": "0",
        "temporarily_absent": "0",
        "died_after_reference": "0",
        "head_confirmed": "Páo",
        "registered_here": "0",
    },
    "person": [FATHER, MOTHER, SON, DAUGHTER],
    "deaths": {"any_death": "2"},
    "dwelling": {
        "has_dwelling": "1",
        "shares_dwelling": "2",
        "building": {
            "dwelling_type": "2",
            "bedrooms": "2",
            "floor_area": "60",
            "pillars": "1",
            "roof": "1",
            "walls": "1",
            "used_since": "3",
            "tenure": "1",
        },
        "living_conditions": {
            "plans_to_buy": "2",
            "lighting": "1",
            "cooking": "2",
            "water": "6",
            "toilet": "3",
            "animals_under_house": "2",
        },
        "assets": {
            "has_television": "1",
            "has_radio": "2",
            "has_computer": "2",
            "has_telephone": "1",
            "has_refrigerator": "2",
            "has_washing_machine": "2",
            "has_water_heater": "2",
            "has_air_conditioner": "2",
            "has_motorbike": "1",
            "has_bicycle": "2",
            "has_boat": "2",
            "has_car": "2",
            "has_internet": "1",
        },
    },
    "land": {
        "residential_land": "200",
        "land_certificate": "1",
        "production_land_kinds": {
            "annual_crop_land": "3000",
            "perennial_crop_land": "0",
            "forest_land": "10000",
            "aquaculture_land": "0",
            "other_production_land": "0",
        },
        "land_lent_out": "0",
        "land_taken_in": "0",
        "land_transferred": "0",
        "needs_residential_land": "2",
        "needs_production_land": "1",
    },
    "livestock": {
        "buffaloes": "2",
        "cattle": "0",
        "horses": "1",
        "goats": "0",
        "pigs": "3",
        "poultry": "20",
    },
    "livelihood": {
        "traditional_craft": "1",
        "tourism": "2",
        "poverty_status": "2",
        "preferential_credit": "1",
        "policy_support": "2",
    },
    "services": {
        "distances": {
            "distance_primary": "1.5",
            "distance_lower_secondary": "4",
            "distance_upper_secondary": "22.5",
            "distance_health_station": "4.2",
            "distance_hospital": "22",
            "distance_market": "4",
            "distance_commune_office": "0",
        },
        "watches_television": "1",
        "listens_radio": "1",
        "uses_internet": "1",
    },
}


def household_of(*persons: Tree) -> Tree:
    """Other persons in the same house."""
    residence = {**HOUSEHOLD["residence"], "usual_residents": str(len(persons))}
    return {**HOUSEHOLD, "residence": residence, "person": list(persons)}


def with_another(*more: Tree) -> Tree:
    return household_of(*HOUSEHOLD["person"], *more)


def school(schools: str, teachers: str) -> Tree:
    return {
        "school_count": schools,
        "site_count": "0",
        "solid_rooms": "4",
        "semi_solid_rooms": "2",
        "temporary_rooms": "0",
        "teachers": teachers,
        "minority_teachers": "5",
        "qualified_teachers": "8",
        "qualified_minority_teachers": "3",
    }


NO_SCHOOL = {**dict.fromkeys(school("0", "0"), "0")}
POST = {
    "cadre_count": "4",
    "cadre_women": "2",
    "cadre_minority": "3",
    "cadre_minority_women": "1",
    "cadre_upper_secondary": "4",
    "cadre_intermediate": "1",
    "cadre_college": "3",
    "cadre_political": "2",
    "cadre_computing": "3",
    "cadre_foreign_language": "1",
    "cadre_ethnic_language": "3",
}


def group(ethnicity: str, households: str, poor: str = "0") -> Tree:
    return {
        "group_ethnicity": ethnicity,
        "group_households": households,
        "poor_households": poor,
        "near_poor_households": "0",
    }


COMMUNE: Tree = {
    "identification": {
        "unit_code": "10-080-02674-000-001",
        "commune_name": "Sín Chải",
        "area_type": "2",
        "zone": "3",
        "terrain": ["1", "3"],
        "respondent_name": "Y Moan Ênuôl",
        "respondent_post": "Công chức văn phòng - thống kê",
        "mode": "2",
        "visit_result": "1",
    },
    "situation": {
        "population": {
            "village_count": "9",
            "hard_villages": "6",
            "households": "700",
            "inhabitants": "3400",
            "minority_households": "680",
            "minority_inhabitants": "3320",
        },
        "centres": {"distance_district_centre": "16.7", "distance_province_centre": "48"},
        "infrastructure": {
            "villages_grid": "7",
            "villages_other_power": "2",
            "villages_paved_road": "5",
        },
        "schools": {"school_level": [school("1", "10"), school("1", "12"), school("1", "11")]},
        "culture_houses": {"commune_culture_house": "1", "villages_culture_house": "8"},
        "health": {
            "has_station": "1",
            "station_building": "1",
            "national_standard": "1",
            "doctors": "1",
            "assistant_doctors": "2",
            "nurses": "1",
            "midwives": "1",
            "minority_health_staff": "3",
            "villages_health_worker": "9",
            "villages_midwife": "2",
        },
        "environment": {
            "villages_waste": "1",
            "waste_treatment": "3",
            "water_schemes": "2",
            "scheme_households": "310",
        },
        "economy": {
            "markets": "1",
            "industrial_clusters": "0",
            "industrial_zones": "0",
            "processing_plants": "0",
        },
        "cadres": {"cadre_post": [POST] * 6},
        "religion_and_belief": {
            "religious_places": "0",
            "belief_places": "1",
            "followers": "40",
            "clergy": "1",
        },
        "media": {"villages_mobile": "9", "villages_internet": "6", "villages_loudspeaker": "4"},
        "poverty": {
            "group_count": "3",
            "ethnic_group": [group("08", "600", "240"), group("09", "70", "20"), group("01", "30")],
        },
        "social": {"child_marriages": "3"},
    },
}
COMMUNE["situation"]["schools"]["school_level"].append(NO_SCHOOL)
