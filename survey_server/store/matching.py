"""Pairs of interviews that are suspected to be about the same household."""

import json
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.domain.interviews import UNKNOWN_SCOPE, InterviewKey
from survey_server.domain.matching import Match
from survey_server.store.base import Base
from survey_server.store.people import WHEN

KINDS = ("same_content", "same_household", "same_interview", "same_unit")


class MatchRow(Base):
    """A pair with a reason; (a, a_ea) sorts before (b, b_ea). Derived, under a natural key, which
    begins with the interview, because an interview's pairs are what is looked up."""

    __tablename__ = "matches"
    __table_args__ = (
        CheckConstraint("(a, a_ea) < (b, b_ea)", name="ordered"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
    )

    a: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    a_ea: Mapped[int] = mapped_column(primary_key=True)
    b: Mapped[uuid.UUID] = mapped_column(primary_key=True, index=True)
    b_ea: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    survey_id: Mapped[int]
    # {"shared": 3, "exact": 2}: persons in common, and of these with the very same name.
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    found_at: Mapped[datetime] = mapped_column(WHEN)


# The first key of the advisory locks that workers take on areas while they compare households.
_SCOPE_LOCKS = 7_302_512


def lock_scopes(session: Session, scopes: Collection[int]) -> None:
    """Until the transaction ends: two households written at once in one area must see each other.

    Sorted, and taken after the EA rows, so that two workers cannot wait for each other.
    """
    for scope in sorted({*scopes} - {UNKNOWN_SCOPE}):
        session.execute(
            text("SELECT pg_advisory_xact_lock(:kind, :scope)"),
            {"kind": _SCOPE_LOCKS, "scope": scope},
        )


def forget_matches(session: Session, keys: Collection[InterviewKey], kind: str = "") -> None:
    """Of one kind only, where it is named."""
    for side, ea in (("a", "a_ea"), ("b", "b_ea")):
        session.execute(
            text(
                "DELETE FROM matches m USING"
                " unnest(CAST(:ids AS uuid[]), CAST(:eas AS integer[])) AS w(id, ea)"
                f" WHERE m.{side} = w.id AND m.{ea} = w.ea AND (:kind = '' OR m.kind = :kind)"
            ),
            {"ids": [key[0] for key in keys], "eas": [key[1] for key in keys], "kind": kind},
        )


_SAVE = """
    INSERT INTO matches (kind, a, a_ea, b, b_ea, survey_id, evidence, found_at)
    SELECT w.kind, w.a, w.a_ea, w.b, w.b_ea, :survey, CAST(w.evidence AS jsonb),
        greatest(a.received_at, b.received_at)
    FROM unnest(CAST(:kinds AS text[]), CAST(:a AS uuid[]), CAST(:a_eas AS integer[]),
        CAST(:b AS uuid[]), CAST(:b_eas AS integer[]), CAST(:evidence AS text[]))
        AS w(kind, a, a_ea, b, b_ea, evidence)
    JOIN interviews a ON a.interview_id = w.a AND a.ea_id = w.a_ea
    JOIN interviews b ON b.interview_id = w.b AND b.ea_id = w.b_ea
    ON CONFLICT DO NOTHING
"""


def save_matches(session: Session, survey: int, matches: Sequence[Match]) -> None:
    """`found_at` is when the later of the two arrived: a rebuild finds the same."""
    if not matches:
        return
    session.execute(
        text(_SAVE),
        {
            "survey": survey,
            "kinds": [match.kind for match in matches],
            "a": [match.a[0] for match in matches],
            "a_eas": [match.a[1] for match in matches],
            "b": [match.b[0] for match in matches],
            "b_eas": [match.b[1] for match in matches],
            "evidence": [json.dumps(dict(match.evidence)) for match in matches],
        },
    )
