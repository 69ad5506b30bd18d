"""Coverage after a change: EAs are counted again; what is nowhere is counted by what has changed.

Begun when it is known which interviews may change, before any does; the caller holds the locks.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey_server.domain.interviews import InterviewKey, unknown_ea
from survey_server.store import coverage
from survey_server.store.coverage import Tally


@dataclass(frozen=True, slots=True)
class Counting:
    """`before` is what the interviews that are nowhere came to."""

    survey: int
    eas: Collection[int]
    nowhere: tuple[uuid.UUID, ...]
    before: Tally


def begin(
    session: Session, survey: int, eas: Collection[int], keys: Iterable[InterviewKey]
) -> Counting:
    """`keys` are all interviews that may change in these EAs, or come, or go."""
    place = unknown_ea(survey)
    nowhere = tuple(sorted({interview for interview, ea in keys if ea == place}))
    before = coverage.tally(session, survey, place, nowhere) if nowhere else {}
    return Counting(survey, eas, nowhere, before)


def finish(session: Session, counting: Counting) -> None:
    place = unknown_ea(counting.survey)
    again = sorted(set(counting.eas) - {place})
    if counting.nowhere:
        after = coverage.tally(session, counting.survey, place, counting.nowhere)
        if not coverage.add_change(session, counting.survey, place, counting.before, after):
            again.append(place)
    if again:
        coverage.recount(session, counting.survey, again)
