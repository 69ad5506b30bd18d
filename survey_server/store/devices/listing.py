"""Tablets and the people who carry them, as far as somebody's areas reach.

A person belongs to the areas of their field role that holds today, or, where none does, of the
last ones they had: the tablet of somebody who left is still somebody's to ask for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.people import FIELD_STAFF
from survey_server.store.devices.calling import IDLE_DAYS
from survey_server.store.people.listing import CONTAINS_WORDS, words_to_find

_TODAY = (
    "CAST(:now AT TIME ZONE s.timezone AS date)"
    " BETWEEN coalesce({m}.valid_from, '-infinity') AND coalesce({m}.valid_to, 'infinity')"
)
_POST = (
    "SELECT {what} FROM memberships m JOIN areas ma ON ma.id = m.area_id"
    " WHERE m.person_id = p.id AND m.survey_id = s.id AND m.role = ANY(:field) AND "
    + _TODAY.format(m="m")
)
_LATER = _POST.replace(
    _TODAY.format(m="m"),
    # Wherever it is: a viewer's own areas do not tell whether somebody works in others now.
    f"({_TODAY.format(m='m')} OR NOT EXISTS (SELECT FROM memberships_of(p.id) n"
    " WHERE n.survey_id = s.id AND n.role = ANY(:field) AND " + _TODAY.format(m="n") + "))",
)
_WITHIN = " AND ma.path && CAST(:allowed AS integer[])"
_STATE = (
    "CASE WHEN d.lost_at IS NOT NULL THEN 'lost'"
    " WHEN d.revoked_at IS NOT NULL OR p.disabled_at IS NOT NULL THEN 'revoked'"
    f" WHEN greatest(d.seen_at, d.enrolled_at) < now() - interval '{IDLE_DAYS} days'"
    " THEN 'expired' ELSE 'active' END"
)
_DEVICE = (
    "SELECT d.id, d.device_id, p.id AS person_id, p.name AS person_name, p.username,"
    f" ARRAY({_LATER.format(what='ma.code')} ORDER BY ma.code LIMIT 20) AS areas, d.model, d.app,"
    " d.secret_prefix, d.enrolled_at, d.seen_at,"
    f" greatest(d.seen_at, d.enrolled_at) + interval '{IDLE_DAYS} days' AS expires_at,"
    f" d.held, d.received, {_STATE} AS state, d.revoked_at, d.ended_by, d.revoke_reason,"
    " d.lost_at, d.revoked_at IS NULL AND EXISTS (SELECT FROM devices o WHERE o.id <> d.id"
    " AND o.survey_id = d.survey_id AND o.device_id = d.device_id AND o.revoked_at IS NULL)"
    " AS shared FROM devices d JOIN people p ON p.id = d.person_id"
    " JOIN surveys s ON s.id = d.survey_id WHERE s.code = :survey"
)


@dataclass(frozen=True, slots=True)
class Carrier:
    """Somebody in the field whom a tablet may be given to, with the survey they work in."""

    survey_id: int
    survey_code: str
    survey_name: dict[str, str]
    person_id: int
    name: str
    username: str
    area: str
    area_name: str


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """An enrolment as a supervisor sees it. `state`: active, expired, revoked or lost. `shared`:
    somebody else is enrolled under the same device id, too, and one of the two is to be ended."""

    id: int
    device_id: str
    person_id: int
    person_name: str
    username: str
    areas: list[str]
    model: str | None
    app: str | None
    secret_prefix: str | None
    enrolled_at: datetime
    seen_at: datetime | None
    expires_at: datetime
    held: int | None
    received: int
    state: str
    revoked_at: datetime | None
    ended_by: str | None
    revoke_reason: str | None
    lost_at: datetime | None
    shared: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which devices: of which survey and areas, of whom, in which state, after which id; or
    `only` one. `words` are of the person's name, or begin the device id."""

    survey: str
    areas: Sequence[int]
    person: int | None = None
    state: str | None = None
    after: int = 0
    most: int = 100
    only: int | None = None
    words: str = ""


_FOUND = (
    f"SELECT * FROM ({_DEVICE} AND d.id > :after"
    " AND (CAST(:only AS integer) IS NULL OR d.id = :only)"
    " AND (CAST(:person AS integer) IS NULL OR p.id = :person)"
    f" AND ({CONTAINS_WORDS} OR starts_with(lower(d.device_id), lower(:typed)))"
    f" AND EXISTS ({_LATER.format(what='')}{_WITHIN})) found"
    " WHERE CAST(:state AS text) IS NULL OR state = :state ORDER BY id LIMIT :most"
)


def devices_in(session: Session, wanted: Wanted, now: datetime) -> list[DeviceRow]:
    """Sorted by id."""
    rows = session.execute(text(_FOUND), _values(wanted, wanted.most, now))
    return [DeviceRow(**row._mapping) for row in rows]


def more_devices_than(session: Session, wanted: Wanted, most: int, now: datetime) -> bool:
    """Whether there are more; counts no further."""
    count = session.execute(
        text(f"SELECT count(*) FROM ({_FOUND}) counted"), _values(wanted, most + 1, now)
    )
    return bool(count.scalar_one() > most)


def _values(wanted: Wanted, most: int, now: datetime) -> dict[str, object]:
    return {
        **words_to_find(wanted.words),
        "typed": wanted.words,
        "survey": wanted.survey,
        "allowed": list(wanted.areas),
        "person": wanted.person,
        "state": wanted.state,
        "after": wanted.after,
        "most": most,
        "only": wanted.only,
        "field": list(FIELD_STAFF),
        "now": now,
    }


def device_in(
    session: Session, survey: str, device: int, areas: Sequence[int], now: datetime
) -> DeviceRow | None:
    found = devices_in(session, Wanted(survey, areas, only=device), now)
    return found[0] if found else None


def carriers_in(
    session: Session, survey: str, areas: Sequence[int], now: datetime,
    person: int | None = None, most: int = 1,
) -> list[Carrier]:  # fmt: skip
    """People in the field whose role holds today, in the order of their areas and names."""
    rows = session.execute(
        text(
            "SELECT survey_id, survey_code, survey_name, person_id, name, username, area,"
            " area_name FROM (SELECT DISTINCT ON (p.id) s.id AS survey_id, s.code AS survey_code,"
            " s.name AS survey_name, p.id AS person_id, p.name, p.username, ma.code AS area,"
            " ma.name AS area_name FROM memberships m JOIN people p ON p.id = m.person_id"
            " JOIN surveys s ON s.id = m.survey_id JOIN areas ma ON ma.id = m.area_id"
            " WHERE s.code = :survey AND p.disabled_at IS NULL AND m.role = ANY(:field)"
            " AND (CAST(:person AS integer) IS NULL OR p.id = :person)"
            f" AND {_TODAY.format(m='m')}{_WITHIN} ORDER BY p.id, ma.level, ma.code) found"
            " ORDER BY area, name, person_id LIMIT :most"
        ),
        {
            "survey": survey,
            "allowed": list(areas),
            "person": person,
            "field": list(FIELD_STAFF),
            "most": most,
            "now": now,
        },
    )
    return [Carrier(*row) for row in rows]
