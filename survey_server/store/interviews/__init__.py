"""Interviews and their parts: tables, reading, writing."""

from survey_server.store.interviews.reading import (
    Derived,
    candidates_of,
    chains_of,
    currents_of,
    eas_concerned,
    eas_linked,
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
    "FindingRow",
    "FoundFinding",
    "Interview",
    "PersonIdentity",
    "PersonLine",
    "PersonRow",
    "Telling",
    "candidates_of",
    "chains_of",
    "currents_of",
    "eas_concerned",
    "eas_linked",
    "note_first_arrivals",
    "save_tellings",
    "set_counting",
    "units_told",
]
