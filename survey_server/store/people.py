"""Accounts, their roles in areas, and sessions."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.domain.people import Scope, Viewer
from survey_server.store.base import Base
from survey_server.store.incoming import Counts, bring_in, merge

ROLES = (
    "enumerator", "team_leader", "supervisor", "data_manager", "administrator", "auditor",
)  # fmt: skip
WHEN = TIMESTAMP(timezone=True)


class Person(Base):
    """Somebody who works on surveys. `username` is unique without regard to case."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    username: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(WHEN)
    disabled_at: Mapped[datetime | None] = mapped_column(WHEN)


Index("uq_people_username", Person.__table__.c.username, unique=True)


class Membership(Base):
    """A person's role in a survey, within an area and everything below it, between two dates."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    role: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class SignedIn(Base):
    """A session of a person. Only the SHA-256 of its token is stored."""

    __tablename__ = "sessions"

    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(WHEN)
    seen_at: Mapped[datetime] = mapped_column(WHEN)


IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Credentials:
    person_id: int
    password_hash: str | None
    disabled: bool


def save_person(
    session: Session, username: str, name: str, password_hash: str | None, now: datetime
) -> int:
    person: int = session.execute(
        text(
            "INSERT INTO people (username, name, password_hash, created_at)"
            " VALUES (:username, :name, :hash, :now) ON CONFLICT (username) DO UPDATE"
            " SET name = excluded.name,"
            " password_hash = coalesce(excluded.password_hash, people.password_hash)"
            " RETURNING id"
        ),
        {"username": username, "name": name, "hash": password_hash, "now": now},
    ).scalar_one()
    return person


def add_membership(session: Session, person: int, survey: int, area: int, role: str) -> None:
    """Does nothing where the person has this role in this area already."""
    session.execute(
        text(
            "INSERT INTO memberships (person_id, survey_id, area_id, role)"
            " SELECT :person, :survey, :area, CAST(:role AS text)"
            " WHERE NOT EXISTS (SELECT FROM memberships"
            " WHERE person_id = :person AND survey_id = :survey AND area_id = :area"
            " AND role = :role AND valid_to IS NULL)"
        ),
        {"person": person, "survey": survey, "area": area, "role": role},
    )


def credentials_of(session: Session, username: str) -> Credentials | None:
    row = session.execute(
        text(
            "SELECT id, password_hash, disabled_at IS NOT NULL FROM people"
            " WHERE username = :username"
        ),
        {"username": username},
    ).one_or_none()
    return None if row is None else Credentials(*row)


def open_session(session: Session, token_sha256: bytes, person: int, now: datetime) -> None:
    session.execute(
        text(
            "INSERT INTO sessions (token_sha256, person_id, created_at, seen_at)"
            " VALUES (:token, :person, :now, :now)"
        ),
        {"token": token_sha256, "person": person, "now": now},
    )


def close_session(session: Session, token_sha256: bytes) -> None:
    session.execute(
        text("DELETE FROM sessions WHERE token_sha256 = :token"), {"token": token_sha256}
    )


def viewer_of(session: Session, token: str, now: datetime) -> Viewer | None:
    """None where the token is unknown, idle for 30 minutes or 12 hours old."""
    row = session.execute(
        text(
            "SELECT p.id, p.name, s.seen_at FROM sessions s JOIN people p ON p.id = s.person_id"
            " WHERE s.token_sha256 = :token AND p.disabled_at IS NULL"
            " AND s.seen_at > :idle AND s.created_at > :oldest"
        ),
        {
            "token": hashlib.sha256(token.encode()).digest(),
            "idle": now - IDLE,
            "oldest": now - LONGEST,
        },
    ).one_or_none()
    if row is None:
        return None
    return Viewer(row.id, row.name, scopes_of(session, row.id, now))


def was_signed_in(session: Session, token: str) -> bool:
    """Whether it is the token of a session, even of one that has run out."""
    found: bool = session.execute(
        text(
            "SELECT EXISTS (SELECT FROM sessions s JOIN people p ON p.id = s.person_id"
            " WHERE s.token_sha256 = :token AND p.disabled_at IS NULL)"
        ),
        {"token": hashlib.sha256(token.encode()).digest()},
    ).scalar_one()
    return found


def keep_alive(session: Session, token: str, now: datetime) -> None:
    """Notes that the session was used; at most once a minute, so that reading stays reading."""
    session.execute(
        text(
            "UPDATE sessions SET seen_at = :now"
            " WHERE token_sha256 = :token AND seen_at < :a_minute_ago"
        ),
        {
            "token": hashlib.sha256(token.encode()).digest(),
            "now": now,
            "a_minute_ago": now - timedelta(minutes=1),
        },
    )


def scopes_of(session: Session, person: int, now: datetime) -> tuple[Scope, ...]:
    rows = session.execute(
        text(
            "SELECT s.code, m.area_id, m.role FROM memberships m"
            " JOIN surveys s ON s.id = m.survey_id WHERE m.person_id = :person"
            # The survey's own day: in the morning of Viet Nam it is still yesterday in UTC.
            " AND CAST(:now AT TIME ZONE s.timezone AS date) BETWEEN"
            " coalesce(m.valid_from, '-infinity') AND coalesce(m.valid_to, 'infinity')"
            " ORDER BY s.code, m.area_id, m.role"
        ),
        {"person": person, "now": now},
    )
    return tuple(Scope(*row) for row in rows)


def save_people(session: Session, names: Mapping[str, str], now: datetime) -> Counts:
    """Accounts by user name, many at once; passwords stay as they are."""
    total = bring_in(session, "username text, name text", names.items())
    added, changed = merge(
        session,
        "INSERT INTO people AS p (username, name, created_at)"
        " SELECT username, name, :now FROM incoming ORDER BY username"
        " ON CONFLICT (username) DO UPDATE SET name = excluded.name"
        " WHERE p.name <> excluded.name",
        {"now": now},
    )
    return Counts(added, changed, total - added - changed)


def save_memberships(
    session: Session, survey: int, roles: Iterable[tuple[int, int, str]]
) -> Counts:
    """Rows are person, area, role. What is on file already is left as it is."""
    total = bring_in(session, "person_id integer, area_id integer, role text", roles)
    added, _ = merge(
        session,
        "INSERT INTO memberships (person_id, survey_id, area_id, role)"
        " SELECT person_id, :survey, area_id, role FROM incoming i WHERE NOT EXISTS"
        " (SELECT FROM memberships m WHERE m.person_id = i.person_id"
        " AND m.survey_id = :survey AND m.area_id = i.area_id AND m.role = i.role"
        " AND m.valid_to IS NULL) ORDER BY person_id, area_id, role",
        {"survey": survey},
    )
    return Counts(added, 0, total - added)


def ids_of(session: Session, usernames: Collection[str]) -> dict[str, int]:
    """Those of the user names that have an account."""
    rows = session.execute(
        text("SELECT username, id FROM people WHERE username = ANY(:usernames)"),
        {"usernames": list(usernames)},
    )
    return {row.username: row.id for row in rows}


def members_of(session: Session, survey: int) -> dict[str, int]:
    """Everybody with a role in the survey, by user name."""
    rows = session.execute(
        text(
            "SELECT DISTINCT p.username, p.id FROM people p"
            " JOIN memberships m ON m.person_id = p.id WHERE m.survey_id = :survey"
        ),
        {"survey": survey},
    )
    return {row.username: row.id for row in rows}


def change_password(session: Session, username: str, password_hash: str) -> bool:
    """Ends all sessions of the account. False where there is none of that name."""
    person = session.execute(
        text("UPDATE people SET password_hash = :hash WHERE username = :username RETURNING id"),
        {"username": username, "hash": password_hash},
    ).scalar()
    session.execute(text("DELETE FROM sessions WHERE person_id = :person"), {"person": person})
    return person is not None
