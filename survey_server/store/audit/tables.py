"""The tables of the trail. None has a reference: entries outlive what they are about."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.store.base import Base
from survey_server.store.people import WHEN


class AuditEntry(Base):
    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(WHEN)
    action: Mapped[str]
    # The survey's code. A reference would also wait for a row that the request itself has locked.
    survey: Mapped[str] = mapped_column(String, server_default="")
    person: Mapped[int | None]
    device: Mapped[int | None]
    object: Mapped[str] = mapped_column(String, server_default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


Index("ix_audit_entries_survey", AuditEntry.__table__.c.survey, AuditEntry.__table__.c.id)
Index("ix_audit_entries_person", AuditEntry.__table__.c.person, AuditEntry.__table__.c.id)


class AuditSeal(Base):
    __tablename__ = "audit_seals"

    chain: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditAnchor(Base):
    __tablename__ = "audit_anchors"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(WHEN)
    line_sha256: Mapped[bytes] = mapped_column(LargeBinary)
