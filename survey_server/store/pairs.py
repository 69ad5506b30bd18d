"""Pairs of interviews that may be about one household, for those who look after both."""

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
    """One of the two. `counts`: it stands for its unit; `assigned`: by whoever was to do it."""

    interview_id: uuid.UUID
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
    "{x}.interview_id AS {x}_interview, {x}_place.code AS {x}_code, {x}_unit.code AS {x}_unit_code,"
    " {x}_person.name AS {x}_name, {x}_device.device_id AS {x}_tablet, {x}.counts AS {x}_counts,"
    " {x}.assigned AS {x}_assigned, {x}.complete AS {x}_complete, {x}.result AS {x}_result,"
    " {x}.persons AS {x}_persons, {x}.received_at AS {x}_received"
)
_JOINED = (
    " JOIN interviews {x} ON {x}.interview_id = m.{x} AND {x}.ea_id = m.{x}_ea"
    " JOIN areas {x}_place ON {x}_place.id = m.{x}_ea"
    " JOIN people {x}_person ON {x}_person.id = {x}.person_id"
    " LEFT JOIN units {x}_unit ON {x}_unit.id = {x}.unit_id"
    " LEFT JOIN devices {x}_device ON {x}_device.id = {x}.device_id"
)
_PAIRS = (
    f"SELECT m.*, {_TOLD.format(x='a')}, {_TOLD.format(x='b')} FROM matches m"
    f"{_JOINED.format(x='a')}{_JOINED.format(x='b')}"
    " WHERE m.survey_id = :survey AND (:kind = '' OR m.kind = :kind)"
    " AND a_place.path && CAST(:all AS integer[]) AND b_place.path && CAST(:all AS integer[])"
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
        text(_PAIRS),
        {
            "survey": survey, "kind": kind, "all": list(seen), "areas": list(areas), "most": most,
            "a": a, "a_ea": a_ea, "b": b, "b_ea": b_ea, "after": kind_after,
        },
    )  # fmt: skip
    return [
        Pair(
            row.kind,
            row.evidence,
            row.found_at,
            _told(row, "a"),
            _told(row, "b"),
            (row.a, row.a_ea, row.b, row.b_ea, row.kind),
        )
        for row in rows
    ]


def _told(row: Row[Any], which: str) -> Told:
    names = "interview code unit_code name tablet counts assigned complete result persons received"
    return Told(*(getattr(row, f"{which}_{name}") for name in names.split()))
