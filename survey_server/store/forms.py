"""Forms and their immutable versions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

from survey_server.domain.forms import FormDescription, description_of
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


def description_of_version(session: Session, version: int) -> FormDescription:
    xform = session.execute(
        text("SELECT xform FROM form_versions WHERE id = :version"), {"version": version}
    ).scalar_one()
    media = session.execute(
        text("SELECT name, content FROM form_media WHERE form_version_id = :version"),
        {"version": version},
    )
    return description_of(bytes(xform), {row.name: bytes(row.content) for row in media})


def save_form(session: Session, survey: int, form_id: str, title: dict[str, str]) -> int:
    row: int = session.execute(
        text(
            "INSERT INTO forms (survey_id, form_id, title, state)"
            " VALUES (:survey, :form_id, CAST(:title AS jsonb), 'open')"
            " ON CONFLICT (survey_id, form_id) DO UPDATE SET title = excluded.title RETURNING id"
        ),
        {"survey": survey, "form_id": form_id, "title": json.dumps(title)},
    ).scalar_one()
    return row


def add_version(
    session: Session,
    form: int,
    version: str,
    xform: bytes,
    description: dict[str, Any],
    now: datetime,
) -> int | None:
    """None where the version was published before."""
    return session.execute(
        text(
            "INSERT INTO form_versions (form, version, xform, description, published_at)"
            " VALUES (:form, :version, :xform, CAST(:description AS jsonb), :now)"
            " ON CONFLICT (form, version) DO NOTHING RETURNING id"
        ),
        {
            "form": form,
            "version": version,
            "xform": xform,
            "description": json.dumps(description),
            "now": now,
        },
    ).scalar()


def add_media(session: Session, version: int, media: Mapping[str, bytes]) -> None:
    for name, content in sorted(media.items()):
        session.execute(
            text(
                "INSERT INTO form_media (form_version_id, name, content)"
                " VALUES (:version, :name, :content)"
            ),
            {"version": version, "name": name, "content": content},
        )


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """A published version; `hash` is over the XForm's bytes. `latest`: what new work is done in."""

    form_id: str
    version: str
    title: dict[str, str]
    state: str
    hash: str
    published_at: datetime
    latest: bool


def versions(session: Session, surveys: Sequence[str]) -> list[VersionInfo]:
    """All published versions of the forms of these surveys, newest first."""
    rows = session.execute(
        text(
            "SELECT f.form_id, v.version, f.title, f.state,"
            " 'sha256:' || encode(sha256(v.xform), 'hex') AS hash, v.published_at,"
            " row_number() OVER (PARTITION BY f.id ORDER BY v.id DESC) = 1 AS latest"
            " FROM forms f JOIN surveys s ON s.id = f.survey_id"
            " JOIN form_versions v ON v.form = f.id WHERE s.code = ANY(:surveys)"
            " ORDER BY f.form_id, v.id DESC"
        ),
        {"surveys": list(surveys)},
    )
    return [VersionInfo(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class VersionContent:
    xform: bytes
    description: dict[str, Any]


def version_content(
    session: Session, surveys: Sequence[str], form_id: str, version: str
) -> VersionContent | None:
    row = session.execute(
        text(
            "SELECT v.xform, v.description FROM form_versions v JOIN forms f ON f.id = v.form"
            " JOIN surveys s ON s.id = f.survey_id WHERE s.code = ANY(:surveys)"
            # Two surveys may have the same version, which then has the same content.
            " AND f.form_id = :form_id AND v.version = :version LIMIT 1"
        ),
        {"surveys": list(surveys), "form_id": form_id, "version": version},
    ).one_or_none()
    return None if row is None else VersionContent(bytes(row.xform), row.description)


def media_content(
    session: Session, surveys: Sequence[str], form_id: str, version: str, name: str
) -> bytes | None:
    content = session.execute(
        text(
            "SELECT m.content FROM form_media m JOIN form_versions v ON v.id = m.form_version_id"
            " JOIN forms f ON f.id = v.form JOIN surveys s ON s.id = f.survey_id"
            " WHERE s.code = ANY(:surveys) AND f.form_id = :form_id AND v.version = :version"
            " AND m.name = :name"
        ),
        {"surveys": list(surveys), "form_id": form_id, "version": version, "name": name},
    ).scalar()
    return None if content is None else bytes(content)


def versions_in_use(session: Session, survey: int) -> list[int]:
    """The versions that interviews of a survey were told in, oldest first; all, if none was."""
    rows = session.execute(
        text(
            "SELECT v.id, EXISTS (SELECT FROM interviews i"
            "  WHERE i.form_version_id = v.id AND i.counts) AS told"
            " FROM form_versions v JOIN forms f ON f.id = v.form"
            " WHERE f.survey_id = :survey ORDER BY v.id"
        ),
        {"survey": survey},
    ).all()
    return [row.id for row in rows if row.told] or [row.id for row in rows]
