"""The trail in the database: entries, their seals, and what was carried away of them.

audit_entries   written by everybody, on a connection of its own; never changed
audit_seals     the chain, written by the sealer alone, in the order of the entries' ids
audit_anchors   how many lines the file of anchors must have, and their hashes
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Identity, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from survey_server.domain.audit import Entry
from survey_server.store.base import Base
from survey_server.store.people import WHEN

# The two halves of the advisory lock that every writer of an entry holds until it has committed;
# migration 0010 takes it in a trigger.
WRITERS = (20240401, 10)
SEALER = (20240401, 11)


class AuditEntry(Base):
    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(WHEN)
    action: Mapped[str]
    # The survey's code, no reference: entries outlive what they are about, and writing one must
    # not wait for a row that the request itself has locked.
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


def add(connection: Connection, entry: Entry, now: datetime) -> None:
    connection.execute(
        text(
            "INSERT INTO audit_entries (at, action, survey, person, device, object, data) VALUES"
            " (:at, :action, :survey, :person, :device, :object, CAST(:data AS jsonb))"
        ),
        {
            "at": now,
            "action": entry.action,
            "survey": entry.survey or "",
            "person": entry.person,
            "device": entry.device,
            "object": entry.object,
            "data": json.dumps(dict(entry.data)),
        },
    )
