"""Cells become rows: codes, numbers, dates, and rows that repeat one another.

Codes stay text for ever: "01", "001" and "00001" are three areas.
"""

import re
from collections.abc import Callable, Hashable
from datetime import date
from typing import TypeVar

from survey_server.domain.frame.cells import Columns, read_cells
from survey_server.domain.frame.mistakes import MOST_MISTAKES, Mistake
from survey_server.domain.frame.rows import (
    AreaRow,
    AssignmentRow,
    DeviceRow,
    PersonRow,
    Table,
    UnitRow,
)
from survey_server.domain.people import ROLES, passwords

LARGEST_NUMBER = 999

AREA_COLUMNS = Columns(
    ("code", "level", "parent", "name"), ("name_en", "valid_from", "valid_to", "form_id")
)
UNIT_COLUMNS = Columns(("code", "ea", "address", "head_name", "listed_persons"), ("expected",))
PERSON_COLUMNS = Columns(
    ("username", "name", "role", "area"), ("password",), frozenset({"password"})
)
DEVICE_COLUMNS = Columns(("device_id", "username"))
ASSIGNMENT_COLUMNS = Columns(("username", "ea"), ("unit", "due"))

_CODE = re.compile(r"\w[\w.-]{0,63}")
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")

Row = TypeVar("Row")


class _Wrong(Exception):
    """One cell of a row; the row's reader stops at the first."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(code)
        self.column, self.code = column, code


def read_areas(data: bytes) -> Table[AreaRow]:
    return _table(data, AREA_COLUMNS, _area, "code", lambda area: area.code)


def read_units(data: bytes) -> Table[UnitRow]:
    return _table(data, UNIT_COLUMNS, _unit, "code", lambda unit: unit.code)


def read_people(data: bytes) -> Table[PersonRow]:
    """A user name may repeat with another role or area, but always with the same name."""
    table = _table(
        data, PERSON_COLUMNS, _person, "username", lambda p: (p.username, p.role, p.area)
    )
    names: dict[str, str] = {}
    for number, person in zip(table.numbers, table.rows, strict=True):
        if names.setdefault(person.username, person.name) != person.name:
            table.mistakes.append(Mistake(number, "name", "name_differs"))
    del table.mistakes[MOST_MISTAKES:]
    return table


def read_devices(data: bytes) -> Table[DeviceRow]:
    return _table(data, DEVICE_COLUMNS, _device, "device_id", lambda device: device.device_id)


def read_assignments(data: bytes) -> Table[AssignmentRow]:
    return _table(
        data, ASSIGNMENT_COLUMNS, _assignment, "username", lambda a: (a.username, a.ea, a.unit)
    )


def _table(
    data: bytes,
    columns: Columns,
    row_of: Callable[[dict[str, str]], Row],
    key_column: str,
    key_of: Callable[[Row], Hashable],
) -> Table[Row]:
    cells = read_cells(data, columns)
    table: Table[Row] = Table([], [], cells.mistakes, cells.notices)
    seen: set[Hashable] = set()
    for number, line in cells.lines:
        if len(table.mistakes) >= MOST_MISTAKES:
            break
        try:
            row = row_of(dict(zip(cells.header, line, strict=True)))
            _require_new(seen, key_of(row), key_column)
        except _Wrong as wrong:
            table.mistakes.append(Mistake(number, wrong.column, wrong.code))
        else:
            table.rows.append(row)
            table.numbers.append(number)
    table.mistakes.sort(key=lambda mistake: mistake.row)
    del table.mistakes[MOST_MISTAKES:]
    return table


def _require_new(seen: set[Hashable], key: Hashable, column: str) -> None:
    if key in seen:
        raise _Wrong(column, "duplicate")
    seen.add(key)


def _area(cells: dict[str, str]) -> AreaRow:
    area = AreaRow(
        code=_code(cells, "code"),
        level=_required(cells, "level"),
        parent=_code(cells, "parent") if cells["parent"] else None,
        name=_required(cells, "name"),
        name_en=cells.get("name_en") or None,
        valid_from=_date(cells, "valid_from"),
        valid_to=_date(cells, "valid_to"),
        form_id=_code(cells, "form_id") if cells.get("form_id") else None,
    )
    if area.valid_from and area.valid_to and area.valid_from > area.valid_to:
        raise _Wrong("valid_to", "date_order")
    return area


def _unit(cells: dict[str, str]) -> UnitRow:
    return UnitRow(
        code=_code(cells, "code"),
        ea=_code(cells, "ea"),
        address=cells["address"] or None,
        head_name=cells["head_name"] or None,
        listed_persons=_number(cells, "listed_persons"),
        expected=_yes(cells, "expected"),
    )


def _person(cells: dict[str, str]) -> PersonRow:
    role, password = _required(cells, "role"), cells.get("password") or None
    if role not in ROLES:
        raise _Wrong("role", "bad_role")
    username, name = _username(cells), _required(cells, "name")
    if password and (fault := passwords.fault_of(password, passwords.own_words(username, name))):
        short = fault == "password_too_short"
        raise _Wrong("password", "short_password" if short else "weak_password")
    return PersonRow(username, name, role, _code(cells, "area"), password)


def _device(cells: dict[str, str]) -> DeviceRow:
    return DeviceRow(_code(cells, "device_id"), _username(cells))


def _assignment(cells: dict[str, str]) -> AssignmentRow:
    unit = _code(cells, "unit") if cells.get("unit") else None
    return AssignmentRow(_username(cells), _code(cells, "ea"), unit, _date(cells, "due"))


def _required(cells: dict[str, str], column: str) -> str:
    if not cells[column]:
        raise _Wrong(column, "required")
    return cells[column]


def _code(cells: dict[str, str], column: str) -> str:
    code = _required(cells, column)
    if not _CODE.fullmatch(code):
        raise _Wrong(column, "bad_code")
    return code


def _username(cells: dict[str, str]) -> str:
    """Without regard to case: what is stored is lower case."""
    username = _required(cells, "username").lower()
    if not _USERNAME.fullmatch(username):
        raise _Wrong("username", "bad_username")
    return username


def _number(cells: dict[str, str], column: str) -> int | None:
    text = cells[column]
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 4 or int(text) > LARGEST_NUMBER:
        raise _Wrong(column, "bad_number")
    return int(text)


def _date(cells: dict[str, str], column: str) -> date | None:
    text = cells.get(column)
    if not text:
        return None
    try:
        return date.fromisoformat(text if len(text) == 10 else "")
    except ValueError:
        raise _Wrong(column, "bad_date") from None


def _yes(cells: dict[str, str], column: str) -> bool:
    text = cells.get(column) or "1"
    if text not in ("0", "1"):
        raise _Wrong(column, "bad_yes_no")
    return text == "1"
