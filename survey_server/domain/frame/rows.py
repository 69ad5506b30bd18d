"""A row of each kind of file. What generates a frame yields the same rows that files hold."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from survey_server.domain.frame.mistakes import Mistake

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class AreaRow:
    """`level` is one of the survey's; `form_id` is what an EA's households are asked."""

    code: str
    level: str
    parent: str | None
    name: str
    name_en: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    form_id: str | None = None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """`expected` is False for a listed household that was not drawn."""

    code: str
    ea: str
    address: str | None
    head_name: str | None
    listed_persons: int | None
    expected: bool = True


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A role in an area. Somebody with several has a row for each."""

    username: str
    name: str
    role: str
    area: str
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    device_id: str
    username: str


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """Without `unit`, the whole EA."""

    username: str
    ea: str
    unit: str | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """`numbers[i]` is the place of `rows[i]` in the file; rows with a mistake are left out."""

    rows: list[Row]
    numbers: list[int]
    mistakes: list[Mistake] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def table_of(rows: Iterable[Row]) -> Table[Row]:
    """Rows that come from no file, numbered as if they did."""
    listed = list(rows)
    return Table(listed, list(range(2, len(listed) + 2)))
