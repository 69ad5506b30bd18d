"""Datasets that were asked for: a job's state, and where its files are."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.domain.people import Viewer
from survey_server.store.base import Base
from survey_server.store.people import WHEN


class Release(Base):
    """A dataset of a survey within an area, as counted at one moment."""

    __tablename__ = "releases"
    __table_args__ = (
        CheckConstraint(
            "state IN ('asked', 'making', 'ready', 'failed', 'destroyed')", name="state"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(WHEN)
    begun_at: Mapped[datetime | None] = mapped_column(WHEN)
    finished_at: Mapped[datetime | None] = mapped_column(WHEN)
    # {"household": 1234, …}: rows of each table.
    row_counts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    # With names, addresses, telephones, places and the numbers of households.
    identified: Mapped[bool] = mapped_column(server_default="false")


# A release that nobody began to make, or whose maker went silent, is asked for again.
PATIENCE = timedelta(minutes=2)
LONGEST_MAKING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A release as its maker and its owner need it."""

    id: uuid.UUID
    survey_code: str
    survey_id: int
    area_id: int
    person_id: int
    state: str
    asked_at: datetime
    finished_at: datetime | None
    row_counts: dict[str, int] | None
    identified: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What a dataset is asked of."""

    survey: int
    area: int
    identified: bool = False


def ask(session: Session, release: uuid.UUID, wish: Wish, person: int, now: datetime) -> None:
    session.execute(
        text(
            "INSERT INTO releases (id, survey_id, area_id, identified, person_id, state, asked_at)"
            " VALUES (:id, :survey, :area, :identified, :person, 'asked', :now)"
        ),
        {"id": release, **asdict(wish), "person": person, "now": now},
    )


_FIND = (
    "SELECT r.id, s.code, r.survey_id, r.area_id, r.person_id, r.state, r.asked_at,"
    " r.finished_at, r.row_counts, r.identified FROM releases r"
    " JOIN surveys s ON s.id = r.survey_id WHERE r.id = :id"
)


def find(session: Session, release: uuid.UUID) -> Asked | None:
    """For whoever makes it."""
    row = session.execute(text(_FIND), {"id": release}).one_or_none()
    return None if row is None else Asked(*row)


def find_own(
    session: Session, viewer: Viewer, release: uuid.UUID, roles: tuple[str, ...]
) -> Asked | None:
    """Only what the viewer asked for, and only while one of `roles` reaches its area."""
    row = session.execute(
        text(
            _FIND + " AND r.person_id = :person AND EXISTS (SELECT FROM areas a"
            " WHERE a.id = r.area_id AND a.path && CAST(:areas AS integer[]))"
        ),
        {
            "id": release,
            "person": viewer.person_id,
            "areas": [scope.area_id for scope in viewer.scopes if scope.role in roles],
        },
    ).one_or_none()
    return None if row is None else Asked(*row)


def begin(session: Session, release: uuid.UUID, now: datetime) -> bool:
    """False where somebody else was first."""
    begun = session.execute(
        text(
            "UPDATE releases SET state = 'making', begun_at = :now"
            " WHERE id = :id AND state = 'asked' RETURNING id"
        ),
        {"id": release, "now": now},
    )
    return begun.first() is not None


def finish(
    session: Session, release: uuid.UUID, state: str, counts: dict[str, int] | None, now: datetime
) -> None:
    """What was destroyed meanwhile stays so."""
    session.execute(
        text(
            "UPDATE releases SET state = :state, row_counts = CAST(:counts AS jsonb),"
            " finished_at = :now WHERE id = :id AND state <> 'destroyed'"
        ),
        {"id": release, "state": state, "counts": json.dumps(counts), "now": now},
    )


def waiting(session: Session, now: datetime) -> list[uuid.UUID]:
    """Releases that are asked for and that nobody makes; those whose maker went silent among
    them, which are asked for anew."""
    rows = session.execute(
        text(
            # What lies ahead was written before the clock was set back.
            "UPDATE releases SET state = 'asked' WHERE state = 'asked'"
            " AND asked_at NOT BETWEEN :patience AND :ahead"
            " OR state = 'making' AND begun_at NOT BETWEEN :longest AND :ahead RETURNING id"
        ),
        {
            "patience": now - PATIENCE,
            "longest": now - LONGEST_MAKING,
            "ahead": now + PATIENCE,
        },
    )
    return [row.id for row in rows]


@dataclass(frozen=True, slots=True)
class Counted:
    """An interview that counts, and where its content is."""

    interview_id: uuid.UUID
    unit: str
    batch: int
    position: int
    form_version_id: int
    area_codes: list[str]


def counted_interviews(session: Session, survey: int, area: int, size: int) -> Iterator[Counted]:
    """The current submission of every interview that counts, in the order of arrival."""
    rows = session.execute(
        text(
            "SELECT i.interview_id, u.code AS unit, coalesce(c.batch, s.batch) AS batch,"
            " coalesce(c.position, s.position) AS position, i.form_version_id,"
            " (SELECT array_agg(a.code ORDER BY a.level) FROM areas a WHERE a.id = ANY(ea.path))"
            " AS area_codes FROM interviews i JOIN areas ea ON ea.id = i.ea_id"
            " JOIN units u ON u.id = i.unit_id JOIN submissions s ON s.instance_id = i.current"
            # Of what somebody decided about, the bytes that tell it now.
            " LEFT JOIN LATERAL (SELECT c.batch, c.position FROM content_choices c"
            "  WHERE c.instance_id = s.instance_id ORDER BY c.id DESC LIMIT 1) c ON true"
            " WHERE i.survey_id = :survey AND i.counts AND ea.path @> ARRAY[CAST(:area AS integer)]"
            " ORDER BY 3, 4"
        ),
        {"survey": survey, "area": area},
        execution_options={"yield_per": size},
    )
    for row in rows:
        yield Counted(*row)
