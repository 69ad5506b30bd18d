"""The name that somebody probably meant.

A form has thousands of names and may have hundreds of mistakes, so only names of about the same
length that begin or end alike are compared letter by letter.
"""

import difflib
from collections.abc import Iterable

_CLOSE_ENOUGH = 0.7
_OTHER_LENGTH = 3
_ENDING = 3


def nearest(wanted: str, known: Iterable[str]) -> str:
    """An empty text where nothing is near."""
    names = [name for name in known if _looks_alike(wanted, name)]
    small = {name.lower(): name for name in names}
    if wanted.lower() in small:
        return small[wanted.lower()]
    found = difflib.get_close_matches(wanted.lower(), small, n=1, cutoff=_CLOSE_ENOUGH)
    return small[found[0]] if found else ""


def _looks_alike(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > _OTHER_LENGTH or not one or not other:
        return False
    first, second = one.lower(), other.lower()
    return first[0] == second[0] or first[-_ENDING:] == second[-_ENDING:]
