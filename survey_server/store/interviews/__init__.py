"""Interviews and their parts: tables, reading, writing."""

from survey_server.store.interviews.chains import (
    Derived,
    Families,
    families_of,
    forget_interviews,
)
from survey_server.store.interviews.reading import (
    candidates_of,
    currents_of,
    eas_linked,
    eas_telling,
    units_told,
)
from survey_server.store.interviews.tables import FindingRow, Interview, PersonIdentity, PersonRow
from survey_server.store.interviews.writing import (
    FoundFinding,
    PersonLine,
    Telling,
    note_first_arrivals,
    save_tellings,
    set_counting,
)

__all__ = [
    "Derived",
    "Families",
    "FindingRow",
    "FoundFinding",
    "Interview",
    "PersonIdentity",
    "PersonLine",
    "PersonRow",
    "Telling",
    "candidates_of",
    "currents_of",
    "eas_linked",
    "eas_telling",
    "families_of",
    "forget_interviews",
    "note_first_arrivals",
    "save_tellings",
    "set_counting",
    "units_told",
]
