"""Which versions there are, and what is in them; `surveys` and `drafts` say who is asking.

Two surveys may have the same version of a form, which then has the same content.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.forms import FormDescription, description_of
from survey_server.domain.forms.checks import checks_of_json


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose forms a caller may see: codes of surveys, and of those whose drafts are theirs too."""

    surveys: Sequence[str]
    drafts: Sequence[str] = ()


# What of a survey's versions a caller may see.
_VISIBLE = (
    " ((v.state = 'published' AND s.code = ANY(:surveys))"
    " OR (v.state = 'draft' AND s.code = ANY(:drafts)))"
)


@dataclass(frozen=True, slots=True)
class VersionName:
    """What a submission's form and version lead to; `trial`: only to be tried out."""

    id: int
    trial: bool


def version_ids(
    session: Session, survey: int, names: set[tuple[str, str]]
) -> dict[tuple[str, str], VersionName]:
    """The versions on file among `names` (form id, version) of a survey, whatever their state."""
    rows = session.execute(
        text(
            "SELECT f.form_id, v.version, v.id, v.state <> 'published' AS trial"
            " FROM form_versions v JOIN forms f ON f.id = v.form"
            " WHERE f.survey_id = :survey AND f.form_id = ANY(:forms)"
            " AND v.version = ANY(:versions)"
        ),
        {
            "survey": survey,
            "forms": [form_id for form_id, _ in names],
            "versions": [version for _, version in names],
        },
    )
    return {(row.form_id, row.version): VersionName(row.id, row.trial) for row in rows}


def description_of_version(session: Session, version: int) -> FormDescription:
    row = session.execute(
        text("SELECT xform, checks FROM form_versions WHERE id = :version"), {"version": version}
    ).one()
    media = session.execute(
        text("SELECT name, content FROM form_media WHERE form_version_id = :version"),
        {"version": version},
    )
    files = {one.name: bytes(one.content) for one in media}
    return replace(description_of(bytes(row.xform), files), checks=checks_of_json(row.checks))


def description_told(session: Session, version: int) -> dict[str, Any]:
    """As clients are told it: quicker to have than the form itself."""
    told: dict[str, Any] = session.execute(
        text("SELECT description FROM form_versions WHERE id = :version"), {"version": version}
    ).scalar_one()
    return told


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """`hash` is over the XForm's bytes. `latest`: what new work is done in; a closed form has
    none. `state` is that of the form, or draft."""

    form_id: str
    version: str
    title: dict[str, str]
    state: str
    hash: str
    published_at: datetime
    latest: bool


def versions(session: Session, seen: Seen) -> list[VersionInfo]:
    """All versions that a caller may see, the newest of each form first."""
    rows = session.execute(
        text(
            "SELECT f.form_id, v.version, f.title,"
            " CASE v.state WHEN 'draft' THEN 'draft' ELSE f.state END AS state,"
            " 'sha256:' || encode(sha256(v.xform), 'hex') AS hash, v.published_at,"
            " f.state = 'open' AND v.state = 'published' AND row_number() OVER"
            " (PARTITION BY f.id, v.state ORDER BY v.published_at DESC, v.id DESC) = 1 AS latest"
            " FROM forms f JOIN surveys s ON s.id = f.survey_id"
            f" JOIN form_versions v ON v.form = f.id WHERE {_VISIBLE}"
            " ORDER BY f.form_id, v.published_at DESC, v.id DESC"
        ),
        {"surveys": list(seen.surveys), "drafts": list(seen.drafts)},
    )
    return [VersionInfo(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class VersionContent:
    id: int
    xform: bytes
    description: dict[str, Any]


def version_content(
    session: Session, seen: Seen, form_id: str, version: str
) -> VersionContent | None:
    row = session.execute(
        text(
            "SELECT v.id, v.xform, v.description FROM form_versions v"
            " JOIN forms f ON f.id = v.form JOIN surveys s ON s.id = f.survey_id"
            f" WHERE {_VISIBLE} AND f.form_id = :form_id AND v.version = :version"
            # What was published first: of one name, everything has the same content.
            " ORDER BY v.state = 'draft', v.id LIMIT 1"
        ),
        {
            "surveys": list(seen.surveys),
            "drafts": list(seen.drafts),
            "form_id": form_id,
            "version": version,
        },
    ).one_or_none()
    return None if row is None else VersionContent(row.id, bytes(row.xform), row.description)


def is_on_file(session: Session, surveys: Sequence[str], form_id: str, version: str) -> bool:
    """In whatever state: also what is handed out no longer."""
    found: bool = session.execute(
        text(
            "SELECT EXISTS (SELECT FROM form_versions v JOIN forms f ON f.id = v.form"
            " JOIN surveys s ON s.id = f.survey_id WHERE s.code = ANY(:surveys)"
            " AND f.form_id = :form_id AND v.version = :version)"
        ),
        {"surveys": list(surveys), "form_id": form_id, "version": version},
    ).scalar_one()
    return found


def media_content(session: Session, version: int, name: str) -> bytes | None:
    content = session.execute(
        text("SELECT content FROM form_media WHERE form_version_id = :version AND name = :name"),
        {"version": version, "name": name},
    ).scalar()
    return None if content is None else bytes(content)


def versions_in_use(session: Session, survey: int) -> list[int]:
    """The versions that interviews of a survey were told in, oldest first; all, if none was."""
    rows = session.execute(
        text(
            "SELECT v.id, EXISTS (SELECT FROM interviews i"
            "  WHERE i.form_version_id = v.id AND i.counts) AS told"
            " FROM form_versions v JOIN forms f ON f.id = v.form"
            " WHERE f.survey_id = :survey AND v.state = 'published' ORDER BY v.id"
        ),
        {"survey": survey},
    ).all()
    return [row.id for row in rows if row.told] or [row.id for row in rows]


def latest_versions(session: Session, survey: int) -> list[int]:
    """Of each form of a survey the version that was published last."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ON (f.form_id) v.id FROM form_versions v JOIN forms f ON f.id = v.form"
            " WHERE f.survey_id = :survey AND v.state = 'published'"
            " ORDER BY f.form_id, v.published_at DESC, v.id DESC"
        ),
        {"survey": survey},
    )
    return [row.id for row in rows]
