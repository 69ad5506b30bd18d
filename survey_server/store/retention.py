"""The end of a survey's data: who asked for it and who agreed, and what is destroyed.

Everything here may run twice: a retirement that was cut off goes on where it was.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.store.base import Base
from survey_server.store.keys import SURVEY_LOCKS
from survey_server.store.people import WHEN


class Retirement(Base):
    """One person's wish to end a survey, and another one's agreement; `finished_at` once nothing
    is left to destroy. A survey is retired once."""

    __tablename__ = "retirements"
    __table_args__ = (
        CheckConstraint("confirmed_by <> asked_by", name="two_persons"),
        Index(
            "uq_retirements_confirmed",
            "survey_id",
            unique=True,
            postgresql_where="confirmed_at IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    reason: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(WHEN)
    withdrawn_at: Mapped[datetime | None] = mapped_column(WHEN)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(WHEN)
    finished_at: Mapped[datetime | None] = mapped_column(WHEN)
    # What there was when it was confirmed, by name.
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


def lock_alone(session: Session, survey: int) -> None:
    """Waits for everybody who seals or opens bodies of the survey, a few seconds at most: uploads
    wait behind it. Raises OperationalError where somebody takes longer."""
    session.execute(text("SET LOCAL lock_timeout = '4s'"))
    session.execute(
        text("SELECT pg_advisory_xact_lock(:kind, :survey)"),
        {"kind": SURVEY_LOCKS, "survey": survey},
    )


def newest(session: Session, survey: int) -> Retirement | None:
    """That was not withdrawn; nobody else changes it until the transaction ends."""
    return session.scalar(
        select(Retirement)
        .where(Retirement.survey_id == survey, Retirement.withdrawn_at.is_(None))
        .order_by(Retirement.id.desc())
        .limit(1)
        .with_for_update()
    )


_COUNTS = {
    "uploads": "SELECT count(*) FROM batch_bodies b JOIN batches t ON t.id = b.batch"
    " JOIN devices d ON d.id = t.device_id WHERE d.survey_id = :survey",
    "submissions": "SELECT count(*) FROM submissions WHERE survey_id = :survey",
    "not_worked_through": "SELECT count(*) FROM pending_batches p JOIN batches t ON t.id = p.batch"
    " JOIN devices d ON d.id = t.device_id WHERE d.survey_id = :survey",
    "in_quarantine": "SELECT count(*) FROM submissions WHERE survey_id = :survey"
    " AND state = 'quarantined'",
    "files": "SELECT count(*) FROM attachments WHERE survey_id = :survey",
    "names_of_persons": "SELECT count(*) FROM person_identities n JOIN interviews i"
    " USING (interview_id, ea_id) WHERE i.survey_id = :survey",
    "addresses_of_units": "SELECT count(*) FROM unit_identities n JOIN units u ON u.id = n.unit_id"
    " WHERE u.survey_id = :survey",
    "tablets": "SELECT count(*) FROM devices WHERE survey_id = :survey AND revoked_at IS NULL",
    "keys": "SELECT count(*) FROM survey_keys WHERE survey_id = :survey AND state <> 'destroyed'",
    "datasets": "SELECT count(*) FROM releases WHERE survey_id = :survey AND state = 'ready'",
}


def counts_of(session: Session, survey: int) -> dict[str, int]:
    """What would be destroyed, or end, by name."""
    return {
        name: session.execute(text(sql), {"survey": survey}).scalar_one()
        for name, sql in _COUNTS.items()
    }


def close_survey(session: Session, survey: int, now: datetime) -> None:
    """Nothing more is received, sealed or opened. The caller holds the survey's lock alone."""
    for statement in (
        "UPDATE surveys SET state = 'retired' WHERE id = :survey",
        "UPDATE devices SET revoked_at = :now, ended_by = 'office',"
        " revoke_reason = 'survey retired' WHERE survey_id = :survey AND revoked_at IS NULL",
        "DELETE FROM pending_batches p USING batches t, devices d WHERE t.id = p.batch"
        " AND d.id = t.device_id AND d.survey_id = :survey",
    ):
        session.execute(text(statement), {"survey": survey, "now": now})


