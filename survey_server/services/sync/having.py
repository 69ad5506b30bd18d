"""Which of the interviews that a tablet holds are here: asked after the database was restored."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from survey_server.store import sync as stored


class Verdict(StrEnum):
    """`DIFFERS`: under this id the server holds something else; offered, it is kept beside."""

    HELD = "held"
    MISSING = "missing"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Offered:
    instance_id: uuid.UUID
    sha256: str


def what_is_missing(session: Session, survey: int, offered: Sequence[Offered]) -> list[Verdict]:
    """In order. What another survey holds is missing here, and nothing is told about it."""
    held = stored.held_of(session, survey, [one.instance_id for one in offered])
    return [_verdict(one, held.get(str(one.instance_id))) for one in offered]


def _verdict(one: Offered, held: stored.Held | None) -> Verdict:
    if held is None:
        return Verdict.MISSING
    same = held.sha256 is None or held.sha256.hex() == one.sha256.lower()
    return Verdict.HELD if same else Verdict.DIFFERS
