"""The trail as an auditor reads it: the newest first, by act, person, object and time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

# Ids count up from 1; no page begins before this one.
NO_END = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What an auditor looks for. "" and None mean any; `before` is an entry's id."""

    survey: str = ""
    action: str = ""
    person: int | None = None
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry, who did it, and its place in the chain once it is sealed."""

    id: int
    at: datetime
    action: str
    survey: str
    person: int | None
    username: str | None
    device: int | None
    object: str
    data: dict[str, str | int | None]
    seq: int | None
    hash: str | None


_PAGE = (
    "SELECT e.id, e.at, e.action, e.survey, e.person, p.username, e.device, e.object, e.data,"
    " s.seq, encode(s.hash, 'hex') FROM audit_entries e"
    " LEFT JOIN people p ON p.id = e.person LEFT JOIN audit_seals s ON s.entry_id = e.id"
    " WHERE e.id < :before"
)
# What belongs to no survey, a sign-in, is told to the surveys that the person works for.
_OF_SURVEY = (
    " AND (e.survey = :survey OR e.survey = '' AND EXISTS (SELECT FROM memberships m"
    " JOIN surveys v ON v.id = m.survey_id WHERE m.person_id = e.person AND v.code = :survey))"
)


def page(session: Session, asked: Asked, most: int) -> list[Listed]:
    conditions = {
        _OF_SURVEY: asked.survey,
        " AND e.action = :action": asked.action,
        " AND e.person = :person": asked.person,
        " AND e.object = :object": asked.object,
        " AND e.at >= :since": asked.since,
        " AND e.at < :until": asked.until,
    }
    wanted = "".join(sql for sql, value in conditions.items() if value not in ("", None))
    rows = session.execute(
        text(_PAGE + wanted + " ORDER BY e.id DESC LIMIT :most"),
        {
            "survey": asked.survey,
            "action": asked.action,
            "person": asked.person,
            "object": asked.object,
            "since": asked.since,
            "until": asked.until,
            "before": NO_END if asked.before is None else asked.before,
            "most": most,
        },
    )
    return [Listed(*row) for row in rows]
