"""The tables of the frame: surveys, their area trees, units, and who is to do what.

An area's `path` holds the ids of its ancestors from the top and its own last. "Below" is always
membership in a path, never a prefix of a code: 01.001 is not over 01.0010.

`changed` is the number of the transaction that last wrote a row, kept by triggers (migration 0015).
"""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN

THIS_CHANGE = text("this_change()")


class Survey(Base):
    """A collection operation. `levels` names the levels of its area tree, top first, EA last."""

    __tablename__ = "surveys"
    __table_args__ = (CheckConstraint("state IN ('open', 'retired')", name="state"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[dict[str, str]] = mapped_column(JSONB)
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    level_names: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB)
    # Two households at different places of one such area are compared with each other.
    match_level: Mapped[str]
    timezone: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    training: Mapped[bool]
    # Of a retired survey only figures are left.
    state: Mapped[str] = mapped_column(server_default="open")
    # How often its forms were changed, kept by triggers (migration 0019).
    forms_changed: Mapped[int] = mapped_column(server_default="0")


class Area(Base):
    """A node of a survey's tree. `level` is a place in the survey's `levels`, 0 at the top."""

    __tablename__ = "areas"
    __table_args__ = (
        UniqueConstraint("survey_id", "code"),
        Index("ix_areas_path", "path", postgresql_using="gin"),
        Index("ix_areas_parent_id", "parent_id"),
        CheckConstraint("path[level + 1] = id", name="path_ends_in_itself"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    level: Mapped[int] = mapped_column(SmallInteger)
    code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str | None]
    # Sorts in Vietnamese order although the database compares bytes.
    sort_key: Mapped[str]
    path: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    # The form that the households of an EA are asked; empty above the EA.
    form_id: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Unit(Base):
    """A household (or commune) that is to be interviewed, from the listing."""

    __tablename__ = "units"
    __table_args__ = (
        UniqueConstraint("survey_id", "code"),
        Index("ix_units_ea_id_changed", "ea_id", "changed"),
        Index(
            "ix_units_reserved_for",
            "reserved_for",
            postgresql_where="reserved_for IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    ea_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    code: Mapped[str]
    listed_persons: Mapped[int | None] = mapped_column(SmallInteger)
    # False for a listed household that was not drawn into the sample, and for one found later.
    expected: Mapped[bool]
    # A number that this person may give, on this tablet, to a household that no list has; it stays
    # theirs. One of before migration 0022 may be known to several of the person's tablets.
    reserved_for: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reserved_on: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    # How many epochs of the server had ended by then.
    reserved_in: Mapped[int | None] = mapped_column(SmallInteger)
    reserved_used_at: Mapped[datetime | None] = mapped_column(WHEN)
    changed: Mapped[int] = mapped_column(BigInteger, server_default=THIS_CHANGE)
    # How often it was changed, kept by a trigger (migration 0019).
    version: Mapped[int] = mapped_column(server_default="0")


class UnitDeparture(Base):
    """An EA that a unit left, or was taken out of: tablets that hold it are told."""

    __tablename__ = "unit_departures"
    __table_args__ = (Index("ix_unit_departures_ea_id_changed", "ea_id", "changed"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ea_id: Mapped[int]
    code: Mapped[str]
    changed: Mapped[int] = mapped_column(BigInteger, server_default=THIS_CHANGE)


class UnitIdentity(Base):
    """Where a listed household lives and what its head is called: shown to whoever visits it, and
    to whoever looks after its EA."""

    __tablename__ = "unit_identities"

    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    address: Mapped[str | None]
    head_name: Mapped[str | None]


class Assignment(Base):
    """Who is to do an EA, or one unit of it, and by when. Ended, never deleted."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index("ix_assignments_person_id", "person_id"),
        Index("ix_assignments_ea_id", "ea_id"),
        Index(
            "uq_assignments_open",
            "ea_id", "person_id", "unit_id",
            unique=True,
            postgresql_where="ended_at IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    ea_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    due_on: Mapped[date | None]
    assigned_at: Mapped[datetime] = mapped_column(WHEN)
    ended_at: Mapped[datetime | None] = mapped_column(WHEN)
    changed: Mapped[int] = mapped_column(BigInteger, server_default=THIS_CHANGE)


class Server(Base):
    """One row: the epoch tells tablets that the database was restored.

    `system` is the database cluster that it was last seen on, with the timeline of its log.
    """

    __tablename__ = "server"

    epoch: Mapped[str] = mapped_column(Text, primary_key=True)
    system: Mapped[str | None]
    # How many ended before this one.
    epochs: Mapped[int] = mapped_column(SmallInteger, server_default="0")
