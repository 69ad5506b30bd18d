"""Forms and their immutable versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

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
    """What was published once stays as it is: `version` is named by the content."""

    __tablename__ = "form_versions"
    __table_args__ = (UniqueConstraint("form", "version"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    form: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    version: Mapped[str]
    xform: Mapped[bytes] = mapped_column(LargeBinary)
    description: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_at: Mapped[datetime] = mapped_column(WHEN)


class FormMedia(Base):
    """A file that a form version brings along, such as a code list."""

    __tablename__ = "form_media"

    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


def version_ids(
    session: Session, survey: int, names: set[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Ids of the published versions among `names` (form id, version) of a survey."""
    rows = session.execute(
        text(
            "SELECT f.form_id, v.version, v.id FROM form_versions v JOIN forms f ON f.id = v.form"
            " WHERE f.survey_id = :survey AND f.form_id = ANY(:forms)"
            " AND v.version = ANY(:versions)"
        ),
        {
            "survey": survey,
            "forms": [form_id for form_id, _ in names],
            "versions": [version for _, version in names],
        },
    )
    return {(row.form_id, row.version): row.id for row in rows}
