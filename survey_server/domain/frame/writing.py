"""Rows become the CSV that the same rows are read from."""

from dataclasses import fields
from datetime import date
from typing import Any


def csv_header(row_type: type[Any]) -> list[str]:
    """The names of the columns are the names of the row's fields."""
    return [field.name for field in fields(row_type)]


def csv_cells(row: Any) -> list[str]:
    """`row` is any of the rows: they share no base, only that they are dataclasses."""
    return [_cell(getattr(row, field.name)) for field in fields(row)]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)
