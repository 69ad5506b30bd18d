"""Sheets as rows under a header, whatever file they came from.

Text is brought to NFC, non-breaking spaces become spaces, and stray spaces around a cell go, as
pyxform does; sheets that are not XLSForm's are left out: authors keep their notes there. Rows keep
the number that a spreadsheet shows: the header is row 1 and blank rows count.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.problem_texts import problem, refusal, refusal_of

SHEETS = ("survey", "choices", "settings", "entities", "external_choices", "osm")
# Ours, not XLSForm's: rules over several answers. It is taken out before pyxform compiles.
CHECKS = "checks"

MAX_ROWS = 50_000
# pyxform takes about a millisecond for a question.
MAX_SURVEY_ROWS = 10_000
MAX_COLUMNS = 500
MAX_CELLS = 250_000
MAX_CELL_LENGTH = 32_767
MAX_PROBLEMS = 100
# A header ends where so many columns are blank, as in pyxform; what stands beyond are notes.
BLANK_COLUMNS = 20

_SPACES = re.compile(" +")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Row(dict[str, str]):
    """A row's cells by column, the blank ones left out."""

    __slots__ = ("number",)

    def __init__(self, number: int, cells: Mapping[str, str]) -> None:
        super().__init__(cells)
        self.number = number


@dataclass(frozen=True, slots=True)
class Sheet:
    """`header` has "" where a column has no name; `rows[0]` is row 2."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """`xform` is set, and there are no sheets but checks, where a ready XForm was sent."""

    sheets: Mapping[str, tuple[Mapping[str, str], ...]]
    media: Mapping[str, bytes]
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    xform: bytes | None = None

    def header(self, sheet: str) -> tuple[str, ...]:
        """In the order of the sheet; a column may have no cells."""
        if sheet in self.headers:
            return self.headers[sheet]
        return tuple(dict.fromkeys(column for row in self.sheets[sheet] for column in row))


def workbook_of(
    sheets: Mapping[str, Sheet], names: Sequence[str], media: Mapping[str, bytes]
) -> Workbook:
    if "survey" not in sheets:
        raise refusal("no_survey", found=", ".join(names[:20]) or "–")
    return Workbook(
        sheets={name: sheet.rows for name, sheet in sheets.items()},
        media=dict(media),
        headers={name: tuple(filter(None, sheet.header)) for name, sheet in sheets.items()},
        names=tuple(names),
    )


def known_names(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(name as written, name as known); the only sheet of a workbook is its survey."""
    known: list[str] = []
    for written in names:
        name = written.strip().lower()
        if name not in (*SHEETS, CHECKS) and len(names) > 1:
            continue
        name = name if name in (*SHEETS, CHECKS) else "survey"
        if name in known:
            raise refusal("sheet_twice", sheet=name, name=name)
        known.append(name)
        yield written, name


def sheet_of(name: str, lines: Iterable[Sequence[str]], ragged: bool = False) -> Sheet:
    """`ragged`: cells to the right of the header are notes, not a comma too many."""
    source = iter(lines)
    header = _header(name, next(source, ()))
    rows: list[Row] = []
    problems: list[FormProblem] = []
    cells = 0
    for number, line in enumerate(source, 2):
        row, wrong = _row(name, number, header, line, ragged)
        problems += wrong
        cells += len(row)
        if not row:
            continue
        _check_size(name, number, cells)
        rows += (Row(blank, {}) for blank in range(len(rows) + 2, number))
        rows.append(row)
        if len(problems) >= MAX_PROBLEMS:
            break
    if problems:
        raise refusal_of(problems[:MAX_PROBLEMS])
    return Sheet(header, tuple(rows))


def clean(cell: str) -> str:
    text = cell.strip()
    if text.isascii() and "\r" not in text:
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    return unicodedata.normalize("NFC", text)


def snake_case(name: str) -> str:
    """As pyxform compares names of columns: "Form ID" is form_id."""
    return "_".join(name.split()).lower()


def header_width(cells: Iterable[str]) -> int:
    """Where the header ends: after its last named column before a run of blank ones."""
    width = 0
    for position, cell in enumerate(cells, 1):
        if cell.strip():
            width = position
        elif position - width > BLANK_COLUMNS:
            break
    return width


def _header(name: str, line: Sequence[str]) -> tuple[str, ...]:
    header = tuple(_SPACES.sub(" ", clean(cell)) for cell in line[: header_width(line)])
    if not header:
        raise refusal("no_header", sheet=name, row=1)
    if len(header) > MAX_COLUMNS:
        raise refusal("too_many_columns", sheet=name, row=1, limit=MAX_COLUMNS)
    if name == CHECKS:
        header = tuple(_own_column(cell) for cell in header)
    named = [cell for cell in header if cell]
    problems = [
        problem("column_twice", name, 1, cell, name=cell)
        for cell in dict.fromkeys(named)
        if named.count(cell) > 1
    ]
    problems += [_wrong_cell(name, 1, cell[:40], cell) for cell in named if _is_wrong(cell)]
    if problems:
        raise refusal_of(problems)
    return header


def _own_column(cell: str) -> str:
    """pyxform knows "Form ID" for form_id in its sheets; ours is read as kindly."""
    first, colons, language = cell.partition("::")
    return snake_case(first) + colons + language.strip()


def _row(
    name: str, number: int, header: Sequence[str], line: Sequence[str], ragged: bool
) -> tuple[Row, list[FormProblem]]:
    cells = {
        column: clean(cell)
        for column, cell in zip(header, line, strict=False)
        if column and cell and not cell.isspace()
    }
    problems = [
        _wrong_cell(name, number, column, cell) for column, cell in cells.items() if _is_wrong(cell)
    ]
    if not ragged and any(cell.strip() for cell in line[len(header) :]):
        problems.append(problem("too_many_cells_in_row", name, number))
    return Row(number, cells), problems


def _is_wrong(cell: str) -> bool:
    return len(cell) > MAX_CELL_LENGTH or _CONTROL.search(cell) is not None


def _wrong_cell(name: str, number: int, column: str, cell: str) -> FormProblem:
    if len(cell) > MAX_CELL_LENGTH:
        return problem("cell_too_long", name, number, column, limit=MAX_CELL_LENGTH)
    return problem("control_character", name, number, _CONTROL.sub("", column))


def _check_size(name: str, number: int, cells: int) -> None:
    most = MAX_SURVEY_ROWS if name == "survey" else MAX_ROWS
    if number > most:
        raise refusal("too_many_rows", sheet=name, row=number, limit=most)
    if cells > MAX_CELLS:
        raise refusal("too_many_cells", sheet=name, row=number, limit=MAX_CELLS)
