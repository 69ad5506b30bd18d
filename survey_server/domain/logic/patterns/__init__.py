"""Regular expressions of forms, in the dialect of tablets (Java's), matched in bounded time.

Python's own engine tries one way after the other: a pattern such as (a+)+ keeps it busy for years,
and a pattern comes with a form, its text from any tablet. Here all ways are followed at once.
"""

from functools import lru_cache

from survey_server.domain.logic.patterns.matching import Matcher
from survey_server.domain.logic.patterns.program import BadPattern, compiled

__all__ = ["BadPattern", "matches"]

MAX_TEXT = 10_000


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits. Raises BadPattern."""
    if len(text) > MAX_TEXT:
        raise BadPattern(f"is asked about a text of more than {MAX_TEXT} characters")
    return _matcher(pattern).matches(text)


@lru_cache(maxsize=500)
def _matcher(pattern: str) -> Matcher:
    return Matcher(compiled(pattern))
