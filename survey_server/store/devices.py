"""Tablets: whose they are, and when they were last heard of."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, LargeBinary, insert, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class Device(Base):
    """An enrolment: a tablet in the hands of one enumerator of one survey.

    Only the SHA-256 of the secret is stored. A tablet that is handed on gets a new row.
    """

    __tablename__ = "devices"
    __table_args__ = (Index("ix_devices_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    device_id: Mapped[str]
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    enrolled_at: Mapped[datetime] = mapped_column(WHEN)
    revoked_at: Mapped[datetime | None] = mapped_column(WHEN)
    seen_at: Mapped[datetime | None] = mapped_column(WHEN)
    # Interviews that the tablet said it still holds, at its last contact.
    held: Mapped[int | None]
    # Submissions that this enrolment brought and that were new: what the receipt reports.
    received: Mapped[int] = mapped_column(server_default="0")


@dataclass(frozen=True, slots=True)
class OnCall:
    """The enrolment behind a secret, with what every answer to a tablet needs."""

    device: int
    person: int
    survey: int
    revoked: bool
    epoch: str


def on_call(session: Session, secret_sha256: bytes) -> OnCall | None:
    row = session.execute(
        text(
            "SELECT d.id, d.person_id, d.survey_id, d.revoked_at IS NOT NULL AS revoked, s.epoch"
            " FROM devices d CROSS JOIN server s WHERE d.secret_sha256 = :sha"
        ),
        {"sha": secret_sha256},
    ).one_or_none()
    return None if row is None else OnCall(*row)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A tablet about to be put into somebody's hands."""

    device_id: str
    person_id: int
    secret_sha256: bytes


def enrolled(session: Session, survey: int) -> set[tuple[str, int]]:
    """Device id and person of every enrolment that was not revoked."""
    rows = session.execute(
        text(
            "SELECT device_id, person_id FROM devices"
            " WHERE survey_id = :survey AND revoked_at IS NULL"
        ),
        {"survey": survey},
    )
    return {(row.device_id, row.person_id) for row in rows}


def enrolments_of(session: Session, survey: int) -> dict[str, tuple[int, int]]:
    """The newest enrolment of each tablet by its device id: its row, and the person's."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ON (device_id) device_id, id, person_id FROM devices"
            " WHERE survey_id = :survey AND revoked_at IS NULL ORDER BY device_id, id DESC"
        ),
        {"survey": survey},
    )
    return {row.device_id: (row.id, row.person_id) for row in rows}


def enrol(session: Session, survey: int, enrolments: Sequence[Enrolment], now: datetime) -> None:
    if not enrolments:
        return
    session.execute(
        insert(Device),
        [{"survey_id": survey, "enrolled_at": now, **asdict(each)} for each in enrolments],
    )


def revoke(session: Session, survey: int, device_id: str, now: datetime) -> int:
    revoked = session.execute(
        text(
            "UPDATE devices SET revoked_at = :now WHERE survey_id = :survey"
            " AND device_id = :device_id AND revoked_at IS NULL RETURNING id"
        ),
        {"survey": survey, "device_id": device_id, "now": now},
    )
    return len(revoked.all())
