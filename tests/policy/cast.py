"""Who calls in the matrix: every kind of caller, each with what they would show."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.callers import COOKIE
from survey_server.domain.people import PROGRAM_SCOPES, ROLES
from survey_server.store.people import NewToken, add_token
from survey_server.store.people.sessions import NewSession, open_session
from tests.world import World

EVERYWHERE = "VN"
PAGE, OPENROSA, API = "web", "openrosa", "api"


def door_of(endpoint: str) -> str:
    """Pages and ODK clients have ways of their own to show who is calling, and to refuse."""
    blueprint = endpoint.partition(".")[0]
    return blueprint if blueprint in (PAGE, OPENROSA) else API


@dataclass(frozen=True, slots=True)
class Identity:
    """`kind`: anonymous, device, revoked, silent, expired, disabled, ended, program, or a role.

    `survey` and `area` are codes of where their role is; `person` is 0 where they are nobody;
    `username` is a tablet's own id, where it is one.
    """

    name: str
    kind: str
    token: str = ""
    scopes: frozenset[str] = frozenset()
    person: int = 0
    survey: str = ""
    area: str = ""
    username: str = ""

    def headers(self, door: str) -> dict[str, str]:
        """What they show at a door: their session, or themselves as a tablet does it."""
        if not self.token:
            return {}
        if door == PAGE:
            return {"Cookie": f"{COOKIE}={self.token}"}
        if door == OPENROSA:
            told = base64.b64encode(f"{self.username}:{self.token}".encode()).decode()
            return {"Authorization": f"Basic {told}"}
        return {"Authorization": f"Bearer {self.token}"}


def cast(world: World) -> list[Identity]:
    """At the top of the survey, so that only functions are refused them."""
    everybody = [somebody(world, role, EVERYWHERE) for role in ROLES]
    return [*everybody, *strangers(world)]


_SILENT = "seen_at = now() - interval '46 days', enrolled_at = now() - interval '50 days'"


def tablet(world: World, name: str, kind: str, whose: str) -> Identity:
    token, device_id = world.secrets[whose], f"tablet-{whose}"
    return Identity(name, kind, token, survey=world.code, area="001", username=device_id)


def strangers(world: World) -> list[Identity]:
    """Whoever is no person with a role that holds."""
    for change, name in (("revoked_at = now()", "tung"), (_SILENT, "mai")):
        world.change(
            f"UPDATE devices SET {change} WHERE survey_id = :survey AND device_id = :device",
            device=f"tablet-{name}",
        )
    everything, figures = frozenset(PROGRAM_SCOPES), frozenset({"coverage:read"})
    return [
        Identity("anonymous", "anonymous"),
        tablet(world, "tablet", "device", "lan"),
        tablet(world, "revoked tablet", "revoked", "tung"),
        tablet(world, "silent tablet", "silent", "mai"),
        Identity("unknown", "anonymous", secrets.token_urlsafe(32)),
        _changed(world, "old session", "expired",
                 "UPDATE sessions SET created_at = now() - interval '13 hours'"
                 " WHERE person_id = :person"),
        _changed(world, "idle session", "expired",
                 "UPDATE sessions SET seen_at = now() - interval '31 minutes'"
                 " WHERE person_id = :person"),
        _changed(world, "disabled", "disabled",
                 "UPDATE people SET disabled_at = now() WHERE id = :person"),
        _changed(world, "no role any more", "ended",
                 "UPDATE memberships SET valid_to = current_date - 2 WHERE person_id = :person"),
        _changed(world, "no role yet", "ended",
                 "UPDATE memberships SET valid_from = current_date + 2 WHERE person_id = :person"),
        program(world, "program", everything),
        program(world, "program for figures", figures),
        _changed(world, "revoked program", "expired",
                 "UPDATE api_tokens SET revoked_at = now() WHERE person_id = :person",
                 program(world, "revoked program", everything)),
        _changed(world, "old program", "expired",
                 "UPDATE api_tokens SET expires_at = now() - interval '1 minute'"
                 " WHERE person_id = :person",
                 program(world, "old program", everything)),
        _changed(world, "program of somebody disabled", "disabled",
                 "UPDATE people SET disabled_at = now() WHERE id = :person",
                 program(world, "program of somebody disabled", everything)),
    ]  # fmt: skip


def somebody(world: World, role: str, area: str, name: str = "") -> Identity:
    """A new person, signed in."""
    token, username = secrets.token_urlsafe(32), f"{role}.{secrets.token_hex(6)}@{world.code}"
    with Session(world.engine) as session, session.begin():
        made = session.execute(
            text(
                "INSERT INTO people (username, name, created_at) VALUES (:name, 'X', now())"
                " RETURNING id"
            ),
            {"name": username},
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
    return Identity(
        name or f"{role} of {area}", role, token, frozenset(), made, world.code, area, username
    )


def person(world: World, role: str, area: str) -> str:
    """The token of the session of a new person."""
    return somebody(world, role, area).token


def program(world: World, name: str, scopes: frozenset[str]) -> Identity:
    """Of a new administrator of everything."""
    of = somebody(world, "administrator", EVERYWHERE)
    token = f"svt_{secrets.token_urlsafe(32)}"
    new = NewToken(
        of.person, "x", token[:8], hashlib.sha256(token.encode()).digest(), sorted(scopes),
        datetime.now(UTC) + timedelta(days=1),
    )  # fmt: skip
    with Session(world.engine) as session, session.begin():
        add_token(session, new, datetime.now(UTC))
    return replace(of, name=name, kind="program", token=token, scopes=scopes)


def _changed(
    world: World, name: str, kind: str, statement: str, who: Identity | None = None
) -> Identity:
    found = who or somebody(world, "administrator", EVERYWHERE)
    world.change(statement, person=found.person)
    return replace(found, name=name, kind=kind)
