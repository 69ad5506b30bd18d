"""Which keys a survey's bodies are sealed with; the keys themselves are elsewhere.

Whoever seals or opens bodies holds the survey's lock, shared, until their transaction ends;
whoever retires a survey takes it alone, and so waits for all of them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN

# The first key of the advisory locks on surveys; also in the function survey_keys_in_use.
SURVEY_LOCKS = 7_302_513


class SurveyKey(Base):
    """A key's name and what proves it right. One is active: new bodies are sealed with it."""

    __tablename__ = "survey_keys"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'retired', 'destroyed')", name="state"),
        Index(
            "uq_survey_keys_active", "survey_id", unique=True, postgresql_where="state = 'active'"
        ),
    )

    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(WHEN)


@dataclass(frozen=True, slots=True)
class KeyOnFile:
    key_id: str
    state: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class KeysOfSurvey:
    survey: str
    retired: bool
    keys: tuple[KeyOnFile, ...]

    @property
    def active(self) -> KeyOnFile | None:
        return next((key for key in self.keys if key.state == "active"), None)

    def named(self, key_id: str) -> KeyOnFile | None:
        return next((key for key in self.keys if key.key_id == key_id), None)


def keys_in_use(session: Session, survey: int) -> KeysOfSurvey:
    """Takes the survey's lock, shared, and looks behind it."""
    rows = session.execute(
        text("SELECT survey, retired, key_id, state, fingerprint FROM survey_keys_in_use(:survey)"),
        {"survey": survey},
    ).all()
    keys = tuple(
        KeyOnFile(row.key_id, row.state, bytes(row.fingerprint))
        for row in rows
        if row.key_id is not None
    )
    return KeysOfSurvey(rows[0].survey, rows[0].retired, keys)


def add_key(session: Session, survey: int, key_id: str, fingerprint: bytes, now: datetime) -> bool:
    """As the active one; False where the survey has one, or just got it from somebody else."""
    added = session.execute(
        text(
            "INSERT INTO survey_keys (survey_id, key_id, fingerprint, state, made_at)"
            " VALUES (:survey, :key, :fingerprint, 'active', :now) ON CONFLICT DO NOTHING"
            " RETURNING key_id"
        ),
        {"survey": survey, "key": key_id, "fingerprint": fingerprint, "now": now},
    )
    return added.first() is not None


def set_state(session: Session, survey: int, before: str, after: str) -> None:
    session.execute(
        text("UPDATE survey_keys SET state = :after WHERE survey_id = :survey AND state = :before"),
        {"survey": survey, "before": before, "after": after},
    )


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """A key with how many bodies, and files of interviews, are sealed with it; without a name,
    those bodies that are not sealed."""

    survey: str
    survey_id: int
    key_id: str | None
    state: str | None
    made_at: datetime | None
    fingerprint: bytes | None
    bodies: int
    files: int


def keys_with_bodies(session: Session, survey: int) -> list[KeyInUse]:
    """Every key of the survey, and every key that a body or a file of it names."""
    rows = session.execute(
        text(
            "WITH sealed AS (SELECT b.key_id, 1 AS body, 0 AS file FROM batch_bodies b"
            "  JOIN batches t ON t.id = b.batch JOIN devices d ON d.id = t.device_id"
            "  WHERE d.survey_id = :survey UNION ALL"
            "  SELECT key_id, 0, 1 FROM attachments WHERE survey_id = :survey),"
            " used AS (SELECT key_id, sum(body) AS bodies, sum(file) AS files FROM sealed"
            "  GROUP BY key_id),"
            " known AS (SELECT * FROM survey_keys WHERE survey_id = :survey)"
            " SELECT s.code, s.id, coalesce(k.key_id, u.key_id) AS key_id, k.state, k.made_at,"
            " k.fingerprint, coalesce(u.bodies, 0) AS bodies, coalesce(u.files, 0) AS files"
            " FROM known k FULL JOIN used u ON u.key_id = k.key_id, surveys s"
            " WHERE s.id = :survey ORDER BY k.made_at, key_id"
        ),
        {"survey": survey},
    )
    return [KeyInUse(*row) for row in rows]


def batches_waiting(session: Session, survey: int) -> dict[str, int]:
    """By what they wait for, the batches that workers have set aside because of a key."""
    rows = session.execute(
        text(
            "SELECT p.waits_for, count(*) AS batches FROM pending_batches p"
            " JOIN batches t ON t.id = p.batch JOIN devices d ON d.id = t.device_id"
            " WHERE d.survey_id = :survey AND p.waits_for IS NOT NULL GROUP BY p.waits_for"
        ),
        {"survey": survey},
    )
    return {row.waits_for: row.batches for row in rows}


def unsealed(session: Session, survey: int, most: int) -> list[int]:
    """Batches of the survey whose bodies lie there as they came."""
    found = session.scalars(
        text(
            "SELECT b.batch FROM batch_bodies b JOIN batches t ON t.id = b.batch"
            " JOIN devices d ON d.id = t.device_id"
            " WHERE d.survey_id = :survey AND b.key_id IS NULL AND b.body <> ''"
            " ORDER BY b.batch LIMIT :most"
        ),
        {"survey": survey, "most": most},
    )
    return list(found)


def replace_body(session: Session, batch: int, key_id: str, body: bytes) -> None:
    """Only what was never sealed."""
    session.execute(
        text(
            "UPDATE batch_bodies SET body = :body, key_id = :key"
            " WHERE batch = :batch AND key_id IS NULL"
        ),
        {"batch": batch, "key": key_id, "body": body},
    )


def batches_after(session: Session, survey: int, after: int, most: int) -> list[int]:
    """Batches of the survey that have a body, in the order of their numbers."""
    found = session.scalars(
        text(
            "SELECT b.batch FROM batch_bodies b JOIN batches t ON t.id = b.batch"
            " JOIN devices d ON d.id = t.device_id"
            " WHERE d.survey_id = :survey AND b.batch > :after ORDER BY b.batch LIMIT :most"
        ),
        {"survey": survey, "after": after, "most": most},
    )
    return list(found)
