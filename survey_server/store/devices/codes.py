"""Enrolment codes: given out, and used once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class CodeToKeep:
    """A code about to be given to somebody, without the code itself."""

    survey: int
    person: int
    digest: bytes
    issued_by: int | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeOnFile:
    id: int
    survey: int
    person: int
    used: bool


def end_open_codes(session: Session, survey: int, person: int, now: datetime) -> int:
    """How many codes of a person could be used and cannot any more."""
    rows = session.execute(
        text(
            "UPDATE enrolment_codes SET ended_at = :now WHERE survey_id = :survey"
            " AND person_id = :person AND used_at IS NULL AND ended_at IS NULL RETURNING id"
        ),
        {"survey": survey, "person": person, "now": now},
    )
    return len(rows.all())


def keep_code(session: Session, code: CodeToKeep, now: datetime) -> int:
    row: int = session.execute(
        text(
            "INSERT INTO enrolment_codes"
            " (survey_id, person_id, code_digest, issued_at, issued_by, expires_at)"
            " VALUES (:survey, :person, :digest, :now, :by, :expires) RETURNING id"
        ),
        {
            "survey": code.survey,
            "person": code.person,
            "digest": code.digest,
            "now": now,
            "by": code.issued_by,
            "expires": code.expires_at,
        },
    ).scalar_one()
    return row


def use_code(session: Session, digest: bytes, now: datetime) -> CodeOnFile | None:
    """Of two that use a code at once, one gets it; None where it is used, ended or too old."""
    row = session.execute(
        text(
            "UPDATE enrolment_codes c SET used_at = :now FROM people p"
            " WHERE c.code_digest = :digest AND c.used_at IS NULL AND c.ended_at IS NULL"
            " AND c.expires_at > :now AND p.id = c.person_id AND p.disabled_at IS NULL"
            " RETURNING c.id, c.survey_id, c.person_id, true"
        ),
        {"digest": digest, "now": now},
    ).one_or_none()
    return None if row is None else CodeOnFile(*row)


def code_on_file(session: Session, digest: bytes) -> CodeOnFile | None:
    row = session.execute(
        text(
            "SELECT id, survey_id, person_id, used_at IS NOT NULL FROM enrolment_codes"
            " WHERE code_digest = :digest"
        ),
        {"digest": digest},
    ).one_or_none()
    return None if row is None else CodeOnFile(*row)


def note_device(session: Session, code: int, device: int) -> None:
    session.execute(
        text("UPDATE enrolment_codes SET device = :device WHERE id = :code"),
        {"code": code, "device": device},
    )
