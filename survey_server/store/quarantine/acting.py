"""What people do about quarantine: noted, and asked of workers. Nothing of it changes a row."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.quarantine import BODY_DAMAGED
from survey_server.store.quarantine.lying import Wanted, matching


def add_act(
    session: Session,
    instance_ids: Sequence[uuid.UUID],
    act: str,
    person: int,
    reason: str | None,
    now: datetime,
    *,
    form_version: int | None = None,
    unit: int | None = None,
) -> None:
    session.execute(
        text(
            "INSERT INTO quarantine_acts"
            " (instance_id, act, at, person_id, reason, form_version_id, unit_id)"
            " SELECT id, :act, :now, :person, :reason, :version, :unit"
            " FROM unnest(CAST(:ids AS uuid[])) AS told(id)"
        ),
        {
            "ids": list(instance_ids),
            "act": act,
            "now": now,
            "person": person,
            "reason": reason,
            "version": form_version,
            "unit": unit,
        },
    )


def ask_for(session: Session, instance_ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Workers take these up again; the caller rings once it has committed."""
    session.execute(
        text(
            "INSERT INTO reopenings (instance_id, asked_at)"
            " SELECT id, :now FROM unnest(CAST(:ids AS uuid[])) AS asked(id)"
        ),
        {"ids": list(instance_ids), "now": now},
    )


def ask_all(
    session: Session, wanted: Wanted, person: int, reason: str | None, now: datetime
) -> int:
    """The oldest `wanted.most` of what is wanted and was not asked for yet; how many."""
    found = matching(session, wanted)
    add_act(session, found, "replayed", person, reason, now)
    ask_for(session, found, now)
    return len(found)


def anything_damaged(session: Session, survey: int) -> bool:
    """Whether the body of any submission cannot be opened."""
    found: bool = session.execute(
        text(
            "SELECT EXISTS (SELECT FROM quarantine q JOIN submissions s USING (instance_id)"
            " WHERE q.code = :code AND s.survey_id = :survey AND s.state = 'quarantined')"
        ),
        {"survey": survey, "code": BODY_DAMAGED},
    ).scalar_one()
    return found


def damaged(
    session: Session, survey: int, instance_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, bytes]:
    """Those of these whose body cannot be opened, and which nobody told by another since, with the
    digest of what came in."""
    found = session.execute(
        text(
            "SELECT q.instance_id, s.digest FROM quarantine q"
            " JOIN submissions s USING (instance_id)"
            " WHERE q.instance_id = ANY(:ids) AND s.survey_id = :survey"
            " AND s.state = 'quarantined' AND q.code = :code AND NOT EXISTS (SELECT FROM"
            "  content_choices c WHERE c.instance_id = q.instance_id AND c.kind <> 'first')"
            " ORDER BY q.instance_id"
        ),
        {"ids": list(instance_ids), "survey": survey, "code": BODY_DAMAGED},
    )
    return {row.instance_id: bytes(row.digest) for row in found}


def add_batch_of_office(
    session: Session, instance_id: uuid.UUID, person: int, sha256: bytes, now: datetime
) -> int:
    """A batch that no tablet sent, beside those of the tablet that sent the submission."""
    made: int = session.execute(
        text(
            "INSERT INTO batches"
            " (device_id, batch_id, request_sha256, outcomes, received_at, imported_by)"
            " SELECT device_id, :batch_id, :sha, '{stored}', :now, :person FROM submissions"
            " WHERE instance_id = :id RETURNING id"
        ),
        {
            "id": instance_id,
            "batch_id": uuid.uuid4(),
            "sha": sha256,
            "now": now,
            "person": person,
        },
    ).scalar_one()
    return made
