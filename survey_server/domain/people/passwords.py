"""What a password must be: twelve characters that are no commonplace. Nothing else: rules about
capitals and digits make passwords worse (NIST SP 800-63B, 5.1.1.2).

Refused are the commonest passwords, the person's own names, the survey's code, and these with
digits and signs around them, one after the other again and again, or a run like 123456789012.
"""

import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from unicodedata import normalize

from survey_server.domain.names import name_fold

SHORTEST = 12
LONGEST = 1000
LONGEST_RUN_UNIT = 6
SHORTEST_RUN = 8
_RUNS = (
    "0123456789" * 4,
    "9876543210" * 4,
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def as_kept(password: str) -> str:
    """Keyboards spell Vietnamese composed or decomposed; both are one password."""
    return normalize("NFC", password)


def fault_of(password: str, own_words: Collection[str] = ()) -> str | None:
    """password_too_short, password_too_long, password_too_common, password_is_name, or None."""
    kept = as_kept(password)
    if len(kept) < SHORTEST:
        return "password_too_short"
    if len(kept) > LONGEST:
        return "password_too_long"
    if _is_run(kept.casefold()) or _is_run(_joined(kept)) or _spellings(kept) & commonest():
        return "password_too_common"
    names = {_joined(one) for word in own_words for one in _spellings(word) | {name_fold(word)}}
    told = {_joined(one) for one in _spellings(kept)}
    return "password_is_name" if told & (names - {""}) else None


def own_words(username: str, name: str) -> tuple[str, ...]:
    """What would be guessed first of somebody."""
    return username, username.partition("@")[0], name


@cache
def commonest() -> frozenset[str]:
    """In lower case; see common_passwords.md."""
    text = files("survey_server.domain.people").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(text.splitlines())


def _spellings(password: str) -> set[str]:
    """The password as it is, without what stands around its core, and what it repeats."""
    whole = password.casefold()
    core, joined = _AROUND.sub("", whole), _joined(whole)
    repeated = (_repeated(one) for one in (whole, core, joined))
    return {one for one in (whole, core, joined, *repeated) if one}


def _repeated(text: str) -> str:
    """`abcabcabc` is `abc` three times; blank where nothing is repeated."""
    again = (text + text).find(text, 1)
    return text[:again] if 0 < again < len(text) else ""


def _is_run(text: str) -> bool:
    unit = _repeated(text)
    return 0 < len(unit) <= LONGEST_RUN_UNIT or (
        len(text) >= SHORTEST_RUN and any(text in run for run in _RUNS)
    )


def _joined(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
