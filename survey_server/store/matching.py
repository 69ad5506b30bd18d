"""Pairs of interviews that are suspected to be about the same household."""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey_server.domain.interviews import InterviewKey
from survey_server.domain.matching import Match, SharedPerson, pair
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


def lock_scopes(session: Session, scopes: Sequence[int]) -> None:
    """Until the transaction ends: two households written at once in one area must see each other.

    Sorted, and taken after the EA rows, so that two workers cannot wait for each other.
    """
    for scope in sorted(scopes):
        session.execute(
            text("SELECT pg_advisory_xact_lock(:kind, :scope)"),
            {"kind": _SCOPE_LOCKS, "scope": scope},
        )


_KEYS = (
    "WITH k AS MATERIALIZED (SELECT i.* FROM interviews i JOIN"
    " unnest(CAST(:ids AS uuid[]), CAST(:eas AS integer[])) AS w(id, ea)"
    " ON i.interview_id = w.id AND i.ea_id = w.ea) "
)


def forget_matches(session: Session, keys: Sequence[InterviewKey]) -> None:
    for side, ea in (("a", "a_ea"), ("b", "b_ea")):
        session.execute(
            text(
                "DELETE FROM matches m USING"
                " unnest(CAST(:ids AS uuid[]), CAST(:eas AS integer[])) AS w(id, ea)"
                f" WHERE m.{side} = w.id AND m.{ea} = w.ea"
            ),
            _of(keys),
        )


def _of(keys: Sequence[InterviewKey]) -> dict[str, Any]:
    return {"ids": [key[0] for key in keys], "eas": [key[1] for key in keys]}


def plain_pairs(session: Session, keys: Sequence[InterviewKey]) -> list[Match]:
    """Same unit, same interview id in another EA, same content within the area of comparison."""
    rows = session.execute(
        text(
            _KEYS + "SELECT 'same_unit' AS kind, k.interview_id, k.ea_id, o.interview_id AS other,"
            " o.ea_id AS other_ea FROM k JOIN interviews o ON o.unit_id = k.unit_id"
            " WHERE o.interview_id <> k.interview_id"
            " UNION ALL SELECT 'same_interview', k.interview_id, k.ea_id, o.interview_id, o.ea_id"
            " FROM k JOIN interviews o ON o.interview_id = k.interview_id"
            " WHERE o.ea_id <> k.ea_id AND o.survey_id = k.survey_id"
            " UNION ALL SELECT 'same_content', k.interview_id, k.ea_id, o.interview_id, o.ea_id"
            " FROM k JOIN interviews o ON o.content = k.content AND o.scope_id = k.scope_id"
            " WHERE (o.interview_id, o.ea_id) <> (k.interview_id, k.ea_id)"
            " AND o.survey_id = k.survey_id"
        ),
        _of(keys),
    )
    return [
        pair(row.kind, (row.interview_id, row.ea_id), (row.other, row.other_ea)) for row in rows
    ]


def shared_persons(session: Session, keys: Sequence[InterviewKey]) -> list[SharedPerson]:
    """Who agrees in name (without diacritics), sex and birth year with somebody of another unit."""
    rows = session.execute(
        text(
            _KEYS + "SELECT p.interview_id, p.ea_id, p.line, o.interview_id AS other,"
            " o.ea_id AS other_ea, o.line AS other_line, o.name_key = p.name_key AS exact"
            " FROM k JOIN person_identities p"
            "  ON p.interview_id = k.interview_id AND p.ea_id = k.ea_id"
            " JOIN person_identities o ON o.scope_id = p.scope_id AND o.name_fold = p.name_fold"
            " AND o.birth_year = p.birth_year AND o.sex = p.sex"
            " JOIN interviews i ON i.interview_id = o.interview_id AND i.ea_id = o.ea_id"
            " WHERE p.scope_id <> 0 AND p.name_fold <> ''"
            " AND o.interview_id <> p.interview_id"
            " AND i.unit_id IS DISTINCT FROM k.unit_id"
        ),
        _of(keys),
    )
    return [
        SharedPerson(
            (row.interview_id, row.ea_id),
            row.line,
            (row.other, row.other_ea),
            row.other_line,
            row.exact,
        )
        for row in rows
    ]


def save_matches(session: Session, survey: int, matches: Sequence[Match]) -> None:
    """`found_at` is when the later of the two arrived: a rebuild finds the same."""
    if not matches:
        return
    session.execute(
        text(
            "INSERT INTO matches (kind, a, a_ea, b, b_ea, survey_id, evidence, found_at)"
            " SELECT :kind, :a, :a_ea, :b, :b_ea, :survey, CAST(:evidence AS jsonb),"
            " (SELECT max(received_at) FROM interviews WHERE (interview_id, ea_id)"
            " IN ((CAST(:a AS uuid), CAST(:a_ea AS integer)),"
            " (CAST(:b AS uuid), CAST(:b_ea AS integer)))) ON CONFLICT DO NOTHING"
        ),
        [
            {
                "kind": match.kind,
                "a": match.a[0],
                "a_ea": match.a[1],
                "b": match.b[0],
                "b_ea": match.b[1],
                "survey": survey,
                "evidence": json.dumps(match.evidence),
            }
            for match in matches
        ],
    )
