"""The frame as files: areas, units, people, devices and assignments, read and checked.

A file is read into a Table: its rows and every mistake that can be seen without the database.
A file with one mistake is refused whole, so that nobody has to find out which half came in.
"""

from survey_server.domain.frame.cells import MOST_BYTES, MOST_ROWS
from survey_server.domain.frame.checking import AreaOnFile, area_mistakes
from survey_server.domain.frame.mistakes import MOST_MISTAKES, NOTICES, Mistake
from survey_server.domain.frame.reading import (
    read_areas,
    read_assignments,
    read_devices,
    read_people,
    read_units,
)
from survey_server.domain.frame.rows import (
    AreaRow,
    AssignmentRow,
    DeviceRow,
    PersonRow,
    Table,
    UnitRow,
    table_of,
)
from survey_server.domain.frame.surveys import SurveyDefinition, read_survey
from survey_server.domain.frame.writing import csv_cells, csv_header

__all__ = [
    "MOST_BYTES",
    "MOST_MISTAKES",
    "MOST_ROWS",
    "NOTICES",
    "AreaOnFile",
    "AreaRow",
    "AssignmentRow",
    "DeviceRow",
    "Mistake",
    "PersonRow",
    "SurveyDefinition",
    "Table",
    "UnitRow",
    "area_mistakes",
    "csv_cells",
    "csv_header",
    "read_areas",
    "read_assignments",
    "read_devices",
    "read_people",
    "read_survey",
    "read_units",
    "table_of",
]
