"""Enrolments: made, and ended. Nothing is deleted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from survey_server.store.devices.tables import Device


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A tablet about to be put into somebody's hands."""

    device_id: str
    person_id: int
    secret_sha256: bytes
    secret_prefix: str | None = None
    model: str | None = None
    app: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """Why an enrolment ends: a word of ENDED_BY, a sentence, and who said so."""

    word: str
    at: datetime
    person: int | None = None
    reason: str | None = None


def enrolled(session: Session, survey: int) -> set[tuple[str, int]]:
    """Device id and person of every enrolment that was not revoked."""
    rows = session.execute(
        text(
            "SELECT device_id, person_id FROM devices"
            " WHERE survey_id = :survey AND revoked_at IS NULL"
        ),
        {"survey": survey},
    )
    return {(row.device_id, row.person_id) for row in rows}


def enrolments_of(session: Session, survey: int) -> dict[str, tuple[int, int]]:
    """The newest enrolment of each tablet by its device id: its row, and the person's."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ON (device_id) device_id, id, person_id FROM devices"
            " WHERE survey_id = :survey AND revoked_at IS NULL ORDER BY device_id, id DESC"
        ),
        {"survey": survey},
    )
    return {row.device_id: (row.id, row.person_id) for row in rows}


def enrol(session: Session, survey: int, enrolments: Sequence[Enrolment], now: datetime) -> None:
    if not enrolments:
        return
    session.execute(
        insert(Device),
        [{"survey_id": survey, "enrolled_at": now, **asdict(each)} for each in enrolments],
    )


def enrol_one(session: Session, survey: int, enrolment: Enrolment, now: datetime) -> int:
    """The id of the enrolment. See `end_earlier` for the tablet's earlier ones in this survey."""
    row: int = session.execute(
        insert(Device).returning(Device.id),
        {"survey_id": survey, "enrolled_at": now, **asdict(enrolment)},
    ).scalar_one()
    return row


@dataclass(frozen=True, slots=True)
class Earlier:
    """Enrolments under one device id: those that were ended, and those that go on."""

    ended: list[int]
    left: list[int]


def end_earlier(
    session: Session, survey: int, device_id: str, person: int, proof: bytes | None, now: datetime
) -> Earlier:
    """Ends the person's own enrolments of a tablet in a survey, and whosever `proof` is the SHA-256
    of the secret of: a tablet that shows its old secret is that tablet. Others go on.

    Two that enrol the same tablet at once wait for each other until one has committed.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock(:survey, hashtext(:device_id))"),
        {"survey": survey, "device_id": device_id},
    )
    rows = session.execute(
        text(
            "UPDATE devices SET revoked_at = :now, ended_by ="
            " CASE WHEN person_id = :person THEN 'enrolled_again' ELSE 'handed_on' END"
            " WHERE survey_id = :survey AND device_id = :device_id AND revoked_at IS NULL"
            " AND (person_id = :person OR secret_sha256 = CAST(:proof AS bytea)) RETURNING id"
        ),
        {
            "survey": survey,
            "device_id": device_id,
            "person": person,
            "proof": proof,
            "now": now,
        },
    )
    ended = sorted(row.id for row in rows)
    left = session.execute(
        text(
            "SELECT id FROM devices WHERE survey_id = :survey AND device_id = :device_id"
            " AND revoked_at IS NULL ORDER BY id"
        ),
        {"survey": survey, "device_id": device_id},
    )
    return Earlier(ended, [row.id for row in left])


def revoke(session: Session, survey: int, device_id: str, now: datetime) -> int:
    """All enrolments of a tablet in a survey; how many."""
    revoked = session.execute(
        text(
            "UPDATE devices SET revoked_at = :now, ended_by = 'office' WHERE survey_id = :survey"
            " AND device_id = :device_id AND revoked_at IS NULL RETURNING id"
        ),
        {"survey": survey, "device_id": device_id, "now": now},
    )
    return len(revoked.all())


def end(session: Session, device: int, ending: Ending) -> bool:
    """False where it had ended before: the first word stands."""
    found = session.execute(
        text(
            "UPDATE devices SET revoked_at = :at, ended_by = :word, revoked_by = :person,"
            " revoke_reason = :reason WHERE id = :device AND revoked_at IS NULL RETURNING id"
        ),
        {"device": device, **asdict(ending)},
    )
    return found.one_or_none() is not None


def end_all_of(session: Session, survey: int, person: int, ending: Ending) -> list[int]:
    """Every enrolment that a person still had in the survey."""
    rows = session.execute(
        text(
            "UPDATE devices SET revoked_at = :at, ended_by = :word, revoked_by = :by,"
            " revoke_reason = :reason WHERE survey_id = :survey AND person_id = :person"
            " AND revoked_at IS NULL RETURNING id"
        ),
        {
            "survey": survey,
            "person": person,
            "by": ending.person,
            "at": ending.at,
            "word": ending.word,
            "reason": ending.reason,
        },
    )
    return sorted(row.id for row in rows)


def note_lost(session: Session, device: int, now: datetime) -> None:
    """Also of an enrolment that had ended: the tablet may be found missing later."""
    session.execute(
        text("UPDATE devices SET lost_at = coalesce(lost_at, :now) WHERE id = :device"),
        {"device": device, "now": now},
    )
