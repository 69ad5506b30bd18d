"""The small household form that the tests of forms, answers and tables share."""

from functools import cache
from pathlib import Path
from typing import Any

from survey_server.domain.forms import CompiledForm, compile_folder

FORM_FOLDER = Path(__file__).parent / "fixtures" / "household"
CENSUS_FORMS = Path(__file__).parents[2] / "forms"


@cache
def household_form() -> CompiledForm:
    return compile_folder(FORM_FOLDER)


def household_answers() -> dict[str, Any]:
    """A finished interview of two persons that breaks no rule."""
    return {
        "started": "2024-04-03T19:22:10.123+07:00",
        "finished": "2024-04-03T19:52:00.000+07:00",
        "unit_code": "01-001-00001-012-034",
        "visit_result": "1",
        "head_name": "Giàng A Páo",
        "household_size": "2",
        "person": [
            {
                "full_name": "Giàng A Páo",
                "relation": "1",
                "sex": "1",
                "birth_month": "98",
                "birth_year": "1980",
                "ethnic_group": "19",
            },
            {
                "full_name": "Thào Thị Mỷ",
                "relation": "2",
                "sex": "2",
                "birth_month": "7",
                "birth_year": "9998",
                "age": "38",
                "ethnic_group": "19",
                "woman": {
                    "children_born": "2",
                    "no_more": ["1", "2"],
                    "birth": [{"birth_date": "2005-09-30"}, {"birth_date": "2010-01-02"}],
                },
            },
        ],
        "dwelling": {
            "floor_area": "42.5",
            "place": "22.3364 103.8438 1500.0 4.5",
            "assets": ["tv", "fridge"],
        },
    }
