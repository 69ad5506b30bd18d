"""Bringing a frame in: a survey, its areas, units, people, devices and assignments.

Every import is checked whole before anything is written, raises ImportInvalid with row and column
where something is wrong, and changes nothing when the same file comes again.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TypeAlias, TypeVar

from sqlalchemy.orm import Session

from survey_server.domain.frame import (
    MOST_MISTAKES,
    AreaOnFile,
    AreaRow,
    AssignmentRow,
    DeviceRow,
    Mistake,
    PersonRow,
    SurveyDefinition,
    Table,
    UnitRow,
    area_mistakes,
)
from survey_server.problems import ImportInvalid, SurveyRetired
from survey_server.services.people import add_person
from survey_server.services.sync.resolving import follow_areas
from survey_server.store import devices, frame, people
from survey_server.store.frame import IncomingAssignment, Survey, UnitOnFile
from survey_server.store.incoming import Counts, Progress
from survey_server.store.sync.resolving import lock_places_alone

Row = TypeVar("Row")
# A column, and what is wrong there.
Wrong: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DeviceSecret:
    """Told once; the server keeps only the secret's digest."""

    device_id: str
    username: str
    secret: str = field(repr=False)


def add_survey(session: Session, definition: SurveyDefinition) -> Survey:
    """A survey of that code is changed; its levels only as long as it has no areas."""
    on_file = frame.survey_by_code(session, definition.code)
    if on_file and on_file.levels != definition.levels and frame.has_areas(session, on_file.id):
        refuse([Mistake(0, "levels", "levels_changed")])
    return frame.upsert_survey(session, definition)


def survey_once(session: Session, definition: SurveyDefinition) -> Survey:
    """The survey of that code as it is on file, or as defined where it is not: its dates may
    have been changed since."""
    return frame.survey_by_code(session, definition.code) or add_survey(session, definition)


def import_areas(
    session: Session, survey: Survey, table: Table[AreaRow], progress: Progress | None = None
) -> Counts:
    refuse(table.mistakes)
    frame.lock_survey(session, survey.id)
    on_file = frame.areas_on_file(session, survey.id)
    refuse(area_mistakes(table, survey.levels, on_file))
    counts = frame.upsert_areas(session, survey.id, survey.levels, table.rows, progress)
    if counts.changed:
        follow_areas(session, survey.id, datetime.now(UTC))
    if any(row.level == survey.levels[-1] for row in table.rows):
        frame.set_expected(session, survey.id, None)
    return counts


def import_units(
    session: Session, survey: Survey, table: Table[UnitRow], progress: Progress | None = None
) -> Counts:
    refuse(table.mistakes)
    if survey.state == "retired":
        raise SurveyRetired()
    frame.lock_survey(session, survey.id)
    areas = frame.areas_on_file(session, survey.id)
    refuse(_found(table, lambda row: _ea_mistake(areas, survey, row.ea)))
    return frame.upsert_units(session, survey.id, table.rows, areas, progress)


def import_people(
    session: Session, survey: Survey, table: Table[PersonRow], now: datetime
) -> Counts:
    """Counts roles. A password counts for a new account only: an import resets nobody's."""
    refuse(table.mistakes)
    frame.lock_survey(session, survey.id)
    areas = frame.areas_on_file(session, survey.id)
    refuse(_found(table, lambda row: None if row.area in areas else ("area", "unknown_area")))
    names = {row.username: row.name for row in table.rows}
    known = people.ids_of(session, names)
    people.save_people(session, names, now)
    _set_passwords(session, (row for row in table.rows if row.username not in known), now)
    ids = people.ids_of(session, names)
    roles = ((ids[row.username], areas[row.area].id, row.role) for row in table.rows)
    return people.save_memberships(session, survey.id, roles)


def import_devices(
    session: Session, survey: Survey, table: Table[DeviceRow], now: datetime
) -> tuple[Counts, list[DeviceSecret]]:
    """Secrets of new enrolments. A tablet that is already this person's keeps the one it has."""
    refuse(table.mistakes)
    frame.lock_survey(session, survey.id)
    members = people.members_of(session, survey.id)
    refuse(_found(table, lambda row: _member_mistake(members, row.username)))
    on_file = devices.enrolled(session, survey.id)
    new = [row for row in table.rows if (row.device_id, members[row.username]) not in on_file]
    told = _enrol(session, survey, new, members, now)
    return Counts(len(new), 0, len(table.rows) - len(new)), told


