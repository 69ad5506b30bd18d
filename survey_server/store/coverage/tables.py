"""Counted against expected: one derived row per EA, and one per EA, day and enumerator.

There is no stored counter above the EA: larger areas are summed when asked.
"""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class EaCoverage(Base):
    """An EA's figures; its row is also the lock that workers take before they recount.

    A negative `ea_id`, the survey's own, holds what came for units that it does not know.
    """

    __tablename__ = "ea_coverage"

    survey_id: Mapped[int] = mapped_column(primary_key=True)
    ea_id: Mapped[int] = mapped_column(primary_key=True)
    expected: Mapped[int] = mapped_column(server_default="0")
    received: Mapped[int] = mapped_column(server_default="0")
    complete: Mapped[int] = mapped_column(server_default="0")
    partial: Mapped[int] = mapped_column(server_default="0")
    absent: Mapped[int] = mapped_column(server_default="0")
    refused: Mapped[int] = mapped_column(server_default="0")
    moved: Mapped[int] = mapped_column(server_default="0")
    not_a_dwelling: Mapped[int] = mapped_column(server_default="0")
    all_died: Mapped[int] = mapped_column(server_default="0")
    duplicates: Mapped[int] = mapped_column(server_default="0")
    with_findings: Mapped[int] = mapped_column(server_default="0")
    persons: Mapped[int] = mapped_column(server_default="0")
    last_received_at: Mapped[datetime | None] = mapped_column(WHEN)


class EaDay(Base):
    """What an enumerator's tablets brought from an EA on a day of the survey's calendar."""

    __tablename__ = "ea_days"

    survey_id: Mapped[int] = mapped_column(primary_key=True)
    ea_id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True)
    received: Mapped[int]
    complete: Mapped[int]
    partial: Mapped[int]
    absent: Mapped[int]
    refused: Mapped[int]
    moved: Mapped[int]
    not_a_dwelling: Mapped[int]
    all_died: Mapped[int]
    duplicates: Mapped[int]
    with_findings: Mapped[int]
    persons: Mapped[int]
    last_received_at: Mapped[datetime] = mapped_column(WHEN)
