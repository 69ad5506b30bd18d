"""Accounts: made, found, given a new password, disabled and enabled again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.store.incoming import Counts, bring_in, merge


@dataclass(frozen=True, slots=True)
class Credentials:
    person_id: int
    password_hash: str | None = field(repr=False)
    disabled: bool


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    username: str
    name: str
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


def open_account(session: Session, username: str, name: str, now: datetime) -> int | None:
    """Without a password yet. None where the user name is taken."""
    person: int | None = session.execute(
        text(
            "INSERT INTO people (username, name, created_at) VALUES (:username, :name, :now)"
            " ON CONFLICT (username) DO NOTHING RETURNING id"
        ),
        {"username": username, "name": name, "now": now},
    ).scalar()
    return person


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


def ids_of(session: Session, usernames: Collection[str]) -> dict[str, int]:
    """Those of the user names that have an account."""
    rows = session.execute(
        text("SELECT username, id FROM people WHERE username = ANY(:usernames)"),
        {"usernames": list(usernames)},
    )
    return {row.username: row.id for row in rows}


def account_of(session: Session, person: int) -> Account | None:
    row = session.execute(
        text("SELECT id, username, name, disabled_at IS NOT NULL FROM people WHERE id = :person"),
        {"person": person},
    ).one_or_none()
    return None if row is None else Account(*row)


def credentials_of(session: Session, username: str) -> Credentials | None:
    """They stay so until the transaction ends: whoever changes them waits, and then ends the
    session that was opened with them."""
    row = session.execute(
        text(
            "SELECT id, password_hash, disabled_at IS NOT NULL FROM people"
            " WHERE username = :username FOR SHARE"
        ),
        {"username": username},
    ).one_or_none()
    return None if row is None else Credentials(*row)


def change_password(session: Session, person: int, password_hash: str) -> None:
    """Ends all sessions of the account."""
    session.execute(
        text("UPDATE people SET password_hash = :hash WHERE id = :person"),
        {"person": person, "hash": password_hash},
    )
    end_sessions(session, person)


def disable(session: Session, person: int, now: datetime) -> bool:
    """Ends sessions and tokens too. False where the account was disabled already."""
    changed = session.execute(
        text(
            "UPDATE people SET disabled_at = :now WHERE id = :person AND disabled_at IS NULL"
            " RETURNING id"
        ),
        {"person": person, "now": now},
    ).scalar()
    end_sessions(session, person)
    session.execute(
        text(
            "UPDATE api_tokens SET revoked_at = :now WHERE person_id = :person"
            " AND revoked_at IS NULL"
        ),
        {"person": person, "now": now},
    )
    return changed is not None


def enable(session: Session, person: int) -> bool:
    """False where the account was not disabled. Sessions and tokens do not come back."""
    changed = session.execute(
        text(
            "UPDATE people SET disabled_at = NULL WHERE id = :person"
            " AND disabled_at IS NOT NULL RETURNING id"
        ),
        {"person": person},
    ).scalar()
    return changed is not None


def end_sessions(session: Session, person: int) -> None:
    session.execute(text("DELETE FROM sessions WHERE person_id = :person"), {"person": person})
