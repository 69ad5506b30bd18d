"""Which files are kept: found by their sum, added once, let go when nobody names them."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in a survey, and the key that it is sealed with."""

    id: uuid.UUID
    survey_id: int
    sha256: bytes
    bytes: int
    media_type: str
    key_id: str


_COLUMNS = "id, survey_id, sha256, bytes, media_type, key_id"


def kept(session: Session, survey: int, sha256: bytes, now: datetime) -> Kept | None:
    """From now on whoever asks counts on it: it is not swept for as long again."""
    asked = {"survey": survey, "sha": sha256, "now": now}
    where = "WHERE survey_id = :survey AND sha256 = :sha"
    # First this: where the file is let go at this moment, it waits, and then finds nothing.
    found = session.execute(
        text(
            f"UPDATE attachments SET asked_at = :now {where}"
            f" AND asked_at < CAST(:now AS timestamptz) - interval '1 day' RETURNING {_COLUMNS}"
        ),
        asked,
    ).one_or_none()
    row = (
        found
        or session.execute(text(f"SELECT {_COLUMNS} FROM attachments {where}"), asked).one_or_none()
    )
    return None if row is None else Kept(*row)


def add(session: Session, file: Kept, now: datetime) -> bool:
    """False where the survey has the same file already."""
    added = session.execute(
        text(
            f"INSERT INTO attachments ({_COLUMNS}, stored_at, asked_at)"
            " VALUES (:id, :survey, :sha, :bytes, :type, :key, :now, :now)"
            " ON CONFLICT (survey_id, sha256) DO NOTHING RETURNING id"
        ),
        {
            "id": file.id,
            "survey": file.survey_id,
            "sha": file.sha256,
            "bytes": file.bytes,
            "type": file.media_type,
            "key": file.key_id,
            "now": now,
        },
    )
    return added.first() is not None


def replace(session: Session, lost: Kept, file: Kept, now: datetime) -> bool:
    """Where the file of a row is gone, another of the same content takes its place."""
    changed = session.execute(
        text(
            "UPDATE attachments SET id = :id, key_id = :key, stored_at = :now, asked_at = :now"
            " WHERE id = :lost RETURNING id"
        ),
        {"id": file.id, "key": file.key_id, "lost": lost.id, "now": now},
    )
    return changed.first() is not None


def let_go_of_unnamed(session: Session, before: datetime, most: int) -> list[Kept]:
    """Rows of files that no submission names, and nobody has asked for since `before`, are gone;
    what they were. Whoever is told at this moment that a file is here keeps its row."""
    rows = session.execute(
        text(
            "DELETE FROM attachments a WHERE a.id IN (SELECT o.id FROM attachments o"
            "  WHERE o.asked_at < :before AND NOT EXISTS (SELECT FROM submission_attachments n"
            "   WHERE n.survey_id = o.survey_id AND n.sha256 = o.sha256) LIMIT :most)"
            f" AND a.asked_at < :before RETURNING {_COLUMNS}"
        ),
        {"before": before, "most": most},
    )
    return [Kept(*row) for row in rows]


def known_among(session: Session, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    found = session.scalars(
        text("SELECT id FROM attachments WHERE id = ANY(:ids)"), {"ids": list(ids)}
    )
    return set(found)


def after(session: Session, survey: int, last: uuid.UUID | None, most: int) -> list[Kept]:
    """Files of a survey in the order of their ids."""
    rows = session.execute(
        text(
            f"SELECT {_COLUMNS} FROM attachments WHERE survey_id = :survey"
            " AND (CAST(:last AS uuid) IS NULL OR id > :last) ORDER BY id LIMIT :most"
        ),
        {"survey": survey, "last": last, "most": most},
    )
    return [Kept(*row) for row in rows]


def forget(session: Session, ids: Collection[uuid.UUID]) -> None:
    session.execute(text("DELETE FROM attachments WHERE id = ANY(:ids)"), {"ids": list(ids)})


def forget_names(session: Session, survey: int) -> None:
    """What files were called may name people."""
    session.execute(
        text("DELETE FROM submission_attachments WHERE survey_id = :survey"), {"survey": survey}
    )
