"""Any table of a page: its columns, its order and filter from the address, its pages, its CSV.

The order, the filter and the page stay in the address, so that a table can be sent to somebody
as a link and the CSV holds what is shown.
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from werkzeug.datastructures import MultiDict

from survey_server.domain.csv_cells import csv_cell
from survey_server.domain.names import name_fold, sort_key_vi

T = TypeVar("T")
_NUMBER = re.compile(r"\d+")
ROWS_PER_PAGE = 100
LONGEST_FILTER = 100


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """`kind` says how a cell is written: name, number, ratio, share, moment, state, result, text.
    `order` is given where the shown value does not sort as it reads."""

    key: str
    label: Any
    kind: str
    value: Callable[[T], Any]
    order: Callable[[T], Any] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks of a table. `sort` is a column's key, "-" before it for falling."""

    sort: str = ""
    text: str = ""
    page: int = 1

    @property
    def falling(self) -> bool:
        return self.sort.startswith("-")

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    columns: tuple[Column[T], ...]
    rows: tuple[T, ...]
    choice: Choice
    matching: int
    of: int

    @property
    def pages(self) -> int:
        return max(-(-self.matching // ROWS_PER_PAGE), 1)

    @property
    def shown(self) -> tuple[T, ...]:
        first = (self.choice.page - 1) * ROWS_PER_PAGE
        return self.rows[first : first + ROWS_PER_PAGE]

    def next_sort(self, column: Column[T]) -> str:
        """Names rise first; figures fall first, for the largest are looked for."""
        rising_first = column.kind in ("name", "text", "state")
        if self.choice.column != column.key:
            return column.key if rising_first else f"-{column.key}"
        return column.key if self.choice.falling else f"-{column.key}"


def name_order(name: str) -> str:
    """As a dictionary does, and ward 2 before ward 10."""
    return sort_key_vi(_NUMBER.sub(lambda found: found[0].zfill(12), name))


def choice_of(arguments: MultiDict[str, str]) -> Choice:
    """Leniently: an address that somebody mistyped still shows a table."""
    page = arguments.get("page", "1")
    return Choice(
        sort=arguments.get("sort", "")[:40],
        text=arguments.get("q", "").strip()[:LONGEST_FILTER],
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1,
    )


def number_of(text: str) -> int | None:
    """An id in an address, leniently; None for anything else."""
    plain = text.isascii() and text.isdigit() and len(text) < 11
    return int(text) if plain and 0 < int(text) < 2**31 else None


def part_of(columns: Sequence[Column[T]], rows: Sequence[T]) -> Table[T]:
    """Of a list that is too long to be sorted: in the order that the rows have."""
    return Table(tuple(columns), tuple(rows), Choice(), len(rows), len(rows))


def table_of(
    columns: Sequence[Column[T]],
    rows: Sequence[T],
    choice: Choice,
    words: Callable[[T], str],
) -> Table[T]:
    """`words` is the text of a row that the filter looks into."""
    kept = [row for row in rows if name_fold(choice.text) in name_fold(words(row))]
    pages = max(-(-len(kept) // ROWS_PER_PAGE), 1)
    within = Choice(choice.sort, choice.text, min(max(choice.page, 1), pages))
    return Table(
        tuple(columns), tuple(_sorted(columns, kept, within)), within, len(kept), len(rows)
    )


def _sorted(columns: Sequence[Column[T]], rows: list[T], choice: Choice) -> list[T]:
    chosen = next((column for column in columns if column.key == choice.column), None)
    if chosen is None:
        return rows
    order = chosen.order or chosen.value
    # What is not known stays below, whichever way the table is turned.
    known = [row for row in rows if order(row) is not None]
    unknown = [row for row in rows if order(row) is None]
    return sorted(known, key=order, reverse=choice.falling) + unknown


def csv_of(table: Table[T], written: Callable[[Column[T], T], Any]) -> str:
    """All matching rows. The mark at the start tells spreadsheets that it is UTF-8."""
    page = io.StringIO(newline="")
    page.write("\ufeff")
    writer = csv.writer(page)
    writer.writerow([str(column.label) for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(written(column, row)) for column in table.columns])
    return page.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return csv_cell(str(value) if isinstance(value, float) else value)
