"""Which bytes tell a submission: those it came with, unless somebody decided otherwise."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.store.intake import Received


@dataclass(frozen=True, slots=True)
class Choice:
    """`batch` and `position` say where the bytes lie; see tables.ContentChoice."""

    instance_id: uuid.UUID
    batch: int
    position: int
    form_version_id: int | None
    kind: str
    reason: str
    unit_id: int | None = None
    variants: int | None = None


def choose(session: Session, choice: Choice, person: int, now: datetime) -> None:
    session.execute(
        text(
            "INSERT INTO content_choices (instance_id, batch, position, form_version_id, kind,"
            " unit_id, variants, chosen_by, chosen_at, reason) VALUES (:instance_id, :batch,"
            " :position, :form_version_id, :kind, :unit_id, :variants, :person, :now, :reason)"
        ),
        {
            "instance_id": choice.instance_id,
            "batch": choice.batch,
            "position": choice.position,
            "form_version_id": choice.form_version_id,
            "kind": choice.kind,
            "unit_id": choice.unit_id,
            "variants": choice.variants,
            "reason": choice.reason,
            "person": person,
            "now": now,
        },
    )


def kind_now(session: Session, instance_id: uuid.UUID) -> str:
    """Of what tells it now."""
    chosen: str | None = session.execute(
        text("SELECT kind FROM content_choices WHERE instance_id = :id ORDER BY id DESC LIMIT 1"),
        {"id": instance_id},
    ).scalar()
    return chosen or "first"


# The first key of the advisory locks that deciders take on a submission.
_DECISION_LOCKS = 7_302_516


def hold_decisions(session: Session, instance_id: uuid.UUID) -> None:
    """Nobody else decides about it until the transaction ends."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:locks, hashtext(CAST(:id AS text)))"),
        {"locks": _DECISION_LOCKS, "id": instance_id},
    )


def decided_so_far(session: Session, instance_id: uuid.UUID) -> str:
    """A word for what came in under this id and what people did about it; another one as soon as
    there is more."""
    found = session.execute(
        text(
            "SELECT (SELECT count(*) FROM submission_variants WHERE instance_id = :id) AS variants,"
            " (SELECT coalesce(max(id), 0) FROM content_choices WHERE instance_id = :id) AS chosen,"
            " (SELECT coalesce(max(id), 0) FROM quarantine_acts WHERE instance_id = :id"
            "  AND person_id IS NOT NULL) AS acted"
        ),
        {"id": instance_id},
    ).one()
    return f"{found.variants}.{found.chosen}.{found.acted}"


def as_chosen(session: Session, submissions: Sequence[Received]) -> list[Received]:
    """In the same order; those about which somebody decided, with the bytes that tell them now."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ON (instance_id) instance_id, batch, position, form_version_id"
            " FROM content_choices WHERE instance_id = ANY(:ids) ORDER BY instance_id, id DESC"
        ),
        {"ids": [one.instance_id for one in submissions]},
    )
    chosen = {row.instance_id: row for row in rows}
    if not chosen:
        return list(submissions)
    return [
        replace(
            one,
            batch=found.batch,
            position=found.position,
            form_version_id=found.form_version_id or one.form_version_id,
        )
        if (found := chosen.get(one.instance_id))
        else one
        for one in submissions
    ]
