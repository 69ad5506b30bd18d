"""JSON from outside, parsed fully and bounded in every direction.

Whatever passes here can be kept by PostgreSQL and walked by any later step without a second
thought: no duplicate keys, no NaN, no U+0000 or lone surrogate, no number that a double cannot
hold, no nesting that overflows a stack.
"""

import json
import math
from dataclasses import dataclass
from typing import Any

from survey_server import problems

LARGEST_INTEGER = 2**53
_CONTAINERS = frozenset((dict, list))
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is told to tablets in /sync/state. Sizes are bytes."""

    packed_bytes: int = 2 * 1024 * 1024
    unpacked_bytes: int = 16 * 1024 * 1024
    submissions: int = 500
    submission_bytes: int = 1024 * 1024
    depth: int = 32
    keys: int = 10_000
    string_bytes: int = 64 * 1024


def check_encoding(body: bytes) -> None:
    """Raises JsonInvalid for UTF-16 and byte order marks, Utf8Invalid for broken UTF-8."""
    if body.startswith(_BYTE_ORDER_MARKS) or b"\x00" in body[:4] or not body:
        raise problems.JsonInvalid()
    try:
        body.decode()
    except UnicodeDecodeError:
        raise problems.Utf8Invalid() from None


def parsed(text: bytes, bounds: Bounds) -> Any:
    """The value of one bounded JSON text. Raises a problem that says which bound it breaks."""
    if len(text) > bounds.submission_bytes:
        raise problems.UnpackedTooLarge(limit=bounds.submission_bytes)
    reader = _Reader(bounds)
    try:
        value = reader.decoder.decode(text.decode())
    except RecursionError:
        raise problems.TooDeep(limit=bounds.depth) from None
    except ValueError:
        raise problems.JsonInvalid() from None
    # Escapes are the only way to spell U+0000 and lone surrogates in valid UTF-8, and a text
    # shorter than the longest string cannot hold one that is longer: most need no second look.
    if b"\\u" in text or len(text) > bounds.string_bytes:
        _check_strings(value, bounds)
    _check_depth(value, bounds.depth)
    return value


class _Reader:
    """A JSON decoder that counts keys as it goes."""

    def __init__(self, bounds: Bounds) -> None:
        self.keys_left = bounds.keys
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self.keys_left -= len(pairs)
        if self.keys_left < 0:
            raise problems.TooManyKeys()
        made = dict(pairs)
        if len(made) != len(pairs):
            raise problems.JsonInvalid()
        return made


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > LARGEST_INTEGER:
        raise problems.NumberOutOfRange()
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise problems.NumberOutOfRange()
    return value


def _constant(name: str) -> float:
    raise problems.JsonInvalid()


def _check_depth(value: Any, allowed: int) -> None:
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(allowed):
        if not level:
            return
        level = [child for node in level for child in _values(node) if type(child) in _CONTAINERS]
    if level:
        raise problems.TooDeep(limit=allowed)


def _values(node: Any) -> Any:
    return node.values() if type(node) is dict else node


def _check_strings(value: Any, bounds: Bounds) -> None:
    nodes = [value]
    while nodes:
        node = nodes.pop()
        if type(node) is dict:
            nodes.extend(node.values())
            nodes.extend(node.keys())
        elif type(node) is list:
            nodes.extend(node)
        elif type(node) is str:
            _check_string(node, bounds.string_bytes)


def _check_string(text: str, limit: int) -> None:
    if "\x00" in text:
        raise problems.NulNotAllowed()
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise problems.Utf8Invalid() from None
    if size > limit:
        raise problems.StringTooLong(limit=limit)
