"""Files of interviews: which ones submissions name, and which ones are kept.

    submissions ─1:n─ submission_attachments ──(survey, sha256)── attachments ──id── a sealed file

Either side may be there first. A name without a file is a file that is missing; a file without a
name waits for its submission, and is swept when none has come for long.
"""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class Attachment(Base):
    """A file that is kept, once in a survey. `id` names the sealed file, and is bound to it."""

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("survey_id", "sha256"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    bytes: Mapped[int]
    media_type: Mapped[str]
    key_id: Mapped[str]
    stored_at: Mapped[datetime] = mapped_column(WHEN)
    # When a tablet was last told that it is here, give or take a day.
    asked_at: Mapped[datetime] = mapped_column(WHEN)


class SubmissionAttachment(Base):
    """A file that a submission names. `sha256` is empty as long as nobody has said it (OpenRosa).

    Of several files under one name the first stays the one; the others are variants.
    """

    __tablename__ = "submission_attachments"
    __table_args__ = (
        UniqueConstraint("instance_id", "name", "sha256"),
        CheckConstraint("stated_by IN ('submission', 'upload')", name="stated_by"),
        CheckConstraint("sha256 IS NOT NULL OR NOT variant", name="variant"),
        Index(
            "uq_submission_attachments_the_one",
            "instance_id",
            "name",
            unique=True,
            postgresql_where="NOT variant",
        ),
        Index("ix_submission_attachments_survey_id_sha256", "survey_id", "sha256"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[int]
    instance_id: Mapped[uuid.UUID]
    name: Mapped[str]
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    variant: Mapped[bool]
    stated_by: Mapped[str]
    stated_at: Mapped[datetime] = mapped_column(WHEN)
