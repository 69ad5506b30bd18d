"""Keeping what arrives: each statement safe against the same upload arriving twice at once."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.intake.items import Item


@dataclass(frozen=True, slots=True)
class Earlier:
    """A batch that is on file under the same device and batch id."""

    request_sha256: bytes
    outcomes: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit code leads; `assigned`: the enumerator is to do it. `new_number`: it was kept
    for a household found in the field, and is used now."""

    unit_id: int
    ea_id: int
    assigned: bool
    new_number: bool = False


def add_batch(
    session: Session, sender: "Sender", batch_id: uuid.UUID, request_sha256: bytes, now: datetime
) -> int | None:
    """None where the device used this batch id before. Waits for a copy that is in flight, which
    is what a shared lock tells others that this one is."""
    return session.execute(
        text(
            "INSERT INTO batches"
            " (device_id, batch_id, request_sha256, outcomes, received_at, imported_by)"
            " SELECT :device, :batch_id, :sha, '{}', :now, CAST(:imported_by AS integer)"
            " FROM pg_advisory_xact_lock_shared(:in_flight)"
            " ON CONFLICT (device_id, batch_id) DO NOTHING RETURNING id"
        ),
        {
            "in_flight": _in_flight(sender.device, batch_id),
            "device": sender.device,
            "batch_id": batch_id,
            "sha": request_sha256,
            "now": now,
            "imported_by": sender.imported_by,
        },
    ).scalar()


def is_in_flight(session: Session, device: int, batch_id: uuid.UUID) -> bool:
    """Whether another transaction is at the same batch. In a transaction that has not added it."""
    free: bool = session.execute(
        text("SELECT pg_try_advisory_xact_lock(:in_flight)"),
        {"in_flight": _in_flight(device, batch_id)},
    ).scalar_one()
    return not free


def _in_flight(device: int, batch_id: uuid.UUID) -> int:
    """The number of the lock."""
    told = hashlib.sha256(f"batch {device} {batch_id}".encode()).digest()
    return int.from_bytes(told[:8], signed=True)


def earlier_batch(session: Session, device: int, batch_id: uuid.UUID) -> Earlier:
    row = session.execute(
        text(
            "SELECT request_sha256, outcomes FROM batches"
            " WHERE device_id = :device AND batch_id = :batch_id"
        ),
        {"device": device, "batch_id": batch_id},
    ).one()
    return Earlier(bytes(row.request_sha256), row.outcomes)


def places_of(session: Session, survey: int, person: int, codes: list[str]) -> dict[str, Place]:
    """Units by code, with whether the person has an open assignment to the unit or its EA."""
    rows = session.execute(
        text(
            "SELECT u.code, u.id, u.ea_id, EXISTS ("
            "  SELECT FROM assignments a WHERE a.ea_id = u.ea_id AND a.person_id = :person"
            "  AND a.ended_at IS NULL AND (a.unit_id IS NULL OR a.unit_id = u.id)) AS assigned,"
            " u.reserved_for IS NOT NULL AND u.reserved_used_at IS NULL AS new_number"
            " FROM units u WHERE u.survey_id = :survey AND u.code = ANY(:codes)"
        ),
        {"survey": survey, "person": person, "codes": codes},
    )
    return {row.code: Place(row.id, row.ea_id, row.assigned, row.new_number) for row in rows}


def highest_revisions(
    session: Session, survey: int, interviews: list[uuid.UUID]
) -> dict[uuid.UUID, int]:
    rows = session.execute(
        text(
            "SELECT interview_id, max(revision) AS revision FROM submissions"
            " WHERE interview_id = ANY(:ids) AND survey_id = :survey AND state <> 'trial'"
            " GROUP BY interview_id"
        ),
        {"ids": interviews, "survey": survey},
    )
    return {row.interview_id: row.revision for row in rows}


