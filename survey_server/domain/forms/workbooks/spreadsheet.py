"""Excel workbooks, read by openpyxl from an archive that was made safe.

Numbers and truth values become what pyxform makes of them (1.0 is 1, TRUE is TRUE), a date is
2024-04-01. A cell whose text is not what its author sees on the screen, because a formula was never
calculated or because cells are merged, is told instead of being read as blank.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from survey_server.domain.forms.invalid import FormInvalid, FormProblem
from survey_server.domain.forms.problem_texts import problem, refusal, refusal_of
from survey_server.domain.forms.workbooks.archive import plain_archive
from survey_server.domain.forms.workbooks.grid import (
    MAX_COLUMNS,
    MAX_PROBLEMS,
    MAX_ROWS,
    Sheet,
    header_width,
    known_names,
    sheet_of,
)

# Beyond so many blank rows a sheet has ended; formatting may go on for a million.
BLANK_ROWS = 1_000
MAX_MERGED = 10_000
_MERGED = re.compile(rb'mergeCell\s[^>]*?ref="(([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7}))"')


def sheets_in_spreadsheet(content: bytes, file: str) -> tuple[dict[str, Sheet], tuple[str, ...]]:
    """The known sheets, and the names of all. Raises FormInvalid."""
    archive = plain_archive(content, file)
    try:
        return _sheets(archive)
    except FormInvalid:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever a damaged part leads it to.
        raise refusal("workbook_damaged", sheet=file) from None


# Everything of openpyxl is Any: it has no types of its own.
def _opened(archive: bytes, data_only: bool) -> Any:
    # Imported here, because only publishing reads workbooks.
    from openpyxl.reader.excel import ExcelReader

    reader = ExcelReader(io.BytesIO(archive), read_only=True, data_only=data_only, keep_links=False)
    reader.read()
    return reader.wb


def _sheets(archive: bytes) -> tuple[dict[str, Sheet], tuple[str, ...]]:
    values, formulas = _opened(archive, data_only=True), None
    names = tuple(values.sheetnames)
    sheets: dict[str, Sheet] = {}
    for written, name in known_names(names):
        source = _part(values, values[written])
        reading = _Reading(name)
        twin = None
        if b"<f" in source:
            formulas = formulas or _opened(archive, data_only=False)
            twin = formulas[written]
        sheets[name] = sheet_of(name, reading.lines(values[written], twin), ragged=True)
        reading.problems += _merged(name, sheets[name], source)
        if reading.problems:
            raise refusal_of(reading.problems[:MAX_PROBLEMS])
    return sheets, names


def _part(workbook: Any, sheet: Any) -> bytes:
    return bytes(workbook._archive.read(sheet._worksheet_path))


@dataclass
class _Reading:
    """One sheet while it is read."""

    name: str
    problems: list[FormProblem] = field(default_factory=list)
    header: Sequence[str] = ()

    def lines(self, sheet: Any, formulas: Any) -> Iterator[Sequence[str]]:
        """The header first. `formulas` is the same sheet with its formulas, where it has any."""
        sheet.reset_dimensions()
        first = next(sheet.iter_rows(max_row=1, max_col=MAX_COLUMNS + 50), ())
        line = [_text(cell.value) for cell in first]
        width = header_width(line)
        self.header = line[:width]
        yield self.header
        if not width:
            return
        blank = 0
        for number, cells in enumerate(self._rows(sheet, width), 2):
            line = [_text(cell.value) for cell in cells]
            blank = 0 if any(line) else blank + 1
            if blank > BLANK_ROWS:
                break
            self._note_errors(number, cells)
            yield line
        if formulas is not None:
            self._note_formulas(self._rows(sheet, width), self._rows(formulas, width))

    def _rows(self, sheet: Any, width: int) -> Any:
        sheet.reset_dimensions()
        return sheet.iter_rows(min_row=2, max_row=MAX_ROWS + 1, max_col=width)

    def _note_errors(self, number: int, cells: Sequence[Any]) -> None:
        for position, cell in enumerate(cells):
            if cell.data_type == "e" and cell.value is not None:
                self._note("cell_error", number, position, value=cell.value)

    def _note_formulas(self, values: Any, formulas: Any) -> None:
        for number, (row, twin) in enumerate(zip(values, formulas, strict=False), 2):
            for position, (cell, formula) in enumerate(zip(row, twin, strict=False)):
                if cell.value is None and formula.data_type == "f":
                    self._note("formula_without_value", number, position)

    def _note(self, code: str, number: int, position: int, **values: object) -> None:
        column = self.header[position]
        if column and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem(code, self.name, number, column, "error", **values))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _merged(name: str, sheet: Sheet, source: bytes) -> Iterator[FormProblem]:
    """Merged cells that hold something of the form: the others of the range would be blank."""
    for number, found in enumerate(_MERGED.finditer(source)):
        if number > MAX_MERGED:
            raise refusal("workbook_too_large", sheet=name)
        spelled, left, top, _, _ = (group.decode() for group in found.groups())
        column, row = _column_number(left), int(top)
        if not (column <= len(sheet.header) and sheet.header[column - 1]):
            continue
        at = sheet.header[column - 1]
        if row == 1 or (row - 2 < len(sheet.rows) and at in sheet.rows[row - 2]):
            yield problem("merged_cells", name, row, at, range=spelled)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
