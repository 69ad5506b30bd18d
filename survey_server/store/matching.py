"""Pairs of interviews that are suspected to be about the same household."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN

KINDS = ("same_content", "same_household", "same_interview", "same_unit")


class MatchRow(Base):
    """A pair with a reason; (a, a_ea) sorts before (b, b_ea). Derived, under a natural key."""

    __tablename__ = "matches"
    __table_args__ = (
        CheckConstraint("(a, a_ea) < (b, b_ea)", name="ordered"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    a: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    a_ea: Mapped[int] = mapped_column(primary_key=True)
    b: Mapped[uuid.UUID] = mapped_column(primary_key=True, index=True)
    b_ea: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int]
    # {"shared": 3, "exact": 2}: persons in common, and of these with the very same name.
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    found_at: Mapped[datetime] = mapped_column(WHEN)
