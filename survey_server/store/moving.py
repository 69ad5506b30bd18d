"""Submissions that belong to another survey than the one that they came in to."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class Move(Base):
    """Somebody's decision about many submissions; `undoes` another one."""

    __tablename__ = "moves"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    from_survey: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    to_survey: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(WHEN)
    reason: Mapped[str]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("moves.id"))


class SubmissionMove(Base):
    """What a submission was before; where it lies since, the submission itself says."""

    __tablename__ = "submission_moves"
    __table_args__ = (Index("ix_submission_moves_instance_id", "instance_id"),)

    move_id: Mapped[int] = mapped_column(ForeignKey("moves.id"), primary_key=True)
    instance_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    batch: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    form_version_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    ea_id: Mapped[int | None]
    state: Mapped[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Any of these that is told narrows; with none of them, everything of the survey."""

    ids: Sequence[uuid.UUID] | None = None
    device_id: str | None = None
    username: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    move: int | None = None


@dataclass(frozen=True, slots=True)
class Lying:
    """A submission where it lies. `disputed`: other content came under its id."""

    instance_id: uuid.UUID
    batch: int
    position: int
    device_id: int
    person_id: int
    interview_id: uuid.UUID
    unit_id: int | None
    ea_id: int | None
    state: str
    disputed: bool


@dataclass(frozen=True, slots=True)
class Landing:
    """Where it lies from now on."""

    instance_id: uuid.UUID
    batch: int
    form_version_id: int
    unit_id: int | None
    ea_id: int | None
    state: str


_LYING = """
    SELECT s.instance_id, s.batch, s.position, s.device_id, s.person_id, s.interview_id, s.unit_id,
        s.ea_id, s.state, EXISTS (SELECT FROM submission_variants v
            WHERE v.instance_id = s.instance_id) OR EXISTS (SELECT FROM content_choices c
            WHERE c.instance_id = s.instance_id) AS disputed
    FROM submissions s JOIN devices d ON d.id = s.device_id JOIN people p ON p.id = s.person_id
    WHERE s.survey_id = :survey AND {which} ORDER BY s.instance_id
"""
_WANTED = """
    (CAST(:ids AS uuid[]) IS NULL OR s.instance_id = ANY(:ids))
    AND (CAST(:device AS text) IS NULL OR d.device_id = :device)
    AND (CAST(:username AS text) IS NULL OR p.username = :username)
    AND (CAST(:since AS timestamptz) IS NULL OR s.received_at >= :since)
    AND (CAST(:until AS timestamptz) IS NULL OR s.received_at < :until)
    AND (CAST(:move AS bigint) IS NULL OR EXISTS (SELECT FROM submission_moves m
        WHERE m.move_id = :move AND m.instance_id = s.instance_id))
"""


def lying(session: Session, survey: int, wanted: Wanted) -> list[Lying]:
    rows = session.execute(
        text(_LYING.format(which=_WANTED)),
        {
            "survey": survey,
            "ids": None if wanted.ids is None else list(wanted.ids),
            "device": wanted.device_id,
            "username": wanted.username,
            "since": wanted.since,
            "until": wanted.until,
            "move": wanted.move,
        },
    )
    return [Lying(*row) for row in rows]


def lying_at(session: Session, survey: int, ids: Sequence[uuid.UUID]) -> list[Lying]:
    """Locked until the end of the transaction."""
    query = _LYING.format(which="s.instance_id = ANY(:ids)") + " FOR UPDATE OF s"
    rows = session.execute(text(query), {"survey": survey, "ids": list(ids)})
    return [Lying(*row) for row in rows]


def add_move(session: Session, move: Move) -> int:
    session.add(move)
    session.flush()
    return move.id


def surveys_of(session: Session, move: int) -> tuple[int, int] | None:
    found = session.get(Move, move)
    return (found.from_survey, found.to_survey) if found else None


def note_places(session: Session, move: int, ids: Sequence[uuid.UUID]) -> None:
    """As they are, before they change."""
    session.execute(
        text(
            "INSERT INTO submission_moves (move_id, instance_id, batch, position,"
            " form_version_id, unit_id, ea_id, state) SELECT :move, instance_id, batch, position,"
            " form_version_id, unit_id, ea_id, state FROM submissions"
            " WHERE instance_id = ANY(:ids)"
        ),
        {"move": move, "ids": list(ids)},
    )


def put_down(session: Session, survey: int, landings: Sequence[Landing]) -> None:
    session.execute(
        text(
            "UPDATE submissions s SET survey_id = :survey, batch = l.batch, position = 0,"
            " form_version_id = l.version, unit_id = l.unit, ea_id = l.ea, state = l.state"
            " FROM unnest(CAST(:ids AS uuid[]), CAST(:batches AS bigint[]),"
            " CAST(:versions AS integer[]), CAST(:units AS integer[]), CAST(:eas AS integer[]),"
            " CAST(:states AS text[])) AS l(id, batch, version, unit, ea, state)"
            " WHERE s.instance_id = l.id"
        ),
        {
            "survey": survey,
            "ids": [one.instance_id for one in landings],
            "batches": [one.batch for one in landings],
            "versions": [one.form_version_id for one in landings],
            "units": [one.unit_id for one in landings],
            "eas": [one.ea_id for one in landings],
            "states": [one.state for one in landings],
        },
    )


def forget_marks(session: Session, ids: Sequence[uuid.UUID]) -> None:
    """What was noted about them in the survey that they leave."""
    for table in ("trials", "unknown_units", "quarantine"):
        session.execute(
            text(f"DELETE FROM {table} WHERE instance_id = ANY(:ids)"), {"ids": list(ids)}
        )


def files_named(session: Session, ids: Sequence[uuid.UUID]) -> list[bytes]:
    """The sums of files that these submissions name, and that are kept."""
    rows = session.execute(
        text(
            "SELECT DISTINCT n.sha256 FROM submission_attachments n JOIN attachments a"
            " ON a.survey_id = n.survey_id AND a.sha256 = n.sha256"
            " WHERE n.instance_id = ANY(:ids) ORDER BY n.sha256"
        ),
        {"ids": list(ids)},
    )
    return [bytes(row.sha256) for row in rows]


def rename_files(session: Session, survey: int, ids: Sequence[uuid.UUID]) -> None:
    """Names go along with their submissions."""
    session.execute(
        text("UPDATE submission_attachments SET survey_id = :survey WHERE instance_id = ANY(:ids)"),
        {"survey": survey, "ids": list(ids)},
    )
