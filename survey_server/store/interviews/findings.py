"""Reading findings: of an area, and how many there are of each rule.

Limited to the areas that are asked for, and everything below them, in the query.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

# An area is below another where the other's id is in its path.
_SEEN = (
    " FROM findings f JOIN interviews i USING (interview_id, ea_id)"
    " JOIN areas a ON a.id = i.ea_id LEFT JOIN units u ON u.id = i.unit_id"
    " WHERE i.survey_id = :survey AND a.path && CAST(:areas AS integer[])"
    " AND (:rule = '' OR f.rule = :rule) AND (:severity = '' OR f.severity = :severity)"
    " AND (CAST(:confirmed AS boolean) IS NULL OR (f.confirmed IS NOT NULL) = :confirmed)"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Blank means any. `areas` are the viewer's, or one that is within them."""

    survey: int
    areas: Sequence[int]
    rule: str = ""
    severity: str = ""
    confirmed: bool | None = None

    def parameters(self) -> dict[str, object]:
        return {
            "survey": self.survey,
            "areas": list(self.areas),
            "rule": self.rule,
            "severity": self.severity,
            "confirmed": self.confirmed,
        }


# Where a page ends: EA, interview, rule, path.
Cursor = tuple[int, uuid.UUID, str, str]


@dataclass(frozen=True, slots=True)
class FindingOfInterview:
    interview_id: uuid.UUID
    ea_id: int
    form_version_id: int
    ea: str
    unit: str | None
    counts: bool
    rule: str
    path: str
    severity: str
    value: str
    reads: Mapping[str, str]
    confirmed: str | None

    @property
    def cursor(self) -> Cursor:
        return self.ea_id, self.interview_id, self.rule, self.path


def findings(
    session: Session, wanted: Wanted, after: Cursor | None, most: int
) -> list[FindingOfInterview]:
    ea, interview, rule, path = after or (0, uuid.UUID(int=0), "", "")
    rows = session.execute(
        text(
            "SELECT i.interview_id, i.ea_id, i.form_version_id, a.code AS ea, u.code AS unit,"
            f" i.counts, f.rule, f.path, f.severity, f.value, f.reads, f.confirmed {_SEEN}"
            " AND (i.ea_id, i.interview_id, f.rule, f.path)"
            " > (:after_ea, CAST(:after_interview AS uuid), :after_rule, :after_path)"
            " ORDER BY i.ea_id, i.interview_id, f.rule, f.path LIMIT :most"
        ),
        {
            **wanted.parameters(),
            "after_ea": ea,
            "after_interview": interview,
            "after_rule": rule,
            "after_path": path,
            "most": most,
        },
    )
    return [FindingOfInterview(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class RuleCount:
    """`interviews` that break a rule, and `confirmed` warnings among its findings."""

    rule: str
    severity: str
    findings: int
    interviews: int
    confirmed: int


def counts_by_rule(session: Session, wanted: Wanted) -> list[RuleCount]:
    """The most frequent first."""
    rows = session.execute(
        text(
            "SELECT f.rule, f.severity, count(*) AS findings,"
            " count(DISTINCT (f.interview_id, f.ea_id)) AS interviews,"
            f" count(f.confirmed) AS confirmed {_SEEN}"
            " GROUP BY f.rule, f.severity ORDER BY findings DESC, f.rule, f.severity"
        ),
        wanted.parameters(),
    )
    return [RuleCount(*row) for row in rows]
