"""Tokens for programs: named, limited in scope and time, shown once.

A token may never do more than its maker may at that moment, and no program makes tokens.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.people import PROGRAM_SCOPES, Viewer, needs_second_factor
from survey_server.services import audit
from survey_server.services.audit import Entry
from survey_server.store import people
from survey_server.store.people.api_tokens import MARK

LONGEST = timedelta(days=365)
# Of the random part: enough to tell tokens apart, far too little to guess the rest.
SHOWN = 6


@dataclass(frozen=True, slots=True)
class MadeToken:
    id: int
    token: str = field(repr=False)
    prefix: str
    expires_at: datetime


def make_token(
    session: Session, viewer: Viewer, name: str, scopes: Collection[str], days: int, now: datetime
) -> MadeToken:
    """Raises Forbidden for field staff and programs, ParamInvalid."""
    if viewer.program_scopes is not None or not needs_second_factor(
        scope.role for scope in viewer.scopes
    ):
        raise problems.Forbidden()
    unknown = sorted(set(scopes) - set(PROGRAM_SCOPES))
    if unknown or not scopes or not 1 <= days <= LONGEST.days:
        pointer = "/scopes" if unknown or not scopes else "/days"
        raise problems.ParamInvalid(errors=[{"pointer": pointer, "code": "invalid"}])
    token = MARK + secrets.token_urlsafe(32)
    expires_at = now + timedelta(days=days)
    new = people.NewToken(
        person=viewer.person_id,
        name=name,
        prefix=token[: len(MARK) + SHOWN],
        token_sha256=people.sha256_of(token),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    made = people.add_token(session, new, now)
    audit.note(
        Entry(
            "token_issued",
            person=viewer.person_id,
            object=f"token:{made}",
            data={"scopes": " ".join(new.scopes), "days": days},
        )
    )
    return MadeToken(made, token, new.prefix, expires_at)


def revoke_own(session: Session, viewer: Viewer, token: int, now: datetime) -> None:
    """Raises NotFound where it is somebody else's, or ended already."""
    if not people.revoke_token(session, token, now, viewer.person_id):
        raise problems.NotFound()
    audit.note(Entry("token_revoked", person=viewer.person_id, object=f"token:{token}"))
