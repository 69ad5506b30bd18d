"""The frame: surveys, their area trees, units, who is to do what, and how files of them come in."""

from survey_server.store.frame.areas import (
    all_scopes,
    area_by_code,
    area_within,
    areas_on_file,
    children,
    eas_in,
    lowest_places,
    scopes_of,
    top_ids,
    tops,
    upsert_areas,
)
from survey_server.store.frame.assignments import IncomingAssignment, upsert_assignments
from survey_server.store.frame.households import households_of, short_of_numbers
from survey_server.store.frame.surveys import (
    code_of_survey,
    has_areas,
    is_retired,
    lock_survey,
    survey_by_code,
    surveys,
    upsert_survey,
)
from survey_server.store.frame.tables import (
    Area,
    Assignment,
    Server,
    Survey,
    Unit,
    UnitDeparture,
    UnitIdentity,
)
from survey_server.store.frame.units import UnitOnFile, set_expected, units_on_file, upsert_units

__all__ = [
    "Area",
    "Assignment",
    "IncomingAssignment",
    "Server",
    "Survey",
    "Unit",
    "UnitDeparture",
    "UnitIdentity",
    "UnitOnFile",
    "all_scopes",
    "area_by_code",
    "area_within",
    "areas_on_file",
    "children",
    "code_of_survey",
    "eas_in",
    "has_areas",
    "households_of",
    "is_retired",
    "lock_survey",
    "lowest_places",
    "scopes_of",
    "set_expected",
    "short_of_numbers",
    "survey_by_code",
    "surveys",
    "top_ids",
    "tops",
    "units_on_file",
    "upsert_areas",
    "upsert_assignments",
    "upsert_survey",
    "upsert_units",
]
