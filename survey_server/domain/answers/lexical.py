"""How an answer is spelled, type by type.

Answers stay the text that the tablet wrote; here it is only decided whether that text is a value of
the question's type. Types without a rule (text, barcode, file names) accept any text.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

_INT = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
_TIME = re.compile(_CLOCK)
_DATE_TIME = re.compile(f"{_DATE.pattern}T{_CLOCK}")

# Latitude, longitude, altitude, accuracy: the bounds of the first two.
_DEGREES = (90.0, 180.0)
_BOOLEANS = frozenset({"true", "false", "1", "0"})


def is_int(text: str) -> bool:
    return _INT.fullmatch(text) is not None


def is_decimal(text: str) -> bool:
    return _DECIMAL.fullmatch(text) is not None


def is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and _parses(date.fromisoformat, text)


def is_time(text: str) -> bool:
    return _TIME.fullmatch(text) is not None and _parses(time.fromisoformat, text)


def is_date_time(text: str) -> bool:
    return _DATE_TIME.fullmatch(text) is not None and _parses(datetime.fromisoformat, text)


def is_geopoint(text: str) -> bool:
    parts = text.split(" ")
    if not 2 <= len(parts) <= 4 or not all(map(is_decimal, parts)):
        return False
    return all(abs(float(part)) <= bound for part, bound in zip(parts, _DEGREES, strict=False))


def is_geotrace(text: str) -> bool:
    points = [point.strip() for point in text.split(";") if point.strip()]
    return len(points) > 1 and all(map(is_geopoint, points))


def is_boolean(text: str) -> bool:
    return text in _BOOLEANS


RULES: Mapping[str, Callable[[str], bool]] = {
    "int": is_int,
    "decimal": is_decimal,
    "date": is_date,
    "time": is_time,
    "dateTime": is_date_time,
    "geopoint": is_geopoint,
    "geotrace": is_geotrace,
    "geoshape": is_geotrace,
    "boolean": is_boolean,
}


def spelled(value: object) -> str | None:
    """The text of a JSON scalar; None for what is no scalar.

    Some clients send numbers and booleans where text is expected. 3.0 is spelled 3, because JSON
    does not tell whole numbers from others.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**40 else None
    if isinstance(value, float):
        return _spelled_float(value)
    return None


def _spelled_float(value: float) -> str:
    if value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True
