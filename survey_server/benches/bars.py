"""The bars: what one machine of two cores is to carry. They are printed, and stop nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from survey_server.benches.intake import Report
from survey_server.benches.processes import WEB

ACKNOWLEDGED_PER_SECOND = 1000
THROUGH_PER_SECOND = 300
WEB_MEGABYTES = 150
LAG_SECONDS = 60
GROWTH = 1.2
LARGE_BATCH = 50


@dataclass(frozen=True, slots=True)
class Bar:
    what: str
    bar: float
    measured: float
    met: bool


def bars(report: Report) -> Iterator[Bar]:
    """Those that were measured."""
    large = [one for one in report.loads if one.batch >= LARGE_BATCH and one.name == "burst"]
    for one in large:
        yield _least("acknowledged a second", ACKNOWLEDGED_PER_SECOND, one.acknowledged_per_second)
        yield _least("carried to coverage a second", THROUGH_PER_SECOND, one.through_per_second)
    for one in report.loads:
        if one.name == "steady":
            what = f"p95 seconds from arrival to coverage, batches of {one.batch}"
            yield _most(what, LAG_SECONDS, one.lag.get("p95", 0.0))
    if WEB in report.megabytes:
        yield _most("MB in a web process", WEB_MEGABYTES, report.megabytes[WEB])
    for what, ratio in report.growth_ratio().items():
        yield _most(f"CPU of {what}, most stored to least", GROWTH, ratio)


def _least(what: str, bar: float, measured: float) -> Bar:
    return Bar(what, bar, measured, measured >= bar)


def _most(what: str, bar: float, measured: float) -> Bar:
    return Bar(what, bar, measured, measured <= bar)


def told(bar: Bar) -> str:
    return f"{'met' if bar.met else 'MISSED':6}  {bar.what}: {bar.measured:g} (bar {bar.bar:g})"
