"""What was received, byte for byte, and the marks of what is still to be done with it.

    batches ─1:1─ batch_bodies          the compressed body, sealed, stored once
       │└──1:1─── pending_batches       there until a worker has derived everything
       └──1:n──── submissions           one narrow row per instance id, unique for ever
                  trials                which submissions came in a draft of a form
                  unknown_units         what submissions call units that no list has
                  submission_variants   other content under an id that is taken
                  quarantine            what could not be understood, with why

Nothing here is ever changed but the marks (`state`, the pending row, the resolution), and the unit
and EA of a submission whose unit was listed after it came in.
"""

import uuid
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class Batch(Base):
    """One upload. `request_sha256` is over the unpacked bytes of its `submissions`."""

    __tablename__ = "batches"
    __table_args__ = (UniqueConstraint("device_id", "batch_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"))
    batch_id: Mapped[uuid.UUID]
    request_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    # In the order of the submissions, "outcome" or "outcome:code": what a replay answers.
    outcomes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    received_at: Mapped[datetime] = mapped_column(WHEN)
    # Who brought it in by hand; empty where its tablet sent it.
    imported_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class BatchBody(Base):
    """The body as it came (gzip), sealed. The web role may write here and not read."""

    __tablename__ = "batch_bodies"

    batch: Mapped[int] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    body_format: Mapped[str]
    # The survey's key that it is sealed with; empty for bodies from before there were keys.
    key_id: Mapped[str | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class PendingBatch(Base):
    """The pending mark. `probing` is the place of the submission that is being tried alone, for
    the `probes`th time without having been heard of."""

    __tablename__ = "pending_batches"

    batch: Mapped[int] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(WHEN)
    lease_until: Mapped[datetime | None] = mapped_column(WHEN)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    probing: Mapped[int | None] = mapped_column(SmallInteger)
    probes: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    # How much there is to do.
    submissions: Mapped[int] = mapped_column(SmallInteger, server_default="50")
    # The key that nobody had when it was tried last: key_missing or key_wrong.
    waits_for: Mapped[str | None]


class Submission(Base):
    """What was received under a client's UUID; immutable but for `state`."""

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint("state IN ('received', 'derived', 'quarantined', 'trial')", name="state"),
        Index("ix_submissions_batch", "batch"),
        Index("ix_submissions_interview_id", "interview_id"),
    )

    instance_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    batch: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    # Of its content alone, as the tablet says it; empty for what came in before it was kept.
    content_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    survey_id: Mapped[int] = mapped_column(SmallInteger)
    device_id: Mapped[int]
    person_id: Mapped[int]
    form_version_id: Mapped[int | None]
    interview_id: Mapped[uuid.UUID]
    revision: Mapped[int]
    replaces: Mapped[uuid.UUID | None]
    unit_id: Mapped[int | None]
    ea_id: Mapped[int | None]
    state: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(WHEN)


class Trial(Base):
    """A submission that came in a draft: kept and read, and never part of the survey.

    A table of its own because an index of `submissions` that knows the state would be written with
    every change of it.
    """

    __tablename__ = "trials"
    __table_args__ = (
        Index("ix_trials_form_version_id", "form_version_id", "received_at", "instance_id"),
    )

    instance_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    form_version_id: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(WHEN)


class UnknownUnit(Base):
    """What a submission calls a unit that no list has, as long as none has it."""

    __tablename__ = "unknown_units"
    __table_args__ = (Index("ix_unknown_units_survey_id_code", "survey_id", "code"),)

    instance_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[int]
    code: Mapped[str]


class SubmissionVariant(Base):
    """Other content under an instance id that was taken: kept, and shown to a supervisor."""

    __tablename__ = "submission_variants"
    __table_args__ = (Index("ix_submission_variants_batch", "batch"),)

    instance_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    batch: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    received_at: Mapped[datetime] = mapped_column(WHEN)


class Quarantined(Base):
    """A submission that could not be understood. Its bytes are in its batch."""

    __tablename__ = "quarantine"
    __table_args__ = (
        Index(
            "ix_quarantine_next_retry_at",
            "next_retry_at",
            postgresql_where="next_retry_at IS NOT NULL",
        ),
        Index(
            "ix_quarantine_since",
            "since",
            "instance_id",
            postgresql_where="reopened_at IS NULL",
        ),
    )

    instance_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    # For engineers: where it failed. Never shown to tablets, holds no answers.
    traceback: Mapped[str | None]
    since: Mapped[datetime] = mapped_column(WHEN)
    # What it claimed, where nobody knows such a version.
    form_id: Mapped[str | None]
    form_version: Mapped[str | None]
    # How often the server tried again by itself, and when it will.
    retries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    next_retry_at: Mapped[datetime | None] = mapped_column(WHEN)
    last_tried_at: Mapped[datetime | None] = mapped_column(WHEN)
    # When it was taken up again; empty as long as it lies here.
    reopened_at: Mapped[datetime | None] = mapped_column(WHEN)
