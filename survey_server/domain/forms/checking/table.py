"""A sheet with its columns understood: rows by number, cells by what their column means.

The first row below the header is row 2, as a spreadsheet shows it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey_server.domain.forms.checking.report import Where
from survey_server.domain.forms.checking.vocabulary import Column, column_of
from survey_server.domain.forms.sheets import Workbook

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Line:
    sheet: str
    row: int
    cells: Mapping[Column, str]
    # How the author spelled the column, for telling where a problem is.
    headers: Mapping[Column, str]
    question: str | None = None

    def get(self, column: Column) -> str:
        """A cell that is a word: a type, a name, a list."""
        return _SPACES.sub(" ", self.cells.get(column, "")).strip()

    def where(self, column: Column | None = None) -> Where:
        spelled = self.headers.get(column, "::".join(column)) if column else None
        return Where(self.sheet, self.row, spelled, self.question)


@dataclass(frozen=True, slots=True)
class Table:
    sheet: str
    headers: Mapping[str, Column]
    lines: tuple[Line, ...]

    def has(self, column: Column) -> bool:
        return column in self.headers.values()

    def below(self, first: str) -> Iterator[tuple[str, Column]]:
        """Columns of one subject: label, label::vi, label::en."""
        return ((head, column) for head, column in self.headers.items() if column[0] == first)


def table_of(workbook: Workbook, sheet: str) -> Table:
    rows = workbook.sheets.get(sheet, ())
    spelled = dict.fromkeys(workbook.header(sheet) if sheet in workbook.sheets else ())
    double_colon = any("::" in header for header in spelled)
    headers = {header: column_of(sheet, header, double_colon) for header in spelled}
    by_column = {column: header for header, column in headers.items()}
    lines = []
    for number, row in enumerate(rows, 2):
        cells = {headers[header]: cell for header, cell in row.items() if cell.strip()}
        name = cells.get(("name",), "").strip() if sheet == "survey" else None
        lines.append(Line(sheet, number, cells, by_column, name or None))
    return Table(sheet, headers, tuple(lines))
