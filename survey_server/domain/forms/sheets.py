"""The questionnaire as reviewers see it: a folder of CSV sheets, or one file that holds them all.

`survey.csv`, `choices.csv`, `settings.csv` are the sheets of an XLSForm; every other file in the
folder is media, read by the form under its own name. Text is brought to NFC on the way in.
"""

import csv
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from survey_server.domain.forms.invalid import FormInvalid

Row = Mapping[str, str]

SHEETS = ("survey", "choices", "settings", "entities", "external_choices", "osm")
# Ours, not XLSForm's: rules over several answers. It is taken out before pyxform compiles.
CHECKS = "checks"
MAX_FILE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Workbook:
    sheets: Mapping[str, tuple[Row, ...]]
    media: Mapping[str, bytes]


def read_file(
    name: str, content: bytes, media: Mapping[str, bytes] = MappingProxyType({})
) -> Workbook:
    """One file that holds every sheet: .xlsx, .csv with the sheet's name first, or Markdown."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import definition_to_dict, get_definition_data

    suffix = Path(name).suffix.lower()
    if suffix not in (".xlsx", ".csv", ".md"):
        raise FormInvalid("is no .xlsx, .csv, .md or .xml file", name)
    try:
        read = definition_to_dict(get_definition_data(content), suffix)
    except PyXFormError as fault:
        raise FormInvalid(str(fault), name) from None
    sheets = {sheet: getattr(read, sheet) for sheet in SHEETS if getattr(read, sheet)}
    return Workbook(
        sheets={sheet: tuple(rows) for sheet, rows in sheets.items()}, media=dict(media)
    )


def read_folder(folder: Path) -> Workbook:
    if not (folder / "survey.csv").is_file():
        raise FormInvalid("there is no survey.csv", str(folder.name))
    sheets: dict[str, tuple[Row, ...]] = {}
    media: dict[str, bytes] = {}
    for file in sorted(folder.iterdir()):
        if not file.is_file() or file.name.startswith((".", "~")) or file.suffix == ".md":
            continue
        if file.suffix == ".csv" and file.stem in (*SHEETS, CHECKS):
            sheets[file.stem] = rows_of_sheet(_bytes_of(file), file.name)
        else:
            media[unicodedata.normalize("NFC", file.name)] = _bytes_of(file)
    return Workbook(sheets=sheets, media=media)


def rows_of_sheet(content: bytes, name: str) -> tuple[Row, ...]:
    """Blank cells are left out; a blank line stays an empty row, so that row numbers hold."""
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise FormInvalid(f"is not UTF-8 (byte {fault.start})", name) from None
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(lines, [])]
        _check_header(header, name)
        return tuple(_row(header, cells, f"{name}, row {lines.line_num}") for cells in lines)
    except csv.Error as fault:
        raise FormInvalid(str(fault), f"{name}, row {lines.line_num}") from None


def _check_header(header: list[str], name: str) -> None:
    if not any(header):
        raise FormInvalid("has no header", name)
    named = [cell for cell in header if cell]
    twice = sorted({cell for cell in named if named.count(cell) > 1})
    if twice:
        raise FormInvalid(f"has the column {twice[0]} twice", name)


def _row(header: list[str], cells: list[str], place: str) -> Row:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise FormInvalid("has more cells than the header has columns", place)
    return {
        column: cell.strip()
        for column, cell in zip(header, cells, strict=False)
        if column and cell.strip()
    }


def _bytes_of(file: Path) -> bytes:
    if file.stat().st_size > MAX_FILE_BYTES:
        raise FormInvalid(f"is larger than {MAX_FILE_BYTES} bytes", file.name)
    return file.read_bytes()
