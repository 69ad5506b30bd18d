"""What people brought in by hand, for whom, and what became of it: added to, never changed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.store.base import Base
from survey_server.store.devices import Device
from survey_server.store.people import WHEN


class RescueImport(Base):
    """`device_id` is the enrolment in whose name it came in; seen by whoever sees that."""

    __tablename__ = "rescue_imports"
    __table_args__ = (Index("ix_rescue_imports_device_id", "device_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey(Device.id))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(WHEN)
    reason: Mapped[str]
    files: Mapped[int]
    # Of each thing found: where, its instance id, the outcome, its code.
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


@dataclass(frozen=True, slots=True)
class Line:
    """`outcome` is one of a batch, or `unreadable`, or `file_refused`."""

    name: str
    instance_id: str | None
    outcome: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolment in whose name something may come in."""

    id: int
    device_id: str
    person_id: int
    survey_id: int


@dataclass(frozen=True, slots=True)
class Brought:
    """An import with what became of each thing. `files` were kept, or were here already."""

    id: int
    survey_code: str
    device: Enrolled
    person_name: str
    at: datetime
    files: int
    lines: tuple[Line, ...]


def add_import(
    session: Session,
    device: Enrolled,
    person: int,
    reason: str,
    files: int,
    lines: Sequence[Line],
    now: datetime,
) -> int:
    row = RescueImport(
        survey_id=device.survey_id,
        device_id=device.id,
        person_id=person,
        at=now,
        reason=reason,
        files=files,
        lines=[asdict(line) for line in lines],
    )
    session.add(row)
    session.flush()
    return row.id


def import_of(session: Session, survey: str, device: int, number: int) -> Brought | None:
    """What was brought in for this enrolment."""
    row = session.execute(
        text(
            "SELECT r.id, y.code, d.id AS device, d.device_id, d.person_id, d.survey_id, p.name,"
            " r.at, r.files, r.lines FROM rescue_imports r JOIN surveys y ON y.id = r.survey_id"
            " JOIN devices d ON d.id = r.device_id JOIN people p ON p.id = d.person_id"
            " WHERE r.id = :number AND r.device_id = :device AND y.code = :survey"
        ),
        {"number": number, "device": device, "survey": survey},
    ).one_or_none()
    if row is None:
        return None
    whose = Enrolled(row.device, row.device_id, row.person_id, row.survey_id)
    lines = tuple(Line(**line) for line in row.lines)
    return Brought(row.id, row.code, whose, row.name, row.at, row.files, lines)


def enrolled(session: Session, survey: str, device: int) -> Enrolled | None:
    return _enrolled(session, survey, "d.id = :device", {"device": device})


def enrolled_by_secret(session: Session, survey: str, sha256: bytes) -> Enrolled | None:
    return _enrolled(session, survey, "d.secret_sha256 = :sha", {"sha": sha256})


def newest_enrolment(session: Session, survey: str, device_id: str) -> Enrolled | None:
    """Also one that has ended."""
    return _enrolled(session, survey, "d.device_id = :device_id", {"device_id": device_id})


def _enrolled(session: Session, survey: str, which: str, values: dict[str, Any]) -> Enrolled | None:
    row = session.execute(
        text(
            "SELECT d.id, d.device_id, d.person_id, d.survey_id FROM devices d"
            f" JOIN surveys y ON y.id = d.survey_id WHERE y.code = :survey AND {which}"
            " ORDER BY d.id DESC LIMIT 1"
        ),
        {"survey": survey, **values},
    ).one_or_none()
    return None if row is None else Enrolled(*row)
