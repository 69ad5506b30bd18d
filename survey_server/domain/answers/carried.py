"""What clients add to meta, beyond what the form says: carried along in one shape.

XML says it in elements and attributes, JSON in objects and arrays, and it is the same:

    <entity dataset="people" create="1"><label>A Páo</label></entity>
    "entity": {"@dataset": "people", "@create": "1", "label": "A Páo"}

Text beside attributes or elements is "#text"; an element that stands there several times is an
array. So an array of one is that one, an array in an array is one array, and what is blank is not
there. Only `meta.confirmed`, the warnings that the enumerator confirmed, is always an array:

    "confirmed": [{"rule": "PEO06", "path": "person[2]", "reason": "…"}]
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from survey_server.domain.answers.lexical import spelled
from survey_server.domain.forms.meta import CONFIRMED_TEXTS, LONGEST_CONFIRMED, MOST_CONFIRMED

Carried = str | dict[str, Any] | list[Any]

TEXT = "#text"
ATTRIBUTE = "@"
DEEPEST = 32

_FIRST = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = re.compile(rf"[{_FIRST}][{_FIRST}.0-9\u00b7\u0300-\u036f\u203f\u2040-]*")


def is_xml_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def is_attribute(name: str) -> bool:
    return name.startswith(ATTRIBUTE) and is_xml_name(name[1:])


def carried(name: str, value: object) -> Carried | None:
    """None where it is blank, or has a name that XML has no place for."""
    found: dict[str, Carried] = {}
    _read(found, name, value, 0)
    return found.get(name)


def confirmations(value: object) -> list[dict[str, str]]:
    """The first 200 warnings confirmed; other shapes are no confirmations."""
    entries = (_confirmation(one) for one in _flat(value, 0) if isinstance(one, Mapping))
    return list(islice((entry for entry in entries if entry), MOST_CONFIRMED))


def add_carried(found: dict[str, Any], name: str, value: Carried) -> None:
    """An element that stands there several times becomes an array; a blank one is left out."""
    if not value:
        return
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]


def simplified(found: dict[str, Any]) -> Carried:
    """Text with nothing beside it is that text."""
    text: str | None = found.get(TEXT)
    return text if text is not None and len(found) == 1 else found


def _read(found: dict[str, Any], name: str, value: object, depth: int) -> None:
    if name == TEXT or is_attribute(name):
        text = _text(value)
        if text:
            found[name] = text
    elif is_xml_name(name):
        for one in _flat(value, depth):
            add_carried(found, name, _one(one, depth))


def _one(value: object, depth: int) -> Carried:
    if not isinstance(value, Mapping):
        return _text(value)
    found: dict[str, Any] = {}
    if depth < DEEPEST:
        for name, below in value.items():
            _read(found, name, below, depth + 1)
    return simplified(found)


def _flat(value: object, depth: int) -> Iterator[object]:
    if not isinstance(value, list):
        yield value
    elif depth < DEEPEST:
        for one in value:
            yield from _flat(one, depth + 1)


def _confirmation(entry: Mapping[str, object]) -> dict[str, str]:
    texts = ((name, _text(entry.get(name), LONGEST_CONFIRMED)) for name in CONFIRMED_TEXTS)
    return {name: text for name, text in texts if text}


def _text(value: object, longest: int | None = None) -> str:
    text = (spelled(value) or "")[:longest]
    return "" if text.isspace() else text