def add_device(
    session: Session, survey: Survey, username: str, device_id: str, now: datetime
) -> DeviceSecret:
    """A new secret; the one that the tablet had of the same person ends."""
    members = people.members_of(session, survey.id)
    row = DeviceRow(device_id, username.strip().lower())
    refuse([Mistake(0, *wrong) for wrong in (_member_mistake(members, row.username),) if wrong])
    devices.end_earlier(session, survey.id, device_id, members[row.username], None, now)
    return _enrol(session, survey, [row], members, now)[0]


def revoke_device(session: Session, survey: Survey, device_id: str, now: datetime) -> int:
    """How many enrolments of that tablet could sync and cannot any more."""
    return devices.revoke(session, survey.id, device_id, now)


def import_assignments(
    session: Session,
    survey: Survey,
    table: Table[AssignmentRow],
    assigned_at: datetime | None = None,
) -> Counts:
    """Without a time, as of now, which is asked for once nobody derives: what was derived came in
    before, what comes in later is derived when these are there, and whether it was assigned is
    told the same for ever. Uploads wait for nothing."""
    refuse(table.mistakes)
    frame.lock_survey(session, survey.id)
    known = _Known(
        survey,
        frame.areas_on_file(session, survey.id),
        people.members_of(session, survey.id),
        frame.units_on_file(session, survey.id, [row.unit for row in table.rows if row.unit]),
    )
    refuse(_found(table, known.assignment_mistake))
    rows = known.assignments(table.rows)
    lock_places_alone(session)
    return frame.upsert_assignments(session, survey.id, rows, assigned_at or datetime.now(UTC))


def refuse(mistakes: list[Mistake]) -> None:
    """Does nothing where there are none."""
    if mistakes:
        raise ImportInvalid(errors=[mistake.as_json() for mistake in mistakes[:MOST_MISTAKES]])


@dataclass(frozen=True, slots=True)
class _Known:
    survey: Survey
    areas: Mapping[str, AreaOnFile]
    members: Mapping[str, int]
    units: Mapping[str, UnitOnFile]

    def assignment_mistake(self, row: AssignmentRow) -> Wrong | None:
        wrong = _member_mistake(self.members, row.username)
        wrong = wrong or _ea_mistake(self.areas, self.survey, row.ea)
        if wrong or not row.unit:
            return wrong
        unit = self.units.get(row.unit)
        in_ea = unit is not None and unit.ea_id == self.areas[row.ea].id
        return None if in_ea else ("unit", "unknown_unit")

    def assignments(self, rows: Iterable[AssignmentRow]) -> Iterator[IncomingAssignment]:
        for row in rows:
            unit_id = self.units[row.unit].id if row.unit else None
            person_id, ea_id = self.members[row.username], self.areas[row.ea].id
            yield IncomingAssignment(person_id, ea_id, unit_id, row.due)


def _found(table: Table[Row], mistake_of: Callable[[Row], Wrong | None]) -> list[Mistake]:
    wrong = (
        Mistake(number, *found)
        for number, row in zip(table.numbers, table.rows, strict=True)
        if (found := mistake_of(row))
    )
    return list(islice(wrong, MOST_MISTAKES))


def _ea_mistake(areas: Mapping[str, AreaOnFile], survey: Survey, code: str) -> Wrong | None:
    area = areas.get(code)
    if area is None:
        return "ea", "unknown_ea"
    return None if area.level == len(survey.levels) - 1 else ("ea", "not_an_ea")


def _member_mistake(members: Mapping[str, int], username: str) -> Wrong | None:
    return None if username in members else ("username", "unknown_person")


def _set_passwords(session: Session, rows: Iterable[PersonRow], now: datetime) -> None:
    """The last password given for a user name counts."""
    given = {row.username: row for row in rows if row.password}
    for row in given.values():
        add_person(session, row.username, row.name, row.password, now)


def _enrol(
    session: Session,
    survey: Survey,
    rows: Iterable[DeviceRow],
    members: Mapping[str, int],
    now: datetime,
) -> list[DeviceSecret]:
    told = [DeviceSecret(r.device_id, r.username, secrets.token_urlsafe(32)) for r in rows]
    enrolments = [
        devices.Enrolment(
            each.device_id,
            members[each.username],
            hashlib.sha256(each.secret.encode()).digest(),
            each.secret[: devices.PREFIX_LETTERS],
        )
        for each in told
    ]
    devices.enrol(session, survey.id, enrolments, now)
    return told
