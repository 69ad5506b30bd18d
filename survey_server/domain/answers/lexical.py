"""How an answer is spelled, type by type.

Answers stay the text that the tablet wrote; here it is only decided whether that text is a value of
the question's type. Types without a rule (text, barcode, file names) accept any text.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from survey_server.domain.forms.patterns import PATTERNS


def _whole(pattern: str) -> Callable[[str], bool]:
    fullmatch = re.compile(pattern).fullmatch
    return lambda text: fullmatch(text) is not None


RULES: Mapping[str, Callable[[str], bool]] = {
    name: _whole(pattern) for name, pattern in PATTERNS.items()
}
is_int = RULES["int"]
is_decimal = RULES["decimal"]
is_date = RULES["date"]
is_time = RULES["time"]
is_date_time = RULES["dateTime"]
is_geopoint = RULES["geopoint"]
is_geotrace = RULES["geotrace"]
is_boolean = RULES["boolean"]

# What JSON can carry and XML 1.0 cannot: most control characters, halves of surrogate pairs.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def as_xml_can_carry(text: str) -> str:
    """With U+FFFD for each character that XML has no place for; nearly every text is as it was."""
    return text if text.isprintable() else _NOT_XML.sub("\ufffd", text)


def spelled(value: object) -> str | None:
    """The text of a JSON scalar, as XML can carry it; None for what is no scalar.

    Some clients send numbers and booleans where text is expected. 3.0 is spelled 3, because JSON
    does not tell whole numbers from others.
    """
    if isinstance(value, str):
        return as_xml_can_carry(value)
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
