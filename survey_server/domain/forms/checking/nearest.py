"""The name that somebody probably meant.

A form has thousands of names and may have hundreds of mistakes, so only names of about the same
length that begin or end alike are compared letter by letter. Signs over letters do not count:
`chu_ho` is near `chủ_hộ`.
"""

import difflib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_CLOSE_ENOUGH = 0.7
_OTHER_LENGTH = 3
_ENDING = 3


def nearest(wanted: str, known: Iterable[str]) -> str:
    """An empty text where nothing is near."""
    plain = {_plain(name): name for name in known if _looks_alike(wanted, name)}
    if _plain(wanted) in plain:
        return plain[_plain(wanted)]
    found = difflib.get_close_matches(_plain(wanted), plain, n=1, cutoff=_CLOSE_ENOUGH)
    return plain[found[0]] if found else ""


@lru_cache(maxsize=20_000)
def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _looks_alike(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > _OTHER_LENGTH or not one or not other:
        return False
    first, second = _plain(one), _plain(other)
    return first[:1] == second[:1] or first[-_ENDING:] == second[-_ENDING:]
