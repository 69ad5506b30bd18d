"""What the submissions of a unit tell: derived rows, rebuilt from the submissions at any time.

An interview is keyed by the id its tablet gave it *and* by the EA, so that an edit sent from
another EA can never take it over. Derived rows have natural keys: a rebuild makes the same ones.
"""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class Interview(Base):
    """A chain of submissions about one unit, as its current submission tells it.

    `ea_id` is negative where the unit is unknown. `counts` is true for the one interview of a
    unit that stands for it.
    """

    __tablename__ = "interviews"
    __table_args__ = (
        Index("ix_interviews_ea_id", "ea_id"),
        Index("ix_interviews_unit_id", "unit_id"),
        Index("ix_interviews_content", "content", postgresql_where="content IS NOT NULL"),
    )

    interview_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    ea_id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int]
    unit_id: Mapped[int | None]
    current: Mapped[uuid.UUID]
    revision: Mapped[int]
    form_version_id: Mapped[int]
    # The area within which this household is compared with others; 0 where it is unknown.
    scope_id: Mapped[int]
    person_id: Mapped[int]
    device_id: Mapped[int]
    assigned: Mapped[bool]
    result: Mapped[str | None]
    complete: Mapped[bool]
    counts: Mapped[bool]
    persons: Mapped[int] = mapped_column(SmallInteger)
    errors: Mapped[int] = mapped_column(SmallInteger)
    warnings: Mapped[int] = mapped_column(SmallInteger)
    # The answers without times and device, so that a copy under a new id is seen as one.
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Of a shared dwelling: the number of the household that answers for it.
    represented_by: Mapped[str | None]
    describes_dwelling: Mapped[bool] = mapped_column(server_default="false")
    started_at: Mapped[datetime | None] = mapped_column(WHEN)
    finished_at: Mapped[datetime | None] = mapped_column(WHEN)
    first_received_at: Mapped[datetime] = mapped_column(WHEN)
    received_at: Mapped[datetime] = mapped_column(WHEN)


def _of_interview() -> ForeignKeyConstraint:
    key = ["interview_id", "ea_id"]
    return ForeignKeyConstraint(key, [f"interviews.{name}" for name in key], ondelete="CASCADE")


class FindingRow(Base):
    """A rule that an interview's current submission breaks.

    `reads` are the other answers that the rule has read, by path. A warning is `confirmed` by the
    enumerator's reason.
    """

    __tablename__ = "findings"
    __table_args__ = (_of_interview(),)

    interview_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    ea_id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    severity: Mapped[str]
    value: Mapped[str]
    reads: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    confirmed: Mapped[str | None]


class PersonRow(Base):
    """A member of an interviewed household, as far as roles tell it. Special values ("98") are
    empty. What they are called stands apart."""

    __tablename__ = "persons"
    __table_args__ = (_of_interview(),)

    interview_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    ea_id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    sex: Mapped[str | None]
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    birth_month: Mapped[int | None] = mapped_column(SmallInteger)
    age: Mapped[int | None] = mapped_column(SmallInteger)
    relation: Mapped[str | None]


class PersonIdentity(Base):
    """What a member of a household is called, with what matching compares. Only workers may read
    it: people read names in the one submission that they look at.

    `scope_id` is the area within which households are compared.
    """

    __tablename__ = "person_identities"
    __table_args__ = (
        _of_interview(),
        Index(
            "ix_person_identities_scope_id_name_fold", "scope_id", "name_fold", "birth_year", "sex"
        ),
    )

    interview_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    ea_id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    scope_id: Mapped[int]
    name: Mapped[str]
    name_key: Mapped[str]
    name_fold: Mapped[str]
    sex: Mapped[str | None]
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