def keys_left(session: Session, survey: int) -> list[str]:
    found = session.scalars(
        text(
            "SELECT key_id FROM survey_keys WHERE survey_id = :survey AND state <> 'destroyed'"
            " ORDER BY made_at"
        ),
        {"survey": survey},
    )
    return list(found)


def note_keys_destroyed(session: Session, survey: int) -> None:
    """And takes away the bodies that no key ever protected."""
    for statement in (
        "UPDATE survey_keys SET state = 'destroyed' WHERE survey_id = :survey",
        "UPDATE batch_bodies b SET body = '' FROM batches t, devices d WHERE t.id = b.batch"
        " AND d.id = t.device_id AND d.survey_id = :survey AND b.key_id IS NULL",
    ):
        session.execute(text(statement), {"survey": survey})


def eas_of(session: Session, survey: int) -> list[int]:
    """All that interviews and units can be in, the one of unknown units included."""
    found = session.scalars(
        text(
            "SELECT ea_id FROM ea_coverage WHERE survey_id = :survey"
            " UNION SELECT ea_id FROM interviews WHERE survey_id = :survey"
            " UNION SELECT ea_id FROM units WHERE survey_id = :survey ORDER BY 1"
        ),
        {"survey": survey},
    )
    return list(found)


def forget_people(session: Session, survey: int, eas: list[int]) -> None:
    """Members of households and what was quoted of them; figures stay."""
    told = "ea_id = ANY(:eas) AND (interview_id, ea_id) IN (SELECT interview_id, ea_id"
    told += " FROM interviews WHERE ea_id = ANY(:eas) AND survey_id = :survey)"
    for statement in (
        f"DELETE FROM person_identities WHERE {told}",
        f"DELETE FROM persons WHERE {told}",
        "UPDATE findings SET value = '', reads = '{}',"
        f" confirmed = CASE WHEN confirmed IS NOT NULL THEN '' END WHERE {told}",
        "UPDATE interviews SET content = NULL, represented_by = NULL"
        " WHERE ea_id = ANY(:eas) AND survey_id = :survey",
        # What supervisors wrote about households and their people.
        "UPDATE reviews SET comment = '' WHERE ea_id = ANY(:eas) AND survey_id = :survey",
        "DELETE FROM review_comments c USING reviews r WHERE r.id = c.review"
        " AND r.ea_id = ANY(:eas) AND r.survey_id = :survey",
        "DELETE FROM unit_identities n USING units u WHERE u.id = n.unit_id"
        " AND u.ea_id = ANY(:eas) AND u.survey_id = :survey",
    ):
        session.execute(text(statement), {"survey": survey, "eas": eas})


def forget_words(session: Session, survey: int) -> None:
    """What people wrote, and what tablets called things, outside the tables of households."""
    here = "FROM submissions s WHERE s.survey_id = :survey AND s.instance_id ="
    for statement in (
        "UPDATE messages SET text = '' WHERE survey_id = :survey AND text <> ''",
        f"UPDATE quarantine_acts a SET reason = '' {here} a.instance_id AND a.reason <> ''",
        f"UPDATE content_choices c SET reason = '' {here} c.instance_id AND c.reason <> ''",
        "UPDATE quarantine q SET form_id = NULL, form_version = NULL, traceback = NULL"
        f" {here} q.instance_id",
        # Files are called something, too.
        "UPDATE rescue_imports r SET reason = '', lines = (SELECT coalesce(jsonb_agg("
        "  line || jsonb_build_object('name', '') ORDER BY place), '[]')"
        " FROM jsonb_array_elements(r.lines) WITH ORDINALITY AS told(line, place))"
        " WHERE r.survey_id = :survey",
        "DELETE FROM unknown_units WHERE survey_id = :survey",
    ):
        session.execute(text(statement), {"survey": survey})


def releases_of(session: Session, survey: int) -> list[uuid.UUID]:
    found = session.scalars(
        text("SELECT id FROM releases WHERE survey_id = :survey"), {"survey": survey}
    )
    return list(found)


def note_releases_destroyed(session: Session, survey: int) -> None:
    session.execute(
        text("UPDATE releases SET state = 'destroyed' WHERE survey_id = :survey"),
        {"survey": survey},
    )
