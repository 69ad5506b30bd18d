"""What the office has changed of the rules of its forms, and runs of the rules over what is there.

Changes are only ever added. The rules that an interview is judged by are those that stood when it
was received, or when the rules were last run again; so deriving it once more gives the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.domain.forms.checks import checks_as_json, checks_of_json
from survey_server.domain.rules import RuleChange
from survey_server.store.base import Base
from survey_server.store.people import WHEN


class RuleChangeRow(Base):
    """`form_id` and `path` are empty where the change is for every form, or every question."""

    __tablename__ = "rule_changes"
    __table_args__ = (
        CheckConstraint("action IN ('off', 'error', 'warning', 'as_written')", name="action"),
        Index("ix_rule_changes_survey_id", "survey_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    form_id: Mapped[str]
    rule: Mapped[str]
    path: Mapped[str]
    action: Mapped[str]
    check: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reason: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(WHEN)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Revalidation(Base):
    """A run of the rules over all interviews of a survey, EA by EA. One at a time is open."""

    __tablename__ = "revalidations"
    __table_args__ = (
        Index(
            "uq_revalidations_open",
            "survey_id",
            unique=True,
            postgresql_where="finished_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    as_of: Mapped[datetime] = mapped_column(WHEN)
    last_ea: Mapped[int | None]
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int]
    finished_at: Mapped[datetime | None] = mapped_column(WHEN)


@dataclass(frozen=True, slots=True)
class StoredChange:
    id: int
    survey: int
    form_id: str
    change: RuleChange
    reason: str
    made_at: datetime


def add_change(
    session: Session,
    survey: int,
    form_id: str,
    change: RuleChange,
    reason: str,
    now: datetime,
    person: int | None = None,
) -> int:
    row = RuleChangeRow(
        survey_id=survey,
        form_id=form_id,
        rule=change.rule,
        path=change.path,
        action=change.action,
        check=checks_as_json([change.check])[0] if change.check else None,
        reason=reason,
        made_at=now,
        person_id=person,
    )
    session.add(row)
    session.flush()
    return row.id


def changes_of(session: Session, surveys: Sequence[int]) -> list[StoredChange]:
    """All of them, the oldest first."""
    rows = session.execute(
        text(
            'SELECT id, survey_id, form_id, rule, path, action, "check", reason, made_at'
            " FROM rule_changes WHERE survey_id = ANY(:surveys) ORDER BY id"
        ),
        {"surveys": list(surveys)},
    )
    return [
        StoredChange(
            id=row.id,
            survey=row.survey_id,
            form_id=row.form_id,
            change=RuleChange(
                rule=row.rule,
                action=row.action,
                path=row.path,
                check=checks_of_json([row.check])[0] if row.check else None,
            ),
            reason=row.reason,
            made_at=row.made_at,
        )
        for row in rows
    ]


def revalidated_at(session: Session, surveys: Sequence[int]) -> dict[int, datetime]:
    """When the rules of these surveys were last run over everything."""
    rows = session.execute(
        text(
            "SELECT survey_id, max(as_of) AS as_of FROM revalidations"
            " WHERE survey_id = ANY(:surveys) GROUP BY survey_id"
        ),
        {"surveys": list(surveys)},
    )
    return {row.survey_id: row.as_of for row in rows}


def open_revalidation(session: Session, survey: int, now: datetime) -> Revalidation:
    """The one that was begun, or a new one; locked, so that two runs do not get in each other's
    way."""
    session.execute(
        text(
            "INSERT INTO revalidations (survey_id, as_of, total)"
            " SELECT :survey, :now, count(*) FROM interviews WHERE survey_id = :survey"
            " ON CONFLICT (survey_id) WHERE finished_at IS NULL DO NOTHING"
        ),
        {"survey": survey, "now": now},
    )
    return (
        session.query(Revalidation)
        .filter(Revalidation.survey_id == survey, Revalidation.finished_at.is_(None))
        .with_for_update()
        .one()
    )


def next_interviews(
    session: Session, survey: int, after: int | None, limit: int
) -> list[tuple[int, Any]]:
    """EA and current submission of the interviews of the next EAs: whole EAs, at least one."""
    rows = session.execute(
        text(
            "SELECT i.ea_id, i.current FROM interviews i WHERE i.survey_id = :survey"
            " AND i.ea_id > coalesce(:after, -2147483648) AND i.ea_id <= ("
            "  SELECT max(ea_id) FROM (SELECT ea_id FROM interviews WHERE survey_id = :survey"
            "   AND ea_id > coalesce(:after, -2147483648) ORDER BY ea_id LIMIT :limit) few)"
            " ORDER BY i.ea_id"
        ),
        {"survey": survey, "after": after, "limit": limit},
    )
    return [(row.ea_id, row.current) for row in rows]
