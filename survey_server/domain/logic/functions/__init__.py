"""All functions that expressions may call, by the name they are called by.

Each module has the functions of one subject and, at its end, its part of this table.
"""

from collections.abc import Mapping

from survey_server.domain.logic.functions import (
    booleans,
    dates,
    geography,
    hashing,
    lists,
    lookups,
    nodesets,
    numbers,
    repeats,
    strings,
)
from survey_server.domain.logic.functions.signature import AnyFunction

FUNCTIONS: Mapping[str, AnyFunction] = {
    **booleans.TABLE,
    **dates.TABLE,
    **geography.TABLE,
    **hashing.TABLE,
    **lists.TABLE,
    **lookups.TABLE,
    **nodesets.TABLE,
    **numbers.TABLE,
    **repeats.TABLE,
    **strings.TABLE,
}

# The same expression may give another value the next time, or on another machine.
VOLATILE = frozenset({"now", "today", "random", "uuid", "once", "property", "randomize"})
