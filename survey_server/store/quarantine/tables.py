"""What people and the server did about submissions: added to, never changed; and what of it workers
are still to carry out."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN

ACTS = ("retried", "replayed", "fixed", "set_aside", "taken_back")
KINDS = ("first", "variant", "correction")


class QuarantineAct(Base):
    """`person_id` is empty where the server tried again by itself. A worker carries the
    newest act out: nobody else changes a submission's marks."""

    __tablename__ = "quarantine_acts"
    __table_args__ = (
        CheckConstraint(f"act IN {ACTS}", name="act"),
        Index("ix_quarantine_acts_instance_id", "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    instance_id: Mapped[uuid.UUID]
    act: Mapped[str]
    at: Mapped[datetime] = mapped_column(WHEN)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str | None]
    # What it is read by, or about, from now on; empty: as it claimed.
    form_version_id: Mapped[int | None]
    unit_id: Mapped[int | None]


class ContentChoice(Base):
    """Which bytes tell a submission, by somebody's decision; the newest holds.

    They lie in a batch: that of a variant, or one of the office with a corrected copy.
    """

    __tablename__ = "content_choices"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        Index("ix_content_choices_instance_id", "instance_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    instance_id: Mapped[uuid.UUID]
    batch: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    # The version that it is read by; empty: the one that it claimed.
    form_version_id: Mapped[int | None]
    # That it is about; empty: the one that the submission was about before.
    unit_id: Mapped[int | None]
    # How many came after the first when somebody compared them; empty: nobody did.
    variants: Mapped[int | None]
    kind: Mapped[str]
    chosen_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    chosen_at: Mapped[datetime] = mapped_column(WHEN)
    reason: Mapped[str]


class Reopening(Base):
    """A submission that workers are to take up again, as its newest act or choice says. Whoever
    carries it out takes the row away; each that is asked for has a row of its own, so that none
    is lost between two of them."""

    __tablename__ = "reopenings"
    __table_args__ = (Index("ix_reopenings_instance_id", "instance_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    instance_id: Mapped[uuid.UUID]
    asked_at: Mapped[datetime] = mapped_column(WHEN)
