"""Tablets: whose they are and when they were last heard of; the codes that put them into hands.

    enrolment_codes ──used by──▶ devices ──sends──▶ batches

A row of `devices` is an enrolment: one tablet in the hands of one enumerator of one survey. It is
revoked and never deleted, because what it brought names it.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN

# Of a secret of 43 letters: 36 bits less to guess, of 256.
PREFIX_LETTERS = 6
# Why an enrolment ended.
ENDED_BY = ("office", "lost", "enrolled_again", "handed_on", "replaced")


class Device(Base):
    """An enrolment: a tablet in the hands of one enumerator of one survey.

    Only the SHA-256 of the secret is stored. A tablet that is handed on gets a new row.
    """

    __tablename__ = "devices"
    __table_args__ = (
        Index("ix_devices_person_id", "person_id"),
        Index("ix_devices_survey_id_device_id", "survey_id", "device_id"),
        Index(
            "uq_devices_enrolled_once",
            "survey_id",
            "device_id",
            "person_id",
            unique=True,
            postgresql_where="revoked_at IS NULL",
        ),
        CheckConstraint(f"ended_by IN {ENDED_BY}", name="ended_by"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    device_id: Mapped[str]
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    # Its first letters, so that support can tell which of two secrets a tablet has.
    secret_prefix: Mapped[str | None]
    model: Mapped[str | None]
    app: Mapped[str | None]
    enrolled_at: Mapped[datetime] = mapped_column(WHEN)
    revoked_at: Mapped[datetime | None] = mapped_column(WHEN)
    ended_by: Mapped[str | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    revoke_reason: Mapped[str | None]
    lost_at: Mapped[datetime | None] = mapped_column(WHEN)
    seen_at: Mapped[datetime | None] = mapped_column(WHEN)
    # Interviews that the tablet said it still holds, at its last contact.
    held: Mapped[int | None]
    # Submissions that this enrolment brought and that were new: what the receipt reports.
    received: Mapped[int] = mapped_column(server_default="0")


class EnrolmentCode(Base):
    """A code that enrols one tablet, once. Only a slow digest of it is stored.

    `ended_at`: a newer code took its place, or somebody withdrew it. `device` is the enrolment
    that used it.
    """

    __tablename__ = "enrolment_codes"
    __table_args__ = (Index("ix_enrolment_codes_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    code_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    issued_at: Mapped[datetime] = mapped_column(WHEN)
    # Empty where an operator's command issued it.
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    expires_at: Mapped[datetime] = mapped_column(WHEN)
    used_at: Mapped[datetime | None] = mapped_column(WHEN)
    device: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    ended_at: Mapped[datetime | None] = mapped_column(WHEN)
