"""Files of an interview for those who may see it, and which files are still missing.

Limited in the query to the areas of whoever asks; what lies in no area is seen by those who see
the whole survey.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from survey_server.store.attachments.keeping import Kept

# An edit over OpenRosa names the submission that it replaces as its interview, and so its files
# belong to the interview at the root.
_CHAIN = (
    "WITH RECURSIVE chain AS (SELECT instance_id FROM submissions WHERE interview_id = :interview"
    " UNION SELECT s.instance_id FROM submissions s JOIN chain c ON s.interview_id = c.instance_id"
    "  WHERE s.replaces = s.interview_id)"
)
# An edit made in Enketo names the photos that it leaves as they are, and does not bring them: they
# are those of what it replaces, whichever of the two comes first.
_SUM = (
    "coalesce(n.sha256, (WITH RECURSIVE before(instance_id) AS (SELECT s.replaces"
    " UNION SELECT r.replaces FROM submissions r JOIN before USING (instance_id))"
    " SELECT o.sha256 FROM before JOIN submission_attachments o USING (instance_id)"
    " WHERE o.name = n.name AND NOT o.variant AND o.sha256 IS NOT NULL"
    " ORDER BY o.stated_at DESC LIMIT 1))"
)
_SEEN = (
    " FROM chain c JOIN submissions s USING (instance_id)"
    " JOIN surveys v ON v.id = s.survey_id LEFT JOIN areas ea ON ea.id = s.ea_id"
    " LEFT JOIN submission_attachments n ON n.instance_id = s.instance_id"
    f" LEFT JOIN attachments f ON f.survey_id = n.survey_id AND f.sha256 = {_SUM}"
    " WHERE (ea.path && CAST(:areas AS integer[]) OR s.ea_id IS NULL AND EXISTS ("
    "  SELECT FROM areas a WHERE a.id = ANY(:areas) AND a.level = 0"
    "  AND a.survey_id = s.survey_id))"
)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that a submission of an interview names; without `file` it is missing."""

    id: uuid.UUID
    survey: str
    instance_id: uuid.UUID
    name: str
    variant: bool
    stated_at: datetime
    file: Kept | None
    stored_at: datetime | None


_TOLD = (
    " SELECT v.code, s.instance_id, n.id AS named, n.name, n.variant, n.stated_at, f.id,"
    " f.survey_id, f.sha256, f.bytes, f.media_type, f.key_id, f.stored_at"
)
_OF_INTERVIEW = text(
    f"{_CHAIN}{_TOLD}{_SEEN}"
    " ORDER BY s.received_at, s.instance_id, n.name, n.variant, n.stated_at, n.id LIMIT :most"
)
_ONE = text(f"{_CHAIN}{_TOLD}{_SEEN} AND n.id = :named")


@dataclass(frozen=True, slots=True)
class FilesOfInterview:
    """`surveys` where the interview lies, as far as the viewer sees it; blank: nowhere."""

    surveys: tuple[str, ...]
    files: tuple[NamedFile, ...]


def files_of(
    session: Session, areas: Sequence[int], interview: uuid.UUID, most: int
) -> FilesOfInterview:
    values = {"interview": interview, "areas": list(areas), "most": most}
    rows = session.execute(_OF_INTERVIEW, values).all()
    surveys = tuple(sorted({row.code for row in rows}))
    return FilesOfInterview(surveys, tuple(_named(row) for row in rows if row.named))


def file_of(
    session: Session, areas: Sequence[int], interview: uuid.UUID, named: uuid.UUID
) -> NamedFile | None:
    values = {"interview": interview, "areas": list(areas), "named": named}
    row = session.execute(_ONE, values).one_or_none()
    return None if row is None else _named(row)


def _named(row: Row[Any]) -> NamedFile:
    code, instance, named, name, variant, stated_at, *file, stored_at = tuple(row)
    found = Kept(*file) if file[0] else None
    return NamedFile(named, code, instance, name, variant, stated_at, found, stored_at)


_MISSING = (
    " FROM submission_attachments n JOIN submissions s USING (instance_id)"
    " WHERE n.survey_id = :survey AND NOT EXISTS (SELECT FROM attachments f"
    f"  WHERE f.survey_id = n.survey_id AND f.sha256 = {_SUM})"
)


def missing_by_device(session: Session, survey: int) -> dict[int, int]:
    """By the number of the enrolment: files that its submissions name, and nobody has sent."""
    rows = session.execute(
        text(f"SELECT s.device_id, count(*) AS missing {_MISSING} GROUP BY s.device_id"),
        {"survey": survey},
    )
    return {row.device_id: row.missing for row in rows}


def missing_by_interview(
    session: Session, survey: int, interviews: Sequence[uuid.UUID]
) -> dict[uuid.UUID, int]:
    """Of these interviews, by the id that their submissions state; those with none are left out."""
    rows = session.execute(
        text(
            f"SELECT s.interview_id, count(*) AS missing {_MISSING}"
            " AND s.interview_id = ANY(:interviews) GROUP BY s.interview_id"
        ),
        {"survey": survey, "interviews": list(interviews)},
    )
    return {row.interview_id: row.missing for row in rows}
