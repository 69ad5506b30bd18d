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


def choose(session: Session, choice: Choice, person: int, now: datetime) -> None:
    session.execute(
        text(
            "INSERT INTO content_choices (instance_id, batch, position, form_version_id, kind,"
            " chosen_by, chosen_at, reason) VALUES (:instance_id, :batch, :position,"
            " :form_version_id, :kind, :person, :now, :reason)"
        ),
        {
            "instance_id": choice.instance_id,
            "batch": choice.batch,
            "position": choice.position,
            "form_version_id": choice.form_version_id,
            "kind": choice.kind,
            "reason": choice.reason,
            "person": person,
            "now": now,
        },
    )


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
