"""The state of a tablet's work: whole at first, then what has changed, a page at a time.

Units are told by what changed since the cursor, with tombstones for those that left. The other
lists are short and are told whole whenever they differ from what this tablet was told last, whose
digests its cursor carries.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import structlog
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain import sync
from survey_server.domain.sync import Cursor
from survey_server.store import sync as stored
from survey_server.store.sync import Gone, Told

log = structlog.get_logger()

PARTS = ("about", "assignments", "reserved_numbers", "reviews", "messages")
# So few that a cursor holds five lists (domain/sync.py), so many that no change looks like none.
_DIGEST_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Asking:
    """Which enrolment asks, from where; `about` is what the edge tells of the server itself."""

    epoch: str
    device: int
    person: int
    survey: int
    cursor: Cursor | None
    about: dict[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """`parts` are the lists that differ; `gone` is empty on every page but the first. `brought`:
    how many submissions the server has of this enrolment."""

    brought: int
    whole: bool
    more: bool
    parts: dict[str, Any]
    units: list[dict[str, Any]]
    gone: Gone
    cursor: Cursor


def state_for(session: Session, asking: Asking, now: datetime) -> State:
    """Raises EpochChanged for a cursor that is not of this epoch, this enrolment or this database.

    Notes that the tablet was heard of, and makes numbers for new households where it runs out of
    them, each in a transaction of its own; `session` only reads.
    """
    _check_origin(asking)
    told = _told(asking, now)
    cursor = _cursor(asking, told)
    gone, units = Gone([], []), []
    if cursor.whole or cursor.after or told.news:
        cursor, gone = _gone(session, asking, told, cursor)
        units = _units(session, asking, cursor)
    more = len(units) > sync.PAGE_UNITS
    page = units[: sync.PAGE_UNITS]
    parts = _parts(session, asking, told)
    digests = "".join(_digest(parts[name]) for name in PARTS)
    return State(
        brought=told.brought,
        whole=cursor.whole,
        more=more,
        parts={name: parts[name] for name in _changed(cursor.parts, digests)},
        units=[{key: one[key] for key in one if key != "id"} for one in page],
        gone=gone,
        cursor=cursor.page_ended(page[-1]["id"] if more else None, digests),
    )


def _check_origin(asking: Asking) -> None:
    cursor = asking.cursor
    if cursor and (cursor.epoch, cursor.device) != (asking.epoch, asking.device):
        raise problems.EpochChanged()


def _told(asking: Asking, now: datetime) -> Told:
    told = _told_now(asking, now)
    short = [one["ea_id"] for one in told.reserved if len(one["units"]) < sync.FEWEST_NUMBERS]
    if short and stored.reserve_numbers(asking.device, short, sync.NUMBERS_AT_ONCE):
        # What was news before the numbers were made is news still.
        return replace(_told_now(asking, now), oldest=told.oldest)
    return told


def _told_now(asking: Asking, now: datetime) -> Told:
    since = asking.cursor.since if asking.cursor else 0
    return stored.told(asking.survey, asking.person, asking.device, since, now)


def _cursor(asking: Asking, told: Told) -> Cursor:
    cursor = asking.cursor
    if cursor is None:
        return _from_the_start(asking, told)
    if max(cursor.since, cursor.then) > told.newest:
        # Only a database that was put back to an earlier day can lie behind what it has told.
        log.warning("a cursor is ahead of the database", device=asking.device)
        raise problems.EpochChanged()
    return cursor if cursor.after else replace(cursor, then=told.oldest)


def _from_the_start(asking: Asking, told: Told) -> Cursor:
    return Cursor(asking.epoch, asking.device, since=0, then=told.oldest)


def _gone(session: Session, asking: Asking, told: Told, cursor: Cursor) -> tuple[Cursor, Gone]:
    """Told on the first page. Where too much is gone, everything is told anew."""
    if cursor.whole or cursor.after:
        return cursor, Gone([], [])
    gone = stored.gone(session, asking.survey, asking.person, cursor.since, sync.MOST_REMOVED)
    if gone is None:
        return _from_the_start(asking, told), Gone([], [])
    return cursor, gone


def _units(session: Session, asking: Asking, cursor: Cursor) -> list[dict[str, Any]]:
    """One more than a page, where there is more."""
    return stored.units_page(
        session, asking.survey, asking.person, cursor.since, cursor.after, sync.PAGE_UNITS + 1
    )


def _parts(session: Session, asking: Asking, told: Told) -> dict[str, Any]:
    forms = [_form(session, one) for one in told.forms]
    numbers = [{"ea": one["ea"], "units": one["units"]} for one in told.reserved if one["units"]]
    return {
        "about": {**asking.about, "survey": told.survey, "forms": forms},
        "assignments": told.assignments,
        "reserved_numbers": numbers,
        "reviews": told.reviews,
        "messages": told.messages,
    }


# By the id of a version: versions never change.
_hashes: dict[int, tuple[str, dict[str, str]]] = {}


def _form(session: Session, one: dict[str, Any]) -> dict[str, Any]:
    if one["id"] not in _hashes:
        _hashes[one["id"]] = stored.url_parts_of(session, one["id"])
    content, files = _hashes[one["id"]]
    return {
        "form_id": one["form_id"],
        "version": one["version"],
        "hash": content,
        "files": [{"name": name, "hash": files[name]} for name in sorted(files)],
    }


def _digest(part: Any) -> str:
    written = msgspec.json.encode(part, order="deterministic")
    return hashlib.sha256(written).hexdigest()[:_DIGEST_LETTERS]


def _changed(before: str, digests: str) -> list[str]:
    size = _DIGEST_LETTERS
    return [
        name
        for place, name in enumerate(PARTS)
        if before[place * size : (place + 1) * size] != digests[place * size : (place + 1) * size]
    ]
