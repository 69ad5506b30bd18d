"""Forms, their versions, and what was done with them.

    forms ─1:n─ form_versions ─1:n─ form_media      the files that a version brings along
      └──1:n─── form_events                         added to and never changed

A version's content never changes, whatever its state: a draft is published as it is, and a
withdrawn draft stays, because trial interviews were told in it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class Form(Base):
    """A questionnaire of a survey."""

    __tablename__ = "forms"
    __table_args__ = (
        UniqueConstraint("survey_id", "form_id"),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    form_id: Mapped[str]
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    state: Mapped[str]


class FormVersion(Base):
    """What was put up once stays as it is: `version` is named by the content."""

    __tablename__ = "form_versions"
    __table_args__ = (
        UniqueConstraint("form", "version"),
        CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="state"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    form: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    version: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="published")
    xform: Mapped[bytes] = mapped_column(LargeBinary)
    description: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # The sheet `checks`, which no XForm can hold.
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    # Of a draft: when it was put up.
    published_at: Mapped[datetime] = mapped_column(WHEN)


class FormMedia(Base):
    """A file that a form version brings along, such as a code list."""

    __tablename__ = "form_media"

    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class FormEvent(Base):
    """Who did what with a form, or with a version of it; without a person: an operator."""

    __tablename__ = "form_events"
    __table_args__ = (
        CheckConstraint(
            "what IN ('drafted', 'published', 'withdrawn', 'closed', 'reopened')", name="what"
        ),
        Index("ix_form_events_form", "form"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    form: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    version: Mapped[str | None]
    what: Mapped[str]
    at: Mapped[datetime] = mapped_column(WHEN)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
