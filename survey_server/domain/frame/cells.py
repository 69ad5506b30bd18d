"""From the bytes of a CSV file to its cells: encoding, size, header, and what no cell may hold.

Text is Unicode NFC from here on. Spreadsheets of Vietnamese offices also come in Windows-1258 and
in decomposed Unicode: the first is refused with a sentence that says what to do, because guessing
wrong would garble names; the second is composed, which loses nothing.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey_server.domain.frame.mistakes import MOST_MISTAKES, NFD_NOTICE, Mistake

MOST_ROWS = 1_000_000
MOST_BYTES = 256 * 1024 * 1024
LONGEST_CELL = 500
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Columns:
    """`optional` columns may be absent; `free` ones hold anything, passwords for instance."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    free: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cells:
    """Lines in the order of `header`; absent optional columns are simply not in it."""

    header: list[str]
    lines: list[tuple[int, list[str]]]
    mistakes: list[Mistake]
    notices: list[str]


def read_cells(data: bytes, columns: Columns) -> Cells:
    text, wrong = _decoded(data)
    if wrong:
        return Cells([], [], [Mistake(0, "", wrong)], [])
    composed = unicodedata.normalize("NFC", text)
    notices = [] if composed == text else [NFD_NOTICE]
    try:
        return _cells(_lines(composed.replace("\u00a0", " ")), columns, notices)
    except csv.Error:
        return Cells([], [], [Mistake(0, "", "not_csv")], notices)


def _cells(lines: Iterator[tuple[int, list[str]]], columns: Columns, notices: list[str]) -> Cells:
    header, mistakes = _header(next(lines, (1, [])), columns)
    if mistakes:
        return Cells([], [], mistakes, notices)
    kept = _checked(lines, header, columns, mistakes)
    return Cells(header, kept, mistakes, notices)


def _decoded(data: bytes) -> tuple[str, str | None]:
    if len(data) > MOST_BYTES:
        return "", "too_large"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", "utf_16"
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return "", _legacy_encoding(data)


def _legacy_encoding(data: bytes) -> str:
    try:
        letters = data.decode("cp1258")
    except UnicodeDecodeError:
        return "not_utf_8"
    return "windows_1258" if any(letter in "đĐơƠưƯăĂâêô" for letter in letters) else "not_utf_8"


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered as a spreadsheet numbers its rows. Blank lines count and are skipped.

    Raises csv.Error where the text is no CSV.
    """
    for number, line in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
        if any(line):
            yield number, line


def _header(first: tuple[int, list[str]], columns: Columns) -> tuple[list[str], list[Mistake]]:
    number, words = first[0], [word.strip().lower() for word in first[1]]
    if not words:
        return [], [Mistake(0, "", "empty_file")]
    known = (*columns.required, *columns.optional)
    mistakes = [Mistake(number, w, "missing_column") for w in columns.required if w not in words]
    # An unknown header is named by its place: it may hold anything, markup too.
    for place, word in enumerate(words, 1):
        if word not in known:
            mistakes.append(Mistake(number, f"#{place}", "unknown_column"))
        elif word in words[: place - 1]:
            mistakes.append(Mistake(number, word, "repeated_column"))
    return words, mistakes[:MOST_MISTAKES]


def _checked(
    lines: Iterator[tuple[int, list[str]]],
    header: list[str],
    columns: Columns,
    mistakes: list[Mistake],
) -> list[tuple[int, list[str]]]:
    kept: list[tuple[int, list[str]]] = []
    for number, line in lines:
        if len(kept) >= MOST_ROWS:
            mistakes.append(Mistake(0, "", "too_large"))
        elif found := _line_mistake(number, line, header, columns):
            mistakes.append(found)
        else:
            kept.append((number, [cell.strip() for cell in line]))
        if len(mistakes) >= MOST_MISTAKES or (len(kept) >= MOST_ROWS and mistakes):
            break
    return kept


def _line_mistake(
    number: int, line: Sequence[str], header: Sequence[str], columns: Columns
) -> Mistake | None:
    if len(line) != len(header):
        return Mistake(number, "", "cell_count")
    for column, cell in zip(header, line, strict=True):
        if cell and (code := _cell_mistake(cell, column in columns.free)):
            return Mistake(number, column, code)
    return None


def _cell_mistake(cell: str, free: bool) -> str | None:
    if len(cell) > LONGEST_CELL:
        return "cell_too_long"
    if not free and cell.lstrip(" ").startswith(FORMULA_BEGINNINGS):
        return "formula"
    if not cell.isprintable():
        return "control_character"
    return None
