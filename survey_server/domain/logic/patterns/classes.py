"""Sets of characters: \\d, \\p{L}, [a-z], as tests of one character.

\\d, \\w, \\s and the ignoring of case know ASCII only, as in Java; \\p{L} knows all scripts.
"""

import string
import unicodedata
from collections.abc import Callable

Test = Callable[[str], bool]


def _one_of(characters: str) -> Test:
    known = frozenset(characters)
    return lambda character: character in known


_WORD = string.ascii_letters + string.digits + "_"
_SPACE = " \t\n\x0b\f\r"


def joins_words(character: str) -> bool:
    """What counts as part of a word at its edge: the letters and digits of all scripts."""
    return character == "_" or character.isalnum()


SHORT: dict[str, Test] = {
    "d": _one_of(string.digits),
    "w": _one_of(_WORD),
    "s": _one_of(_SPACE),
    "h": _one_of(
        " \t\xa0\u1680\u180e\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
    ),
    "v": _one_of("\n\x0b\f\r\x85\u2028\u2029"),
}
CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}

_NAMED: dict[str, Test] = {
    "Lower": _one_of(string.ascii_lowercase),
    "Upper": _one_of(string.ascii_uppercase),
    "ASCII": str.isascii,
    "Alpha": _one_of(string.ascii_letters),
    "Digit": _one_of(string.digits),
    "Alnum": _one_of(string.ascii_letters + string.digits),
    "Punct": _one_of(string.punctuation),
    "Graph": _one_of(string.ascii_letters + string.digits + string.punctuation),
    "Print": _one_of(string.ascii_letters + string.digits + string.punctuation + " "),
    "Blank": _one_of(" \t"),
    "Cntrl": lambda character: character < " " or character == "\x7f",
    "XDigit": _one_of(string.hexdigits),
    "Space": _one_of(_SPACE),
    "IsAlphabetic": str.isalpha,
    "IsLetter": str.isalpha,
    "IsDigit": str.isdigit,
    "IsUppercase": str.isupper,
    "IsLowercase": str.islower,
    "IsWhite_Space": str.isspace,
    "IsPunctuation": lambda character: unicodedata.category(character).startswith("P"),
    "IsLatin": lambda character: unicodedata.name(character, "").startswith("LATIN"),
}
_CATEGORIES = frozenset(
    "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp "
    "C Cc Cf Co Cn".split()
)


def property_called(name: str) -> Test | None:
    """\\p{name}; None if there is none."""
    if name in _NAMED:
        return _NAMED[name]
    category = name.removeprefix("Is")
    if category not in _CATEGORIES:
        return None
    return lambda character: unicodedata.category(character).startswith(category)


def negated(test: Test) -> Test:
    return lambda character: not test(character)


def either(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda character: any(test(character) for test in tests)


def both(one: Test, other: Test) -> Test:
    return lambda character: one(character) and other(character)


def same(wanted: str, ignores_case: bool) -> Test:
    if not ignores_case or not wanted.isascii():
        return lambda character: character == wanted
    return _one_of(wanted.lower() + wanted.upper())


def between(first: str, last: str, ignores_case: bool) -> Test:
    if not ignores_case:
        return lambda character: first <= character <= last
    return lambda character: (
        first <= character <= last
        or (character.isascii() and first <= character.lower() <= last)
        or (character.isascii() and first <= character.upper() <= last)
    )
