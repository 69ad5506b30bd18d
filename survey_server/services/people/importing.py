"""Accounts from a file, made by a superior for their own areas: the whole file, or nothing of it.

Who comes again with the same role is left alone, so a file may be sent twice. Passwords are not
taken: each new person sets their own by a link, and nobody else ever knows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.frame import MOST_MISTAKES, Mistake, PersonRow, Table, read_people
from survey_server.domain.people import Viewer
from survey_server.domain.people.appointing import Post, may_appoint
from survey_server.problems import ImportInvalid
from survey_server.services import audit
from survey_server.services.audit import Data, Entry
from survey_server.services.people.accounts import Appointment, NewAccount, open_account
from survey_server.services.people.resetting import ResetLink
from survey_server.store import frame, people

MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Opened:
    id: int
    row: PersonRow
    reset: ResetLink


@dataclass(frozen=True, slots=True)
class Imported:
    """`known` rows were on file already."""

    made: list[Opened]
    known: int


def read(data: bytes) -> Table[PersonRow]:
    """Whatever is wrong with it is in its mistakes."""
    table = read_people(data)
    if len(table.rows) > MOST_ROWS:
        return Table([], [], [Mistake(0, "", "too_many_people")])
    return table


def open_accounts(
    session: Session,
    viewer: Viewer,
    survey: str,
    table: Table[PersonRow],
    sha256: str,
    now: datetime,
) -> Imported:
    """`sha256` of the file, in hex. Raises ImportInvalid with row and column, NotFound for a
    survey that is not theirs."""
    found = frame.survey_by_code(session, survey)
    if found is None or not viewer.areas_in(survey):
        raise problems.NotFound()
    known = people.ids_of(session, [row.username for row in table.rows])
    found_here = islice(_mistakes(session, viewer, survey, table, known, now), MOST_MISTAKES)
    _refuse(sorted([*table.mistakes, *found_here], key=lambda one: one.row))
    made = []
    for row in table.rows:
        if row.username not in known:
            new = NewAccount(row.username, row.name, Appointment(row.role, row.area))
            opened = open_account(session, viewer, survey, new, now)
            made.append(Opened(opened.id, row, opened.reset))
    told: Data = {"rows": len(table.rows), "made": len(made), "sha256": sha256}
    audit.note(Entry("accounts_imported", survey, viewer.person_id, data=told))
    return Imported(made, len(table.rows) - len(made))


def _mistakes(
    session: Session,
    viewer: Viewer,
    survey: str,
    table: Table[PersonRow],
    known: dict[str, int],
    now: datetime,
) -> Iterator[Mistake]:
    areas = viewer.areas_in(survey)
    paths: dict[str, tuple[int, ...] | None] = {}
    seen: set[str] = set()
    for number, row in zip(table.numbers, table.rows, strict=True):
        if row.area not in paths:
            paths[row.area] = _path(session, survey, row.area, areas)
        path = paths[row.area]
        if row.password:
            yield Mistake(number, "password", "password_not_here")
        elif path is None:
            yield Mistake(number, "area", "unknown_area")
        elif not may_appoint(viewer.scopes, Post(survey, row.role, path)):
            yield Mistake(number, "role", "role_not_yours")
        elif row.username in seen:
            yield Mistake(number, "username", "one_row_a_person")
        elif row.username in known and not _is_that(session, known[row.username], row, path, now):
            yield Mistake(number, "username", "username_taken")
        seen.add(row.username)


def _path(session: Session, survey: str, code: str, areas: list[int]) -> tuple[int, ...] | None:
    within = frame.area_within(session, survey, code, areas)
    return tuple(session.get_one(frame.Area, within[1]).path) if within else None


def _is_that(
    session: Session, person: int, row: PersonRow, path: tuple[int, ...], now: datetime
) -> bool:
    """Whether the account of that name has just this role in just this area."""
    posts = people.posts_of(session, person, now)
    return any(post.role == row.role and post.path == path for post in posts)


def _refuse(mistakes: list[Mistake]) -> None:
    if mistakes:
        raise ImportInvalid(errors=[one.as_json() for one in mistakes[:MOST_MISTAKES]])
