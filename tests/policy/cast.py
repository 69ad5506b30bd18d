"""Who calls in the matrix: every kind of caller, each with what they would show."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.callers import COOKIE
from survey_server.domain.people import PROGRAM_SCOPES, ROLES
from survey_server.store.people import NewToken, add_token
from survey_server.store.people.sessions import NewSession, open_session
from tests.world import World


@dataclass(frozen=True, slots=True)
class Identity:
    """`kind`: anonymous, device, revoked, expired, disabled, ended, program, or a role."""

    name: str
    kind: str
    token: str = ""
    scopes: frozenset[str] = frozenset()

    def headers(self, page: bool) -> dict[str, str]:
        if not self.token:
            return {}
        if page:
            return {"Cookie": f"{COOKIE}={self.token}"}
        return {"Authorization": f"Bearer {self.token}"}


def cast(world: World) -> list[Identity]:
    """At the top of the survey, so that only functions are refused them."""
    everybody = [Identity(role, role, person(world, role, "VN")) for role in ROLES]
    world.change(
        "UPDATE devices SET revoked_at = now() WHERE survey_id = :survey"
        " AND device_id = 'tablet-tung'"
    )
    return [
        *everybody,
        Identity("anonymous", "anonymous"),
        Identity("tablet", "device", world.secrets["lan"]),
        Identity("revoked tablet", "revoked", world.secrets["tung"]),
        Identity("expired session", "expired", _expired(world)),
        Identity("disabled", "disabled", _disabled(world)),
        Identity("no role any more", "ended", _ended(world)),
        Identity("unknown", "anonymous", secrets.token_urlsafe(32)),
        Identity("program", "program", program(world, PROGRAM_SCOPES), frozenset(PROGRAM_SCOPES)),
        Identity(
            "program for figures", "program", program(world, ("coverage:read",)),
            frozenset({"coverage:read"}),
        ),
    ]  # fmt: skip


def person(world: World, role: str, area: str) -> str:
    """A new person, signed in: the token of the session."""
    token = secrets.token_urlsafe(32)
    with Session(world.engine) as session, session.begin():
        made = session.execute(
            text(
                "INSERT INTO people (username, name, created_at) VALUES (:name, 'X', now())"
                " RETURNING id"
            ),
            {"name": f"{role}.{secrets.token_hex(6)}@{world.code}"},
        ).scalar_one()
        session.execute(
            text(
                "INSERT INTO memberships (person_id, survey_id, area_id, role)"
                " SELECT :person, survey_id, id, :role FROM areas"
                " WHERE survey_id = :survey AND code = :area"
            ),
            {"person": made, "role": role, "survey": world.id, "area": area},
        )
        open_session(session, token, NewSession(made), datetime.now(UTC))
    return token


def person_of(world: World, token: str) -> int:
    sha = hashlib.sha256(token.encode()).digest()
    return int(world.sql("SELECT person_id FROM sessions WHERE token_sha256 = :sha", sha=sha)[0][0])


def _expired(world: World) -> str:
    token = person(world, "administrator", "VN")
    world.change(
        "UPDATE sessions SET created_at = now() - interval '13 hours' WHERE person_id = :person",
        person=person_of(world, token),
    )
    return token


def _disabled(world: World) -> str:
    token = person(world, "administrator", "VN")
    world.change(
        "UPDATE people SET disabled_at = now() WHERE id = :person", person=person_of(world, token)
    )
    return token


def _ended(world: World) -> str:
    token = person(world, "administrator", "VN")
    world.change(
        "UPDATE memberships SET valid_to = current_date - 2 WHERE person_id = :person",
        person=person_of(world, token),
    )
    return token


def program(world: World, scopes: tuple[str, ...]) -> str:
    of = person_of(world, person(world, "administrator", "VN"))
    token = f"svt_{secrets.token_urlsafe(32)}"
    new = NewToken(
        of, "x", token[:8], hashlib.sha256(token.encode()).digest(), scopes,
        datetime.now(UTC) + timedelta(days=1),
    )  # fmt: skip
    with Session(world.engine) as session, session.begin():
        add_token(session, new, datetime.now(UTC))
    return token
