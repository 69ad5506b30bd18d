"""Writing what was derived, in bulk: interviews by upsert, their parts by COPY."""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.interviews import InterviewKey


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person as matching needs them."""

    line: int
    name: str
    name_key: str
    name_fold: str
    sex: str | None
    birth_year: int | None
    birth_month: int | None
    age: int | None
    relation: str | None


@dataclass(frozen=True, slots=True)
class FoundFinding:
    rule: str
    path: str
    severity: str
    value: str
    reads: Mapping[str, str] = field(default_factory=dict)
    confirmed: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """An interview as its current submission tells it, ready to be written."""

    interview_id: uuid.UUID
    ea_id: int
    survey_id: int
    unit_id: int | None
    current: uuid.UUID
    revision: int
    form_version_id: int
    scope_id: int
    person_id: int
    device_id: int
    assigned: bool
    result: str | None
    complete: bool
    content: bytes | None
    represented_by: str | None
    describes_dwelling: bool
    started_at: datetime | None
    finished_at: datetime | None
    first_received_at: datetime
    received_at: datetime
    persons: tuple[PersonLine, ...]
    findings: tuple[FoundFinding, ...]

    @property
    def key(self) -> InterviewKey:
        return self.interview_id, self.ea_id


_INTERVIEW_COLUMNS = [
    "interview_id",
    "ea_id",
    "survey_id",
    "unit_id",
    "current",
    "revision",
    "form_version_id",
    "scope_id",
    "person_id",
    "device_id",
    "assigned",
    "result",
    "complete",
    "content",
    "represented_by",
    "describes_dwelling",
    "started_at",
    "finished_at",
    "first_received_at",
    "received_at",
]
_DERIVED_COLUMNS = ("counts", "persons", "errors", "warnings")
_ALL_COLUMNS = (*_INTERVIEW_COLUMNS, *_DERIVED_COLUMNS)
_SAVE_INTERVIEW = (
    f"INSERT INTO interviews ({', '.join(_ALL_COLUMNS)})"
    f" VALUES ({', '.join(['%s'] * len(_ALL_COLUMNS))})"
    " ON CONFLICT (interview_id, ea_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _ALL_COLUMNS[2:])
)
_PERSON_COLUMNS = [
    "interview_id",
    "ea_id",
    "line",
    "sex",
    "birth_year",
    "birth_month",
    "age",
    "relation",
]
_IDENTITY_COLUMNS = [
    "interview_id",
    "ea_id",
    "line",
    "scope_id",
    "name",
    "name_key",
    "name_fold",
    "sex",
    "birth_year",
]
_FINDING_COLUMNS = [
    "interview_id",
    "ea_id",
    "rule",
    "path",
    "severity",
    "value",
    "reads",
    "confirmed",
]


def save_tellings(session: Session, tellings: Sequence[Telling]) -> None:
    """Writes interviews with their persons and findings in place of what they told before."""
    ordered = sorted(tellings, key=lambda telling: telling.key)
    _delete_parts(session, [telling.key for telling in ordered])
    cursor = session.connection().connection.cursor()
    cursor.executemany(_SAVE_INTERVIEW, [_interview_row(telling) for telling in ordered])
    _copy(cursor, "persons", _PERSON_COLUMNS, ordered, _person_rows)
    _copy(cursor, "person_identities", _IDENTITY_COLUMNS, ordered, _identity_rows)
    _copy(cursor, "findings", _FINDING_COLUMNS, ordered, _finding_rows)


def _delete_parts(session: Session, keys: Sequence[InterviewKey]) -> None:
    for table in ("persons", "person_identities", "findings"):
        session.execute(
            text(
                f"DELETE FROM {table} t USING"
                " unnest(CAST(:ids AS uuid[]), CAST(:eas AS integer[])) AS k(id, ea)"
                " WHERE t.interview_id = k.id AND t.ea_id = k.ea"
            ),
            {"ids": [key[0] for key in keys], "eas": [key[1] for key in keys]},
        )


def _copy(
    cursor: Any,
    table: str,
    columns: Sequence[str],
    tellings: Sequence[Telling],
    rows_of: Callable[[Telling], Iterable[list[object]]],
) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for telling in tellings:
            for row in rows_of(telling):
                copy.write_row(row)


def note_first_arrivals(session: Session, firsts: Mapping[InterviewKey, datetime]) -> None:
    """An older submission of an interview came in after a newer one."""
    session.execute(
        text(
            "UPDATE interviews i SET first_received_at = least(i.first_received_at, k.first)"
            " FROM unnest(CAST(:ids AS uuid[]), CAST(:eas AS integer[]),"
            " CAST(:firsts AS timestamptz[])) AS k(id, ea, first)"
            " WHERE i.interview_id = k.id AND i.ea_id = k.ea"
        ),
        {
            "ids": [key[0] for key in firsts],
            "eas": [key[1] for key in firsts],
            "firsts": list(firsts.values()),
        },
    )


def set_counting(session: Session, counting: Mapping[int, InterviewKey]) -> None:
    """By unit, the interview that counts; the others of that unit do not."""
    session.execute(
        text(
            "UPDATE interviews i SET counts = NOT i.counts"
            " FROM unnest(CAST(:units AS integer[]), CAST(:ids AS uuid[]),"
            " CAST(:eas AS integer[])) AS k(unit_id, interview_id, ea_id)"
            " WHERE i.unit_id = k.unit_id"
            " AND i.counts <> (i.interview_id = k.interview_id AND i.ea_id = k.ea_id)"
        ),
        {
            "units": list(counting),
            "ids": [key[0] for key in counting.values()],
            "eas": [key[1] for key in counting.values()],
        },
    )


def _interview_row(telling: Telling) -> list[object]:
    """Most units are told once, so that an interview counts until `set_counting` says otherwise:
    hardly a row is then written twice."""
    errors = sum(finding.severity == "error" for finding in telling.findings)
    confirmed = sum(finding.confirmed is not None for finding in telling.findings)
    return [
        *(getattr(telling, column) for column in _INTERVIEW_COLUMNS),
        telling.unit_id is not None,
        len(telling.persons),
        errors,
        len(telling.findings) - errors - confirmed,
    ]


def _person_rows(telling: Telling) -> Iterable[list[object]]:
    for one in telling.persons:
        yield [
            *telling.key, one.line, one.sex, one.birth_year, one.birth_month, one.age, one.relation,
        ]  # fmt: skip


def _identity_rows(telling: Telling) -> Iterable[list[object]]:
    for one in telling.persons:
        yield [
            *telling.key, one.line, telling.scope_id, one.name, one.name_key, one.name_fold,
            one.sex, one.birth_year,
        ]  # fmt: skip


def _finding_rows(telling: Telling) -> Iterable[list[object]]:
    for one in telling.findings:
        reads = json.dumps(dict(one.reads), ensure_ascii=False, sort_keys=True)
        yield [
            *telling.key, one.rule, one.path, one.severity, one.value, reads, one.confirmed,
        ]  # fmt: skip
