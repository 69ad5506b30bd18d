"""What a planted fault is, and how one is put into the running process.

A mutant whose place in the code has moved raises, and is not silently the correct server.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from survey_server.faults.albums import SYNCS, Habit
from survey_server.faults.nemesis import Malice

NO_KILLS = Malice({})
COLLECT_EVERY = 5


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`found_by` are the checks of which at least one has to fail; none for an equivalent one. A
    trial lasts until the `tablets` were promised something so many times. One of `collect_every`
    has ODK Collect; `photos` are those of the others."""

    plant: Callable[[], None] = _nothing
    damage: tuple[str, ...] = ()
    repair: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    malice: Malice = NO_KILLS
    promises: int = 100
    tablets: int = 24
    collect_every: int = COLLECT_EVERY
    photos: Habit = SYNCS


def changed(whole: str, before: str, after: str) -> str:
    """Raises where there is no such place any more."""
    if before not in whole:
        raise LookupError(f"where it says {before}")
    return whole.replace(before, after)


def put(where: Any, name: str, what: object) -> None:
    """Raises where there is nothing of that name any more."""
    if not hasattr(where, name):
        raise LookupError(f"{where} has no {name}")
    setattr(where, name, what)
