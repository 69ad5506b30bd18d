"""How far a survey has come: counted against expected, for any area, person or day.

One interview counts for each unit; any other interview of the same unit is a duplicate. Every
interview that counts has exactly one result, so the sums close:

    counted  = complete + partial + absent + refused + moved + not_a_dwelling + all_died
    received = counted + duplicates

Figures of neighbouring areas add up to the figures of the area above them; nothing is stored
above the enumeration area.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from uuid import UUID

DAYS_OF_TREND = 7
LEAST_DAYS_OF_TREND = 3
LONGEST_FORECAST = timedelta(days=365)


class State(StrEnum):
    """Not contacted, contacted but silent, and never expected are three different things."""

    NOTHING_EXPECTED = "nothing_expected"
    NOT_STARTED = "not_started"
    CONTACTED = "contacted"
    IN_PROGRESS = "in_progress"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Figures:
    """`persons` are those of complete and partial interviews that count."""

    expected: int = 0
    received: int = 0
    complete: int = 0
    partial: int = 0
    absent: int = 0
    refused: int = 0
    moved: int = 0
    not_a_dwelling: int = 0
    all_died: int = 0
    duplicates: int = 0
    with_findings: int = 0
    persons: int = 0
    last_received_at: datetime | None = None

    def __add__(self, other: Figures) -> Figures:
        sums = {
            field.name: getattr(self, field.name) + getattr(other, field.name)
            for field in fields(self)
            if field.name != "last_received_at"
        }
        times = [t for t in (self.last_received_at, other.last_received_at) if t is not None]
        return Figures(**sums, last_received_at=max(times, default=None))

    @property
    def interviewed(self) -> int:
        return self.complete + self.partial

    @property
    def counted(self) -> int:
        return (
            self.interviewed
            + self.absent
            + self.refused
            + self.moved
            + self.not_a_dwelling
            + self.all_died
        )

    @property
    def remaining(self) -> int:
        return max(self.expected - self.counted, 0)

    @property
    def share(self) -> float | None:
        """Counted of expected; above 1 where units were found that no list had."""
        return self.counted / self.expected if self.expected else None

    @property
    def persons_per_household(self) -> float | None:
        return self.persons / self.interviewed if self.interviewed else None


def sum_of(figures: Iterable[Figures]) -> Figures:
    return sum(figures, start=Figures())


def state_of(figures: Figures, contacted: bool) -> State:
    """`contacted`: a tablet with work here has spoken to the server since it was assigned."""
    if figures.expected == 0 and figures.received == 0:
        return State.NOTHING_EXPECTED
    if figures.received == 0:
        return State.CONTACTED if contacted else State.NOT_STARTED
    return State.IN_PROGRESS if figures.remaining or not figures.expected else State.DONE


@dataclass(frozen=True, slots=True)
class Level:
    """A level of the area tree; levels are data of the survey."""

    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Place:
    """A step of the path from the viewer's top area down to the chosen one."""

    code: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    code: str
    name_vi: str
    name_en: str
    starts_on: date
    ends_on: date
    training: bool = False
    timezone: str = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class Row:
    """An area, an enumerator or a day. `code` is what a link down carries as its area;
    of an enumerator it is an id that names nobody, of a day the ISO date."""

    code: str
    name: str
    level: str
    state: State
    figures: Figures
    drill: bool


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A household of one enumeration area: the only place where coverage names a person.

    `result` is the canonical visit result of the interview that counts, or None; `state` is
    not_started before any interview, in_progress with a partial one, else done. `interview` is the
    id of the one that counts."""

    code: str
    address: str
    head_name: str
    listed_persons: int | None
    state: State
    result: str | None = None
    complete: bool = False
    persons: int | None = None
    findings: int = 0
    duplicates: int = 0
    last_received_at: datetime | None = None
    interview: UUID | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """`counted` on that local day, and from the start of the survey to its end."""

    day: date
    counted: int
    cumulative: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one page shows. `by` is a level's code, "enumerator", "day" or "unit"; `levels` are
    those below the chosen area, highest first. Whoever asks by "next" gets the level below, and
    in an enumeration area its households: then `by` is "unit" and `units` holds them.

    `as_of` is when the figures were true; `today` is the survey's local date then. `waiting`
    submissions are received but not yet worked through; `held_on_tablets` are the interviews
    that tablets said they still hold, None where no tablet ever said. `unknown_units` are
    interviews about units that no list has: they belong to no area and are in no other figure."""

    survey: SurveyPlan
    path: tuple[Place, ...]
    levels: tuple[Level, ...]
    by: str
    rows: tuple[Row, ...]
    total: Figures
    days: tuple[Day, ...]
    as_of: datetime
    today: date
    units: tuple[UnitRow, ...] = ()
    silent_devices: int = 0
    held_on_tablets: int | None = None
    waiting: int = 0
    unknown_units: int = 0


def counted_today(days: Sequence[Day], today: date) -> int:
    return sum(day.counted for day in days if day.day == today)


def forecast_finish(days: Sequence[Day], total: Figures, today: date) -> date | None:
    """A straight line through the last seven full days; None where it would mean nothing:
    nothing remains, too few days, no progress, or an end beyond a year.

    Today is left out of the pace, for it is not over."""
    full = sorted((day for day in days if day.day < today), key=lambda day: day.day)
    if not full or not total.remaining:
        return None
    first_of_trend = max(full[0].day, today - timedelta(days=DAYS_OF_TREND))
    length = (today - first_of_trend).days
    pace = sum(day.counted for day in full if day.day >= first_of_trend) / max(length, 1)
    if length < LEAST_DAYS_OF_TREND or pace <= 0:
        return None
    remaining_this_morning = total.remaining + counted_today(days, today)
    needed = timedelta(days=ceil(remaining_this_morning / pace))
    if needed > LONGEST_FORECAST:
        return None
    return max(today, today - timedelta(days=1) + needed)


def planned_per_day(expected: int, starts_on: date, ends_on: date) -> float:
    return expected / max((ends_on - starts_on).days + 1, 1)
