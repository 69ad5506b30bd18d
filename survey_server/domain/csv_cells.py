"""Cells of a CSV file that a spreadsheet will not run.

A text that a spreadsheet would take for a formula gets an apostrophe in front, also behind blanks
or a quotation mark, or in full-width signs. Numbers are written as numbers: -5 is no formula.
"""

import re
from decimal import Decimal

_FORMULA = re.compile(
    "^[\\s\"'\u201c\u201d\u2018\u2019]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]"
)


def csv_cell(value: str | int | Decimal | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    return f"'{value}" if _FORMULA.match(value) else value
