"""The bars of the days: where each stands in a drawing of 100 by 100, stretched by the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from survey_server.domain.coverage import Coverage, Day, planned_per_day

MOST_DAYS = 62
GAP = 0.22
HEADROOM = 1.12


@dataclass(frozen=True, slots=True)
class Bar:
    day: date
    counted: int
    x: float
    width: float
    height: float
    unfinished: bool

    @property
    def y(self) -> float:
        return 100 - self.height


@dataclass(frozen=True, slots=True)
class Chart:
    """`plan_y` is the height of the line of the plan, from `plan_from` to `plan_to`."""

    bars: tuple[Bar, ...]
    first: date
    last: date
    top: int
    plan: float
    plan_y: float
    plan_from: float
    plan_to: float


def chart_of(coverage: Coverage) -> Chart | None:
    """None before anything was counted: an empty drawing says less than a sentence."""
    days = [day for day in coverage.days if day.counted]
    if not days:
        return None
    plan = coverage.survey
    first = min(plan.starts_on, *(day.day for day in days))
    last = max(plan.ends_on, coverage.today)
    first = max(first, last - timedelta(days=MOST_DAYS - 1))
    pace = planned_per_day(coverage.total.expected, plan.starts_on, plan.ends_on)
    top = max(day.counted for day in days)
    scale = 100 / (max(top, pace) * HEADROOM)
    slot = 100 / ((last - first).days + 1)
    return Chart(
        bars=_bars(days, first, coverage.today, slot, scale),
        first=first,
        last=last,
        top=top,
        plan=pace,
        plan_y=round(100 - pace * scale, 2),
        plan_from=round(max((plan.starts_on - first).days, 0) * slot, 2),
        plan_to=round(((plan.ends_on - first).days + 1) * slot, 2),
    )


def _bars(
    days: Sequence[Day], first: date, today: date, slot: float, scale: float
) -> tuple[Bar, ...]:
    return tuple(
        Bar(
            day=day.day,
            counted=day.counted,
            x=round(((day.day - first).days + GAP / 2) * slot, 2),
            width=round(slot * (1 - GAP), 2),
            height=round(max(day.counted * scale, 0.8), 2),
            unfinished=day.day == today,
        )
        for day in days
        if day.day >= first
    )
