"""What is offered to those who ask by OpenRosa: the forms that new work is done in, with files.

Sums are MD5 because the protocol has them; nobody is protected by them.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.entities import HOUSEHOLDS


@dataclass(frozen=True, slots=True)
class Offer:
    """A version that may be downloaded. `files`: it brings files along, or reads the household
    list; `draft`: only to be tried out."""

    form_id: str
    version: str
    title: dict[str, str]
    md5: str
    files: bool
    draft: bool


# A form reads the household list where an instance of it has this name and no file does.
_READS_HOUSEHOLDS = (
    f"(position(convert_to('/{HOUSEHOLDS}\"', 'UTF8') in v.xform) > 0 AND NOT EXISTS"
    " (SELECT FROM form_media h WHERE h.form_version_id = v.id"
    f" AND h.name = '{HOUSEHOLDS}'))"
)


def offers(session: Session, survey: int) -> list[Offer]:
    """Of each open form the version that was published last, and its drafts."""
    rows = session.execute(
        text(
            "SELECT form_id, version, title, md5(xform), files, draft FROM ("
            " SELECT f.form_id, v.version, f.title, v.xform, v.state = 'draft' AS draft,"
            f" {_READS_HOUSEHOLDS} OR EXISTS (SELECT FROM form_media m"
            "  WHERE m.form_version_id = v.id) AS files, v.state = 'draft' OR row_number() OVER"
            "  (PARTITION BY f.id, v.state ORDER BY v.published_at DESC, v.id DESC) = 1 AS wanted"
            " FROM forms f JOIN form_versions v ON v.form = f.id WHERE f.survey_id = :survey"
            " AND f.state = 'open' AND v.state <> 'withdrawn') found"
            " WHERE wanted ORDER BY form_id, draft, version"
        ),
        {"survey": survey},
    )
    return [Offer(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Offered:
    """`households`: the household list belongs to its files."""

    id: int
    draft: bool
    households: bool


def offered(session: Session, survey: int, form_id: str, version: str) -> Offered | None:
    """A version that is handed out in a survey, also where a newer one is offered."""
    row = session.execute(
        text(
            f"SELECT v.id, v.state = 'draft', {_READS_HOUSEHOLDS}"
            " FROM form_versions v JOIN forms f ON f.id = v.form"
            " WHERE f.survey_id = :survey AND f.form_id = :form_id AND v.version = :version"
            " AND v.state <> 'withdrawn'"
        ),
        {"survey": survey, "form_id": form_id, "version": version},
    ).one_or_none()
    return None if row is None else Offered(*row)


def xform_of(session: Session, version: int) -> bytes:
    content = session.execute(
        text("SELECT xform FROM form_versions WHERE id = :version"), {"version": version}
    ).scalar_one()
    return bytes(content)


def sums_of_media(session: Session, version: int) -> list[tuple[str, str]]:
    """Names of the files of a version and the MD5 of each."""
    rows = session.execute(
        text(
            "SELECT name, md5(content) FROM form_media WHERE form_version_id = :version"
            " ORDER BY name"
        ),
        {"version": version},
    )
    return [(name, md5) for name, md5 in rows]
