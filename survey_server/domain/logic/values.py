"""The values of expressions and how one kind becomes another, as tablets do it.

A value is a text, a number, a truth or a moment (dates and times); a set of nodes becomes the value
of its only node, and "" if it is empty. There is no null: blank is "", and not a number is NaN.
"""

import math
import re
from datetime import datetime
from decimal import Decimal

from survey_server.domain.logic.faults import EvaluationFault
from survey_server.domain.logic.moments import date_text, day_number

Value = str | float | bool | datetime

# Two numbers nearer to each other than this are equal; nearer to nothing than this, zero.
TOLERANCE = 1e-12
NAN = math.nan

# Texts grow from calculation to calculation, so none may grow without end.
MAX_TEXT = 100_000

_NUMBER = re.compile(r"-?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)")
# What Java calls a blank at the end of a number: no-break spaces are none.
_BLANKS = "".join(map(chr, range(33)))
_INT32 = 2**31


def number_of_text(text: str) -> float:
    """NaN for everything but plain decimal notation; a comma may stand for the point."""
    if text.isdigit() and text.isascii():
        return float(text)
    stripped = text.strip(_BLANKS)
    if not _NUMBER.fullmatch(stripped):
        return NAN
    return float(stripped.replace(",", "."))


def to_number(value: Value) -> float:
    kind = type(value)
    if kind is float:
        return value  # type: ignore[return-value]
    if kind is str:
        return number_of_text(value)  # type: ignore[arg-type]
    if isinstance(value, datetime):
        return day_number(value)
    return float(value)


def to_text(value: Value) -> str:
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]
    if kind is float:
        return number_text(value)  # type: ignore[arg-type]
    if isinstance(value, datetime):
        return date_text(value)
    return "true" if value else "false"


def to_truth(value: Value) -> bool:
    kind = type(value)
    if kind is bool:
        return value  # type: ignore[return-value]
    if kind is float:
        return abs(value) > TOLERANCE  # type: ignore[arg-type]
    return value != ""


def number_text(number: float) -> str:
    """Whole numbers of 32 bits plainly, others in Java's notation: 3000000000 is 3.0E9."""
    if number != number:
        return "NaN"
    size = abs(number)
    if size < TOLERANCE:
        return "0"
    if size == math.inf:
        return "Infinity" if number > 0 else "-Infinity"
    if -_INT32 <= number < _INT32 and abs(number - int(number)) < TOLERANCE:
        return str(int(number))
    if 1e-3 <= size < 1e7:
        return repr(number)
    sign, digits, exponent = Decimal(repr(number)).as_tuple()
    shown = "".join(map(str, digits)).rstrip("0")
    tens = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{shown[0]}.{shown[1:] or '0'}E{tens}"


def whole(value: Value) -> int:
    """The number cut to a whole one; 0 where there is none, and never beyond 32 bits."""
    number = to_number(value)
    if number != number:
        return 0
    return int(max(-_INT32, min(_INT32 - 1, number)))


def equal(left: Value, right: Value) -> bool:
    """Truths decide first, then numbers, else the texts are compared."""
    left_kind, right_kind = type(left), type(right)
    if left_kind is str and right_kind is str:
        return left == right
    if left_kind is bool or right_kind is bool:
        return to_truth(left) == to_truth(right)
    if left_kind is float or right_kind is float:
        return abs(to_number(left) - to_number(right)) < TOLERANCE
    return to_text(left) == to_text(right)


def is_blank(value: Value) -> bool:
    """What coalesce() passes over: nothing, and not a number."""
    return value == "" or value != value


def bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise EvaluationFault(f"a text of more than {MAX_TEXT} characters came about")
    return text
