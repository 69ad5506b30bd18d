"""Datasets that were asked for: a job's state, and where its files are."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class Release(Base):
    """A dataset of a survey within an area, as counted at one moment."""

    __tablename__ = "releases"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'making', 'ready', 'failed')", name="state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(WHEN)
    finished_at: Mapped[datetime | None] = mapped_column(WHEN)
    # {"household": 1234, …}: rows of each table.
    row_counts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
