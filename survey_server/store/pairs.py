"""Interviews as people look at them, and pairs that may be about one household, for those who look
after both."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

# Both interviews of a pair, their EAs, and its kind: its place in the list.
Cursor = tuple[uuid.UUID, int, uuid.UUID, int, str]
FIRST: Cursor = (uuid.UUID(int=0), 0, uuid.UUID(int=0), 0, "")


@dataclass(frozen=True, slots=True)
class Told:
    """An interview. `counts`: it stands for its unit; `assigned`: by whoever was to do it;
    `current`: the submission that tells it."""

    interview_id: uuid.UUID
    current: uuid.UUID
    form_version_id: int
    ea: str
    unit: str | None
    enumerator: str
    device_id: str
    counts: bool
    assigned: bool
    complete: bool
    result: str | None
    persons: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    kind: str
    evidence: Mapping[str, int]
    found_at: datetime
    a: Told
    b: Told
    cursor: Cursor


_TOLD = (
    "{x}.interview_id AS {x}_interview, {x}.current AS {x}_current,"
    " {x}.form_version_id AS {x}_form, {x}_place.code AS {x}_code, {x}_unit.code AS {x}_unit_code,"
    " {x}_person.name AS {x}_name, {x}_device.device_id AS {x}_tablet, {x}.counts AS {x}_counts,"
    " {x}.assigned AS {x}_assigned, {x}.complete AS {x}_complete, {x}.result AS {x}_result,"
    " {x}.persons AS {x}_persons, {x}.received_at AS {x}_received"
)
_MATCHED = " JOIN interviews {x} ON {x}.interview_id = m.{x} AND {x}.ea_id = m.{x}_ea"
_JOINED = (
    " JOIN areas {x}_place ON {x}_place.id = {x}.ea_id"
    " JOIN people {x}_person ON {x}_person.id = {x}.person_id"
    " LEFT JOIN units {x}_unit ON {x}_unit.id = {x}.unit_id"
    " LEFT JOIN devices {x}_device ON {x}_device.id = {x}.device_id"
)
_PAIRS = (
    f"SELECT m.*, {_TOLD.format(x='a')}, {_TOLD.format(x='b')} FROM matches m"
    f"{_MATCHED.format(x='a')}{_JOINED.format(x='a')}"
    f"{_MATCHED.format(x='b')}{_JOINED.format(x='b')}"
    " WHERE m.survey_id = :survey"
    " AND a_place.path && CAST(:all AS integer[]) AND b_place.path && CAST(:all AS integer[])"
)
_LISTED = (
    f"{_PAIRS} AND (:kind = '' OR m.kind = :kind)"
    " AND (a_place.path && CAST(:areas AS integer[]) OR b_place.path && CAST(:areas AS integer[]))"
    " AND (m.a, m.a_ea, m.b, m.b_ea, m.kind) > (:a, :a_ea, :b, :b_ea, :after)"
    " ORDER BY m.a, m.a_ea, m.b, m.b_ea, m.kind LIMIT :most"
)


def pairs_in(
    session: Session,
    survey: int,
    areas: Sequence[int],
    seen: Sequence[int],
    kind: str,
    after: Cursor,
    most: int,
) -> list[Pair]:
    """One of the two lies in `areas`, and both in what the viewer sees."""
    a, a_ea, b, b_ea, kind_after = after
    rows = session.execute(
        text(_LISTED),
        {
            "survey": survey, "kind": kind, "all": list(seen), "areas": list(areas), "most": most,
            "a": a, "a_ea": a_ea, "b": b, "b_ea": b_ea, "after": kind_after,
        },
    )  # fmt: skip
    return [_pair(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Named:
    """An interview as addresses name it: by its id and the code of its EA."""

    interview_id: uuid.UUID
    ea: str


def reasons_for(
    session: Session, survey: int, seen: Sequence[int], one: Named, other: Named
) -> list[Pair]:
    """Why these two are a pair: one for each kind; none where they are none that the viewer
    sees."""
    rows = session.execute(
        text(
            f"{_PAIRS} AND m.a = :a AND a_place.code = :a_code AND m.b = :b"
            " AND b_place.code = :b_code ORDER BY m.kind"
        ),
        {
            "survey": survey, "all": list(seen), "a": one.interview_id, "a_code": one.ea,
            "b": other.interview_id, "b_code": other.ea,
        },
    )  # fmt: skip
    return [_pair(row) for row in rows]


_TOLD_THERE = (
    f"SELECT {_TOLD.format(x='a')} FROM interviews a{_JOINED.format(x='a')}"
    " WHERE a.survey_id = :survey AND a_place.path && CAST(:areas AS integer[])"
)


def told_there(session: Session, survey: int, areas: Sequence[int], named: Named) -> Told | None:
    """None where it is told elsewhere, or nowhere."""
    row = session.execute(
        text(f"{_TOLD_THERE} AND a.interview_id = :interview AND a_place.code = :ea"),
        {
            "survey": survey, "areas": list(areas), "interview": named.interview_id,
            "ea": named.ea,
        },
    ).one_or_none()  # fmt: skip
    return None if row is None else _told(row, "a")


def told_by(
    session: Session, survey: int, areas: Sequence[int], instance_id: uuid.UUID
) -> Told | None:
    """The interview that this submission tells; None where another one does, or elsewhere."""
    row = session.execute(
        text(f"{_TOLD_THERE} AND a.current = :instance"),
        {"survey": survey, "areas": list(areas), "instance": instance_id},
    ).one_or_none()
    return None if row is None else _told(row, "a")


def _pair(row: Row[Any]) -> Pair:
    return Pair(
        row.kind,
        row.evidence,
        row.found_at,
        _told(row, "a"),
        _told(row, "b"),
        (row.a, row.a_ea, row.b, row.b_ea, row.kind),
    )


def _told(row: Row[Any], which: str) -> Told:
    names = "interview current form code unit_code name tablet counts assigned complete result"
    names += " persons received"
    return Told(*(getattr(row, f"{which}_{name}") for name in names.split()))
