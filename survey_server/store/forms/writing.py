"""Putting up versions, publishing, withdrawing and closing; each statement compares and sets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

State = Literal["draft", "published", "withdrawn"]
What = Literal["drafted", "published", "withdrawn", "closed", "reopened"]


@dataclass(frozen=True, slots=True)
class Content:
    """What a version is made of."""

    version: str
    xform: bytes
    description: dict[str, Any]
    checks: list[dict[str, Any]]
    media: Mapping[str, bytes]

    @property
    def compared(self) -> tuple[Any, ...]:
        """What must be the same in everything that is put up under one version."""
        sums = {f"{name} {sha256(data).hexdigest()}" for name, data in self.media.items()}
        return self.xform, self.checks, frozenset(sums)


@dataclass(frozen=True, slots=True)
class OnFile:
    """`content` is spelled as Content.compared."""

    id: int
    state: State
    content: tuple[Any, ...]


def save_form(
    session: Session, survey: int, form_id: str, title: dict[str, str], retitle: bool
) -> int:
    """Locks the form's row: whoever changes its versions takes turns."""
    row: int = session.execute(
        text(
            "INSERT INTO forms (survey_id, form_id, title, state)"
            " VALUES (:survey, :form_id, CAST(:title AS jsonb), 'open')"
            " ON CONFLICT (survey_id, form_id) DO UPDATE SET"
            " title = CASE WHEN :retitle THEN excluded.title ELSE forms.title END RETURNING id"
        ),
        {
            "survey": survey,
            "form_id": form_id,
            "title": json.dumps(title),
            "retitle": retitle,
        },
    ).scalar_one()
    return row


def add_version(
    session: Session, form: int, content: Content, state: State, now: datetime
) -> int | None:
    """None where a version of that name is on file."""
    version = session.execute(
        text(
            "INSERT INTO form_versions (form, version, state, xform, description, checks,"
            " published_at) VALUES (:form, :version, :state, :xform,"
            " CAST(:description AS jsonb), CAST(:checks AS jsonb), :now)"
            " ON CONFLICT (form, version) DO NOTHING RETURNING id"
        ),
        {
            "form": form,
            "version": content.version,
            "state": state,
            "xform": content.xform,
            "description": json.dumps(content.description),
            "checks": json.dumps(content.checks),
            "now": now,
        },
    ).scalar()
    if version is not None:
        _add_media(session, version, content.media)
    return version


def _add_media(session: Session, version: int, media: Mapping[str, bytes]) -> None:
    for name, content in sorted(media.items()):
        session.execute(
            text(
                "INSERT INTO form_media (form_version_id, name, content)"
                " VALUES (:version, :name, :content)"
            ),
            {"version": version, "name": name, "content": content},
        )


def version_on_file(session: Session, form: int, version: str) -> OnFile:
    row = session.execute(
        text(
            "SELECT v.id, v.state, v.xform, v.checks, ARRAY(SELECT m.name || ' ' ||"
            "  encode(sha256(m.content), 'hex') FROM form_media m"
            "  WHERE m.form_version_id = v.id) AS media"
            " FROM form_versions v WHERE v.form = :form AND v.version = :version"
        ),
        {"form": form, "version": version},
    ).one()
    return OnFile(row.id, row.state, (bytes(row.xform), row.checks, frozenset(row.media)))


def move_version(session: Session, version: int, state: State, now: datetime) -> bool:
    """False where it has the state already, or is published: that is for ever."""
    moved = session.execute(
        text(
            "UPDATE form_versions SET state = :state, published_at = :now"
            " WHERE id = :version AND state NOT IN ('published', :state) RETURNING id"
        ),
        {"version": version, "state": state, "now": now},
    )
    return moved.first() is not None


def withdraw_drafts(session: Session, form: int, but: str | None = None) -> list[str]:
    """The drafts of a form, `but` one, that are no longer handed out; by version."""
    rows = session.scalars(
        text(
            "UPDATE form_versions SET state = 'withdrawn' WHERE form = :form AND state = 'draft'"
            " AND version IS DISTINCT FROM CAST(:but AS text) RETURNING version"
        ),
        {"form": form, "but": but},
    )
    return sorted(rows)


def withdraw_draft(session: Session, form: int, version: str) -> bool:
    """False where the form has no such draft."""
    moved = session.execute(
        text(
            "UPDATE form_versions SET state = 'withdrawn'"
            " WHERE form = :form AND version = :version AND state = 'draft' RETURNING id"
        ),
        {"form": form, "version": version},
    )
    return moved.first() is not None


def form_by_id(session: Session, survey: int, form_id: str) -> int | None:
    return session.execute(
        text("SELECT id FROM forms WHERE survey_id = :survey AND form_id = :form_id"),
        {"survey": survey, "form_id": form_id},
    ).scalar()


def move_form(session: Session, form: int, state: Literal["open", "closed"]) -> bool:
    """False where the form is in that state already."""
    moved = session.execute(
        text("UPDATE forms SET state = :state WHERE id = :form AND state <> :state RETURNING id"),
        {"form": form, "state": state},
    )
    return moved.first() is not None


def note_event(
    session: Session, form: int, version: str | None, what: What, now: datetime, by: int | None
) -> None:
    session.execute(
        text(
            "INSERT INTO form_events (form, version, what, at, person_id)"
            " VALUES (:form, :version, :what, :now, :by)"
        ),
        {"form": form, "version": version, "what": what, "now": now, "by": by},
    )
