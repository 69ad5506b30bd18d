"""The tables of people: accounts, roles, sessions, second factors, resets, tokens, failures.

No secret of any kind is stored: of passwords there is an argon2id hash, of random tokens and codes
the SHA-256, and the shared secret of a second factor is sealed with a key outside the database.
"""

from datetime import date, datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.domain.people import ROLES
from survey_server.store.base import Base

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
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    role: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class SignedIn(Base):
    """A session of a person. `setting_up`: it may only set the second factor up."""

    __tablename__ = "sessions"

    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    # What a session is called where its own person ends it.
    id: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(WHEN)
    seen_at: Mapped[datetime] = mapped_column(WHEN)
    setting_up: Mapped[bool] = mapped_column(server_default="false")
    # The browser or program, as it calls itself.
    client: Mapped[str] = mapped_column(server_default="")


class SecondFactor(Base):
    """The shared secret of somebody's authenticator app, sealed, and the last step it was used at.

    A new secret waits in `pending` until a code proves that the app has it.
    """

    __tablename__ = "second_factors"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    sealed: Mapped[bytes | None]
    pending: Mapped[bytes | None]
    last_step: Mapped[int] = mapped_column(server_default="0")
    confirmed_at: Mapped[datetime | None] = mapped_column(WHEN)


class RecoveryCode(Base):
    """A code for the day the phone is lost, good once."""

    __tablename__ = "recovery_codes"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    code_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(WHEN)


class PasswordReset(Base):
    """A one-time link to a new password; a newer one ends those before it."""

    __tablename__ = "password_resets"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    # None where an operator made it by command.
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    drops_second_factor: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(WHEN)
    expires_at: Mapped[datetime] = mapped_column(WHEN)
    ended_at: Mapped[datetime | None] = mapped_column(WHEN)


class ApiToken(Base):
    """A program's right to act for a person, within `scopes` and what that person may then do."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str]
    # The first characters, to be named to whoever gives support.
    prefix: Mapped[str]
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(WHEN)
    expires_at: Mapped[datetime] = mapped_column(WHEN)
    revoked_at: Mapped[datetime | None] = mapped_column(WHEN)
    seen_at: Mapped[datetime | None] = mapped_column(WHEN)


class Failure(Base):
    """An attempt that failed, under the SHA-256 of whom or what it was about.

    Whoever mistypes may type a password where the user name belongs, so names are not stored.
    """

    __tablename__ = "failures"
    __table_args__ = (Index("ix_failures_subject_failed_at", "subject_sha256", "failed_at"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    subject_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    failed_at: Mapped[datetime] = mapped_column(WHEN, index=True)
