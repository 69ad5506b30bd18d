"""Messages to tablets: to everybody who works in an area, or to one person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, insert, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class Message(Base):
    """`area_id` is where it was sent to, also where it is for one person there. Never changed."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_survey_id_sent_at", "survey_id", "sent_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str]
    sent_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    sent_at: Mapped[datetime] = mapped_column(WHEN)


def add_message(
    session: Session, survey: int, area: int, person: int | None, words: str, by: int, now: datetime
) -> int:
    made: int = session.execute(
        insert(Message).returning(Message.id),
        {
            "survey_id": survey,
            "area_id": area,
            "person_id": person,
            "text": words,
            "sent_by": by,
            "sent_at": now,
        },
    ).scalar_one()
    return made


def works_in(session: Session, survey: int, person: int, area: int) -> bool:
    """Whether somebody has a post or open work there, or below."""
    found: bool = session.execute(
        text(
            "SELECT EXISTS (SELECT FROM assignments w JOIN areas ea ON ea.id = w.ea_id"
            " WHERE w.survey_id = :survey AND w.person_id = :person AND w.ended_at IS NULL"
            " AND ea.path @> ARRAY[CAST(:area AS integer)])"
            " OR EXISTS (SELECT FROM memberships m JOIN areas a ON a.id = m.area_id"
            "  WHERE m.survey_id = :survey AND m.person_id = :person"
            "  AND coalesce(m.valid_to, 'infinity') >= current_date"
            "  AND a.path @> ARRAY[CAST(:area AS integer)])"
        ),
        {"survey": survey, "person": person, "area": area},
    ).scalar_one()
    return found


def people_working_in(
    session: Session, survey: int, areas: Sequence[int], most: int = 500
) -> list[tuple[int, str]]:
    """Id and name of those with open work at or below these areas, by name."""
    rows = session.execute(
        text(
            "SELECT DISTINCT p.id, p.name FROM assignments w JOIN areas ea ON ea.id = w.ea_id"
            " JOIN people p ON p.id = w.person_id"
            " WHERE w.survey_id = :survey AND w.ended_at IS NULL"
            " AND ea.path && CAST(:areas AS integer[]) ORDER BY p.name, p.id LIMIT :most"
        ),
        {"survey": survey, "areas": list(areas), "most": most},
    )
    return [(row.id, row.name) for row in rows]
