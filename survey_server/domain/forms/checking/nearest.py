"""The name that somebody probably meant.

A form has thousands of names and may have hundreds of mistakes, so only names of about the same
length that begin or end alike are compared letter by letter. Signs over letters do not count:
`chu_ho` is near `chủ_hộ`.
"""

import difflib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

_CLOSE_ENOUGH = 0.7
_OTHER_LENGTH = 3
_ENDING = 3
_MOST_COMPARED = 200
_MOST_SUGGESTIONS = 100


def nearest(wanted: str, known: Iterable[str]) -> str:
    """An empty text where nothing is near."""
    plain = {_plain(name): name for name in known if _looks_alike(wanted, name)}
    if _plain(wanted) in plain:
        return plain[_plain(wanted)]
    compared = islice(plain, _MOST_COMPARED)
    found = difflib.get_close_matches(_plain(wanted), compared, n=1, cutoff=_CLOSE_ENOUGH)
    return plain[found[0]] if found else ""


class Suggestions:
    """For names of a form, of which there may be very many: only so many are looked up."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = known
        self._found: dict[str, str] = {}

    def near(self, wanted: str) -> str:
        if wanted not in self._found and len(self._found) < _MOST_SUGGESTIONS:
            self._found[wanted] = nearest(wanted, self._known)
        return self._found.get(wanted, "")


@lru_cache(maxsize=20_000)
def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _looks_alike(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > _OTHER_LENGTH or not one or not other:
        return False
    first, second = _plain(one), _plain(other)
    return first[:1] == second[:1] or first[-_ENDING:] == second[-_ENDING:]