_ADD_SUBMISSIONS = text(
    "INSERT INTO submissions (instance_id, batch, position, digest, content_sha256, survey_id,"
    " device_id, person_id, form_version_id, interview_id, revision, replaces, unit_id, ea_id,"
    " state, received_at)"
    " SELECT instance_id, :batch, position, digest, content, :survey, :device, :person, version,"
    " interview_id, revision, replaces, unit_id, ea_id, state, :now"
    " FROM unnest(CAST(:instance_ids AS uuid[]), CAST(:positions AS smallint[]),"
    " CAST(:digests AS bytea[]), CAST(:contents AS bytea[]), CAST(:versions AS integer[]),"
    " CAST(:interview_ids AS uuid[]),"
    " CAST(:revisions AS integer[]), CAST(:replaces AS uuid[]), CAST(:unit_ids AS integer[]),"
    " CAST(:ea_ids AS integer[]), CAST(:states AS text[]))"
    " AS new(instance_id, position, digest, content, version, interview_id, revision, replaces,"
    " unit_id, ea_id, state)"
    " ON CONFLICT (instance_id) DO NOTHING RETURNING instance_id"
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who brings a batch: an enrolment of a tablet in the hands of an enumerator. `imported_by`:
    the person who brings it in by hand, where the tablet does not."""

    device: int
    person: int
    survey: int
    imported_by: int | None = None


@dataclass(frozen=True, slots=True)
class OnFile:
    """What is kept under an id, and in which survey."""

    digest: bytes
    survey: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item with what its claims lead to. `trial`: its form version is no published one."""

    item: Item
    form_version_id: int | None
    place: Place | None
    trial: bool = False

    @property
    def state(self) -> str:
        if self.form_version_id is None:
            return "quarantined"
        return "trial" if self.trial else "received"


def add_submissions(
    session: Session, batch: int, sender: Sender, arrivals: Sequence[Arrival], now: datetime
) -> set[uuid.UUID]:
    """The ids that were new. Sorted, so that two uploads of overlapping batches cannot deadlock."""
    ordered = sorted(arrivals, key=lambda arrival: arrival.item.instance_id)
    items = [arrival.item for arrival in ordered]
    places = [arrival.place for arrival in ordered]
    versions = [arrival.form_version_id for arrival in ordered]
    rows = session.execute(
        _ADD_SUBMISSIONS,
        {
            "batch": batch,
            "survey": sender.survey,
            "device": sender.device,
            "person": sender.person,
            "now": now,
            "instance_ids": [item.instance_id for item in items],
            "positions": [item.position for item in items],
            "digests": [item.digest for item in items],
            "contents": [bytes.fromhex(item.sha256) for item in items],
            "versions": versions,
            "interview_ids": [item.interview_id for item in items],
            "revisions": [item.revision for item in items],
            "replaces": [item.replaces for item in items],
            "unit_ids": [place.unit_id if place else None for place in places],
            "ea_ids": [place.ea_id if place else None for place in places],
            "states": [arrival.state for arrival in ordered],
        },
    )
    return {row.instance_id for row in rows}


def add_trials(session: Session, arrivals: Sequence[Arrival], now: datetime) -> None:
    told = {one.item.instance_id: one.form_version_id for one in arrivals}
    note_trials(session, told, now)


def note_trials(session: Session, versions: Mapping[uuid.UUID, int | None], now: datetime) -> None:
    """By instance id, the version of a draft that it was told in."""
    session.execute(
        text(
            "INSERT INTO trials (instance_id, form_version_id, received_at)"
            " SELECT id, version, :now"
            " FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[])) AS new(id, version)"
        ),
        {
            "ids": list(versions),
            "versions": list(versions.values()),
            "now": now,
        },
    )


def on_file(session: Session, instance_ids: list[uuid.UUID]) -> dict[uuid.UUID, OnFile]:
    rows = session.execute(
        text(
            "SELECT instance_id, digest, survey_id FROM submissions WHERE instance_id = ANY(:ids)"
        ),
        {"ids": instance_ids},
    )
    return {row.instance_id: OnFile(bytes(row.digest), row.survey_id) for row in rows}


def add_variants(session: Session, batch: int, items: Sequence[Item], now: datetime) -> int:
    """How many were new. Sorted, so that two uploads of overlapping batches cannot deadlock."""
    ordered = sorted(items, key=lambda item: (item.instance_id, item.digest))
    rows = session.execute(
        text(
            "INSERT INTO submission_variants (instance_id, digest, batch, position, received_at)"
            " SELECT instance_id, digest, :batch, position, :now"
            " FROM unnest(CAST(:instance_ids AS uuid[]), CAST(:digests AS bytea[]),"
            " CAST(:positions AS smallint[])) AS new(instance_id, digest, position)"
            " ON CONFLICT DO NOTHING RETURNING 1"
        ),
        {
            "batch": batch,
            "now": now,
            "instance_ids": [item.instance_id for item in ordered],
            "digests": [item.digest for item in ordered],
            "positions": [item.position for item in ordered],
        },
    )
    return len(rows.all())


def quarantine(session: Session, items: Sequence[Item], now: datetime) -> None:
    """What claims a version of a form that nobody knows, with the claim."""
    session.execute(
        text(
            "INSERT INTO quarantine (instance_id, code, since, form_id, form_version)"
            " SELECT id, 'form_version_unknown', :now, form, version FROM unnest("
            "  CAST(:ids AS uuid[]), CAST(:forms AS text[]), CAST(:versions AS text[]))"
            "  AS new(id, form, version)"
            " ON CONFLICT DO NOTHING"
        ),
        {
            "ids": [item.instance_id for item in items],
            "forms": [item.form_id for item in items],
            "versions": [item.form_version for item in items],
            "now": now,
        },
    )


@dataclass(frozen=True, slots=True)
class Body:
    """As it is stored: sealed with the survey's key of that name, or, from before there were keys,
    as it came."""

    body: bytes
    body_format: str
    key_id: str | None


def keep_body(session: Session, batch: int, body: Body) -> None:
    session.execute(
        text(
            "INSERT INTO batch_bodies (batch, body_format, key_id, body)"
            " VALUES (:batch, :body_format, :key_id, :body)"
        ),
        {
            "batch": batch,
            "body_format": body.body_format,
            "key_id": body.key_id,
            "body": body.body,
        },
    )


def mark_pending(session: Session, batch: int, submissions: int, now: datetime) -> None:
    session.execute(
        text(
            "INSERT INTO pending_batches (batch, received_at, attempts, submissions)"
            " VALUES (:batch, :now, 0, :submissions)"
        ),
        {"batch": batch, "now": now, "submissions": submissions},
    )


def note_outcomes(session: Session, batch: int, outcomes: list[str]) -> None:
    session.execute(
        text("UPDATE batches SET outcomes = :outcomes WHERE id = :batch"),
        {"batch": batch, "outcomes": outcomes},
    )


# Never ahead of the database's clock, by which it is decided who was silent for too long.
SEEN = (
    "CASE WHEN CAST(:heard AS timestamptz) IS NULL THEN seen_at"
    " ELSE greatest(seen_at, least(CAST(:heard AS timestamptz), now())) END"
)


def note_contact(
    session: Session, device: int, now: datetime | None, held: int | None = None, new: int = 0
) -> int:
    """What this enrolment has brought so far; without `now`, it was not heard of itself. Last in a
    transaction: it locks the device's row."""
    received: int = session.execute(
        text(
            f"UPDATE devices SET seen_at = {SEEN},"
            " held = coalesce(:held, held), received = received + :new"
            " WHERE id = :device RETURNING received"
        ),
        {"device": device, "heard": now, "held": held, "new": new},
    ).scalar_one()
    return received
