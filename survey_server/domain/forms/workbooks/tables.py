"""Sheets written as text: a CSV file for one sheet, a CSV or Markdown file for all of them.

In a file for all, the first column holds the name of a sheet, alone or beside its header; the rows
below belong to it. Spreadsheets set to Vietnamese write semicolons for commas; both are read.

    survey,,                     | survey |         |      |
    ,type,name                   |        | type    | name |
    ,integer,age                 |        | integer | age  |
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from survey_server.domain.forms.problem_texts import refusal
from survey_server.domain.forms.workbooks.grid import Sheet, known_names, sheet_of

MAX_TEXT_BYTES = 32 * 1024 * 1024

_Lines = list[Sequence[str]]
_COMMENT = re.compile(r"\s*#")
_TABLE_LINE = re.compile(r"\s*\|(.*)\|\s*")
_BAR = re.compile(r"(?<!\\)\|")
_RULER = re.compile(r"\s*:?-{2,}:?\s*")


def sheet_in_csv(content: bytes, name: str) -> Sheet:
    """`name` is the sheet's, or the file's where it is no sheet of a form."""
    return sheet_of(name, _records(_text(content, name), name))


def sheets_in_csv(content: bytes, file: str) -> tuple[dict[str, Sheet], tuple[str, ...]]:
    return _sheets(_records(_text(content, file), file), file)


def sheets_in_markdown(content: bytes, file: str) -> tuple[dict[str, Sheet], tuple[str, ...]]:
    return _sheets(_table_lines(_text(content, file)), file)


def _sheets(lines: Iterable[Sequence[str]], file: str) -> tuple[dict[str, Sheet], tuple[str, ...]]:
    names: list[str] = []
    tables: list[_Lines] = []
    for line in lines:
        name = line[0].strip() if line else ""
        if name:
            names.append(name)
            tables.append([])
        # What stands above the first sheet, and blank rows above a header, are nothing.
        if tables and (tables[-1] or any(cell.strip() for cell in line[1:])):
            tables[-1].append(line[1:])
    if not any(tables):
        raise refusal("not_a_table", sheet=file)
    known = tuple(known_names(names))
    by_name = dict(zip(names, tables, strict=True))
    return {name: sheet_of(name, by_name[written]) for written, name in known}, tuple(names)


def _text(content: bytes, file: str) -> str:
    if len(content) > MAX_TEXT_BYTES:
        raise refusal("file_too_large", sheet=file, limit=MAX_TEXT_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise refusal("not_utf8", sheet=file, byte=fault.start) from None
    if "\0" in text:
        raise refusal("nul_bytes", sheet=file)
    return text


def _records(text: str, name: str) -> Iterator[Sequence[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    row = 0
    try:
        for line in lines:
            row += 1
            yield line
    except csv.Error as fault:
        raise refusal("csv_broken", sheet=name, row=row + 1, fault=fault) from None


def _delimiter(text: str) -> str:
    beginning = text[:4096]
    if "," in beginning:
        return ","
    return next((sign for sign in (";", "\t") if sign in beginning), ",")


def _table_lines(text: str) -> Iterator[Sequence[str]]:
    for line in text.splitlines():
        table = None if _COMMENT.match(line) else _TABLE_LINE.fullmatch(_without_comment(line))
        if table is None:
            continue
        cells = [cell.strip().replace(r"\|", "|") for cell in _BAR.split(table[1])]
        if not all(_RULER.fullmatch(cell) for cell in cells):
            yield cells


def _without_comment(line: str) -> str:
    """What follows # behind the last bar is a remark, as pyxform has it."""
    bar = line.rfind("|")
    sign = line.find("#", bar)
    return line if sign < 0 else line[:sign]
