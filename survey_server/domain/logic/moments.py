"""Dates and times as forms write them.

A moment is an aware datetime in the survey's zone, cut to milliseconds; a date is its midnight
there. What is accepted is what tablets accept: one-digit months, a missing second, any offset; and
what they refuse (a 31st of September, a blank around the date) is refused.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

DAY = 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = EPOCH.date().toordinal()

_DATE = re.compile(r"(\d{1,4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TIME = re.compile(
    r"(\d{1,2}):(\d{1,2})(?::(\d{0,2}(?:\.\d{0,9})?)[^\d.+\-Z]*)?(Z|[+-]\d{1,2}(?::\d{1,2})?)?",
    re.ASCII,
)

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
WEEKDAYS = "Mon Tue Wed Thu Fri Sat Sun".split()


class BadFormat(ValueError):
    """A pattern for dates has a sign that means nothing."""


def moment_of(text: str, zone: tzinfo) -> datetime | None:
    """None if the text is neither a date nor a date with a time."""
    day_text, has_time, time_text = text.partition("T")
    day = _DATE.fullmatch(day_text)
    if day is None:
        return None
    time = _TIME.fullmatch(time_text) if has_time else None
    if has_time and time is None:
        return None
    try:
        midnight = datetime(*map(int, day.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        return _placed(midnight, time, zone)
    except (ValueError, OverflowError):
        return None


def _placed(day: datetime, time: re.Match[str] | None, zone: tzinfo) -> datetime:
    if time is None:
        return day.replace(tzinfo=zone)
    clock = _at_time(day, time)
    if time[4] is None:
        return clock.replace(tzinfo=zone)
    return (clock - _offset(time[4])).replace(tzinfo=UTC).astimezone(zone)


def _at_time(day: datetime, time: re.Match[str]) -> datetime:
    seconds = float(time[3]) if time[3] and time[3] != "." else 0.0
    whole = int(seconds)
    thousandths = int(1000.0 * seconds - 1000.0 * whole)
    return day.replace(
        hour=int(time[1]), minute=int(time[2]), second=whole, microsecond=thousandths * 1000
    )


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    hours, _, minutes = text[1:].partition(":")
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return -size if text[0] == "-" else size


def day_number(moment: datetime) -> float:
    """Whole days between the local date and the first of January 1970."""
    return float(moment.toordinal() - _EPOCH_DAY)


def days_since_epoch(moment: datetime) -> float:
    """With its fraction, from midnight UTC."""
    return milliseconds(moment) / DAY


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_milliseconds(number: int, zone: tzinfo) -> datetime:
    """Raises OverflowError beyond the years 1 to 9999."""
    return (EPOCH + timedelta(milliseconds=number)).astimezone(zone)


def from_day_number(number: int, zone: tzinfo) -> datetime:
    """Raises OverflowError or ValueError beyond the years 1 to 9999."""
    return datetime.fromordinal(_EPOCH_DAY + number).replace(tzinfo=zone)


def at_midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def part_of_day(moment: datetime, now: datetime) -> float:
    """The time of day, 0.5 at noon, with the offset from UTC that holds now."""
    offset = now.utcoffset() or timedelta()
    days = (milliseconds(moment) + offset // timedelta(milliseconds=1)) / DAY
    return days % 1.0


def date_text(moment: datetime) -> str:
    return f"{moment.year}-{moment.month:02d}-{moment.day:02d}"


def formatted(moment: datetime, pattern: str) -> str:
    """Raises BadFormat. Names of months and days are the English ones that tablets print."""
    return re.sub(r"%(.?)", lambda found: _sign(moment, found[1]), pattern, flags=re.DOTALL)


def _sign(moment: datetime, sign: str) -> str:
    show = _SIGNS.get(sign)
    if show is None:
        raise BadFormat(f"%{sign} is no part of a date")
    return show(moment)


_SIGNS: Mapping[str, Callable[[datetime], str]] = {
    "Y": lambda moment: f"{moment.year:04d}",
    "y": lambda moment: f"{moment.year % 100:02d}",
    "m": lambda moment: f"{moment.month:02d}",
    "n": lambda moment: str(moment.month),
    "b": lambda moment: MONTHS[moment.month - 1],
    "d": lambda moment: f"{moment.day:02d}",
    "e": lambda moment: str(moment.day),
    "a": lambda moment: WEEKDAYS[moment.weekday()],
    "W": lambda moment: str(_week(moment)),
    "H": lambda moment: f"{moment.hour:02d}",
    "h": lambda moment: str(moment.hour),
    "M": lambda moment: f"{moment.minute:02d}",
    "S": lambda moment: f"{moment.second:02d}",
    "3": lambda moment: f"{moment.microsecond // 1000:03d}",
    "%": lambda moment: "%",
}


def _week(moment: datetime) -> int:
    """Weeks begin on Sunday; the one that holds the first of January is week 1."""
    first_of_next = datetime(moment.year + 1, 1, 1, tzinfo=UTC)
    days_left = first_of_next.toordinal() - moment.toordinal()
    to_saturday = (5 - moment.weekday()) % 7
    if days_left <= to_saturday:
        return 1
    first = datetime(moment.year, 1, 1, tzinfo=UTC)
    before_first = (first.weekday() + 1) % 7
    return (moment.toordinal() - first.toordinal() + before_first) // 7 + 1
