"""From the bytes of a CSV file to its cells: encoding, size, header, and what no cell may hold.

Text is Unicode NFC from here on. Spreadsheets of Vietnamese offices also come in Windows-1258 and
in decomposed Unicode: the first is refused with a sentence that says what to do, because guessing
wrong would garble names; the second is composed, which loses nothing.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
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
    """Numbered lines, in the order of `header`; absent optional columns are simply not in it.

    A file may have a million lines, so they are read one by one; `mistakes` and `notices` grow
    meanwhile and are complete when the lines have ended.
    """

    header: list[str]
    lines: Iterator[tuple[int, list[str]]]
    mistakes: list[Mistake]
    notices: list[str]


def read_cells(data: bytes, columns: Columns) -> Cells:
    mistakes: list[Mistake] = []
    notices: list[str] = []
    lines = _lines(data, mistakes, notices)
    first = next(lines, None)
    if first is None:
        return Cells([], iter(()), mistakes or [Mistake(0, "", "empty_file")], notices)
    header, wrong = _header(first, columns)
    if wrong:
        return Cells([], iter(()), wrong, notices)
    return Cells(header, _sound(lines, header, columns, mistakes), mistakes, notices)


def _lines(
    data: bytes, mistakes: list[Mistake], notices: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """Numbered as a spreadsheet numbers its rows. Blank lines count and are skipped."""
    if wrong := _unreadable(data):
        mistakes.append(Mistake(0, "", wrong))
        return
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    try:
        for number, line in enumerate(csv.reader(_composed(text, notices), strict=True), 1):
            if any(line):
                yield number, line
    except UnicodeDecodeError:
        mistakes.insert(0, Mistake(0, "", _legacy_encoding(data)))
    except csv.Error:
        mistakes.insert(0, Mistake(0, "", "not_csv"))


def _unreadable(data: bytes) -> str | None:
    if len(data) > MOST_BYTES:
        return "too_large"
    return "utf_16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else None


def _composed(text: Iterable[str], notices: list[str]) -> Iterator[str]:
    for line in text:
        composed = unicodedata.normalize("NFC", line)
        if composed != line and not notices:
            notices.append(NFD_NOTICE)
        yield composed.replace("\u00a0", " ")


def _legacy_encoding(data: bytes) -> str:
    try:
        letters = data.decode("cp1258")
    except UnicodeDecodeError:
        return "not_utf_8"
    return "windows_1258" if any(letter in "đĐơƠưƯăĂâêô" for letter in letters) else "not_utf_8"


def _header(first: tuple[int, list[str]], columns: Columns) -> tuple[list[str], list[Mistake]]:
    number, words = first[0], [word.strip().lower() for word in first[1]]
    known = (*columns.required, *columns.optional)
    if len(words) == 1 and ";" in words[0]:
        return words, [Mistake(0, "", "semicolons")]
    mistakes = [Mistake(number, w, "missing_column") for w in columns.required if w not in words]
    # An unknown header is named by its place: it may hold anything, markup too.
    for place, word in enumerate(words, 1):
        if word not in known:
            mistakes.append(Mistake(number, f"#{place}", "unknown_column"))
        elif word in words[: place - 1]:
            mistakes.append(Mistake(number, word, "repeated_column"))
    return words, mistakes[:MOST_MISTAKES]


def _sound(
    lines: Iterator[tuple[int, list[str]]],
    header: list[str],
    columns: Columns,
    mistakes: list[Mistake],
) -> Iterator[tuple[int, list[str]]]:
    """Lines whose cells may be read further."""
    for count, (number, line) in enumerate(lines, 1):
        if count > MOST_ROWS:
            mistakes.insert(0, Mistake(0, "", "too_large"))
            return
        if found := _line_mistake(number, line, header, columns):
            mistakes.append(found)
        else:
            yield number, [cell.strip() for cell in line]
        if len(mistakes) >= MOST_MISTAKES:
            return


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
