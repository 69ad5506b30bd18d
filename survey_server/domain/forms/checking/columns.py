"""Sheets and columns whose names are nearly right: nobody reads them, and nobody says so."""

import re

from survey_server.domain.forms.checking import vocabulary
from survey_server.domain.forms.checking.nearest import nearest
from survey_server.domain.forms.checking.report import Report, Where
from survey_server.domain.forms.checking.table import Table
from survey_server.domain.forms.checking.vocabulary import Column
from survey_server.domain.forms.sheets import CHECKS, SHEETS, Workbook

_CLOSE = 2
_LONG = 9
_LANGUAGE_SIGN = re.compile("::?")
_NUMBERED = re.compile(r"(.*?)[_ ]?\d+")
# Too short or too common among authors' own columns to be told from a slip.
_ALIKE = frozenset({"osm"})
_NEEDED: dict[str, tuple[Column, ...]] = {
    "survey": (vocabulary.TYPE,),
    "choices": (vocabulary.LIST_NAME, vocabulary.NAME),
}
_SPELLED = {vocabulary.LIST_NAME: "list_name"}


def check_sheets(workbook: Workbook, report: Report) -> None:
    """Only where the sheet itself is missing: authors also keep sheets of notes."""
    missing = [name for name in (*SHEETS, CHECKS) if name not in workbook.sheets]
    others = [*workbook.names, *(_stem(name) for name in workbook.media)]
    for written in dict.fromkeys(others):
        name = written.strip().lower()
        if name in SHEETS or name == CHECKS or name.startswith("_"):
            continue
        near = [known for known in missing if known not in _ALIKE and _is_close(name, known)]
        if near:
            report.warning("sheet_unknown", Where(written), sheet=written, nearest=near[0])


def _stem(file: str) -> str:
    return file.removesuffix(".csv") if file.endswith(".csv") else "_"


def _is_close(name: str, known: str) -> bool:
    return abs(len(name) - len(known)) <= _CLOSE and _distance(name, known) <= _CLOSE


def _is_slip(name: str, known: str) -> bool:
    """One letter wrong, or two changed places; in a long name two letters. Authors have columns
    of their own, as `comment`, which is none for `command`."""
    if len(name) == len(known) and sorted(name) == sorted(known):
        return sum(one != other for one, other in zip(name, known, strict=True)) <= _CLOSE
    return _distance(name, known) <= (1 if len(known) < _LONG else _CLOSE)


def _distance(one: str, other: str) -> int:
    """Levenshtein's: how many letters to add, to take away or to change."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        before, row = row, [index]
        for place, wanted in enumerate(other, 1):
            changed = before[place - 1] + (letter != wanted)
            row.append(min(before[place] + 1, row[-1] + 1, changed))
    return row[-1]


def check_columns(table: Table, report: Report) -> None:
    where = Where(table.sheet, 1)
    by_column: dict[Column, str] = {}
    for header, column in table.headers.items():
        if column in by_column and vocabulary.is_known_column(table.sheet, header):
            words = {"column": header, "other": by_column[column]}
            report.error("column_twice", where.at(header), **words)
        by_column.setdefault(column, header)
    for needed in _NEEDED.get(table.sheet, ()):
        if table.headers and needed not in by_column:
            name = _SPELLED.get(needed, needed[0])
            near = nearest(name, table.headers)
            report.error("column_missing", where, column=name, nearest=near)
    _check_spelling(table, report)


def _check_spelling(table: Table, report: Report) -> None:
    """Lists of choices have columns of the author's own, which filters read."""
    known = vocabulary.known_columns(table.sheet)
    present = {column[0] for column in table.headers.values()}
    for header in table.headers:
        first = _LANGUAGE_SIGN.split(header)[0].strip().lower().replace(" ", "_")
        if vocabulary.is_known_column(table.sheet, header) or _NUMBERED.fullmatch(first):
            continue
        near = nearest(first, (name for name in known if len(name) > _CLOSE * 2))
        if not near or not _is_slip(first, near.lower()):
            continue
        if table.sheet != "survey" and near in present:
            continue
        where = Where(table.sheet, 1, header)
        report.warning("column_unknown", where, column=header, nearest=near)
