"""What people decided about interviews. A decision is added, never changed: the newest stands.

reviews ─1:n─ review_comments    what is to be looked at again, question by question
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    insert,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class Review(Base):
    """About the submission that was current; `made_by` brought it."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint(
            "decision IN ('returned', 'approved', 'reopened', 'set_aside')", name="decision"
        ),
        Index("ix_reviews_interview_id", "interview_id"),
        Index("ix_reviews_ea_id", "ea_id"),
        Index("ix_reviews_made_by", "made_by"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    interview_id: Mapped[uuid.UUID]
    ea_id: Mapped[int]
    unit_id: Mapped[int | None]
    instance_id: Mapped[uuid.UUID]
    revision: Mapped[int]
    made_by: Mapped[int]
    decision: Mapped[str]
    comment: Mapped[str]
    reviewed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    reviewed_at: Mapped[datetime] = mapped_column(WHEN)


class ReviewComment(Base):
    """`path` names a question as findings do: `person[2]/birth_year`."""

    __tablename__ = "review_comments"

    review: Mapped[int] = mapped_column(ForeignKey("reviews.id"), primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    path: Mapped[str]
    text: Mapped[str]


@dataclass(frozen=True, slots=True)
class ToReview:
    """An interview as somebody found it who looks after its EA."""

    survey_id: int
    survey: str
    interview_id: uuid.UUID
    ea_id: int
    ea: str
    unit_id: int | None
    unit: str | None
    instance_id: uuid.UUID
    revision: int
    made_by: int


@dataclass(frozen=True, slots=True)
class Comment:
    path: str
    text: str


def to_review(
    session: Session, interview: uuid.UUID, ea: str | None, allowed: Sequence[int]
) -> list[ToReview]:
    """Within the given areas; several where one id was used in several EAs."""
    rows = session.execute(
        text(
            "SELECT i.survey_id, s.code AS survey, i.interview_id, i.ea_id, a.code AS ea,"
            " i.unit_id, u.code AS unit, i.current, i.revision, i.person_id FROM interviews i"
            " JOIN areas a ON a.id = i.ea_id JOIN surveys s ON s.id = i.survey_id"
            " LEFT JOIN units u ON u.id = i.unit_id"
            " WHERE i.interview_id = :interview AND a.path && CAST(:allowed AS integer[])"
            " AND (CAST(:ea AS text) IS NULL OR a.code = :ea) ORDER BY i.counts DESC, i.ea_id"
        ),
        {"interview": interview, "ea": ea, "allowed": list(allowed)},
    )
    return [ToReview(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Decision:
    decision: str
    comment: str
    person: int
    at: datetime


def add_review(
    session: Session, about: ToReview, decision: Decision, comments: Sequence[Comment]
) -> int:
    made: int = session.execute(
        insert(Review).returning(Review.id),
        {
            "survey_id": about.survey_id,
            "interview_id": about.interview_id,
            "ea_id": about.ea_id,
            "unit_id": about.unit_id,
            "instance_id": about.instance_id,
            "revision": about.revision,
            "made_by": about.made_by,
            "decision": decision.decision,
            "comment": decision.comment,
            "reviewed_by": decision.person,
            "reviewed_at": decision.at,
        },
    ).scalar_one()
    if comments:
        session.execute(
            insert(ReviewComment),
            [{"review": made, "place": place, **asdict(one)} for place, one in enumerate(comments)],
        )
    return made


@dataclass(frozen=True, slots=True)
class Made:
    """`open`: the interview is still told by the submission that it is about."""

    decision: str
    comment: str
    person: str
    at: datetime
    open: bool


def reviews_of(
    session: Session, survey: int, interview: uuid.UUID, ea: str, current: uuid.UUID, most: int = 20
) -> list[Made]:
    """The newest first. The caller has seen that the interview is the viewer's to see."""
    rows = session.execute(
        text(
            "SELECT r.decision, r.comment, p.name, r.reviewed_at, r.instance_id = :current"
            " FROM reviews r JOIN areas a ON a.id = r.ea_id JOIN people p ON p.id = r.reviewed_by"
            " WHERE r.survey_id = :survey AND r.interview_id = :interview AND a.code = :ea"
            " ORDER BY r.id DESC LIMIT :most"
        ),
        {"survey": survey, "interview": interview, "ea": ea, "current": current, "most": most},
    )
    return [Made(*row) for row in rows]
