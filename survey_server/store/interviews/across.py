"""Rules that look across the households of an EA, in SQL: no form can ask them of itself.

They are judged anew for every EA that something was told about, so that a finding goes away when
the household that was missing comes in. A rule says which interviews break it; the office switches
it off or changes its severity like any other.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.rules.across import HHS02

# Several households share a dwelling, and one of them answers for it: that one must be listed in
# the same EA, and where it has been interviewed, it must have described the dwelling. As long as
# nobody has been there, nothing is wrong yet. A household's number ends the code of its unit.
_HHS02 = (
    "SELECT i.interview_id, i.ea_id, i.form_version_id, i.represented_by AS value,"
    " i.received_at, i.survey_id FROM interviews i"
    " WHERE i.survey_id = :survey AND i.ea_id = ANY(:eas) AND i.counts"
    " AND i.represented_by IS NOT NULL AND NOT EXISTS ("
    "  SELECT FROM units u LEFT JOIN interviews r ON r.unit_id = u.id AND r.counts"
    "  WHERE u.ea_id = i.ea_id AND u.id <> i.unit_id"
    "  AND regexp_replace(u.code, '^.*-', '') = i.represented_by"
    # A number kept for a new household is none as long as no interview has it.
    "  AND (u.reserved_for IS NULL OR r.interview_id IS NOT NULL)"
    "  AND (r.interview_id IS NULL OR r.describes_dwelling))"
)
RULES = {HHS02.id: (HHS02, _HHS02)}


@dataclass(frozen=True, slots=True)
class FoundAcross:
    interview_id: uuid.UUID
    ea_id: int
    form_version_id: int
    rule: str
    severity: str
    value: str


def found_across(session: Session, survey: int, eas: Sequence[int]) -> list[FoundAcross]:
    """By the rules that stood when each interview came in, or was last judged again."""
    known = [ea for ea in eas if ea > 0]
    found: list[FoundAcross] = []
    for name, (rule, sql) in RULES.items():
        rows = session.execute(
            text(
                f"SELECT b.*, (SELECT c.action FROM rule_changes c"
                "  WHERE c.survey_id = b.survey_id AND c.rule = :rule AND c.path = ''"
                "  AND c.made_at <= greatest(b.received_at, (SELECT max(v.as_of)"
                "   FROM revalidations v WHERE v.survey_id = b.survey_id))"
                "  AND c.form_id IN ('', (SELECT f.form_id FROM forms f"
                "   JOIN form_versions w ON w.form = f.id WHERE w.id = b.form_version_id))"
                f"  ORDER BY c.id DESC LIMIT 1) AS action FROM ({sql}) b"
            ),
            {"survey": survey, "eas": known, "rule": name},
        )
        for row in rows:
            severity = rule.severity if row.action in (None, "as_written") else row.action
            if severity != "off":
                found.append(
                    FoundAcross(
                        row.interview_id, row.ea_id, row.form_version_id, name, severity, row.value
                    )
                )
    return found


def has_across(session: Session, eas: Sequence[int]) -> bool:
    """Whether any finding of these rules stands there."""
    return bool(
        session.execute(
            text(
                "SELECT EXISTS (SELECT FROM interviews i JOIN findings f"
                " USING (interview_id, ea_id) WHERE i.ea_id = ANY(:eas)"
                " AND i.represented_by IS NOT NULL AND f.rule = ANY(:rules))"
            ),
            {"eas": list(eas), "rules": list(RULES)},
        ).scalar_one()
    )


def replace_across(
    session: Session, eas: Sequence[int], found: Sequence[tuple[FoundAcross, str]]
) -> None:
    """Each finding with its path, in place of those of these rules that stood there before."""
    session.execute(
        text(
            "DELETE FROM findings f USING interviews i WHERE i.ea_id = ANY(:eas)"
            " AND i.represented_by IS NOT NULL AND f.interview_id = i.interview_id"
            " AND f.ea_id = i.ea_id AND f.rule = ANY(:rules)"
        ),
        {"eas": list(eas), "rules": list(RULES)},
    )
    session.execute(
        text(
            "INSERT INTO findings (interview_id, ea_id, rule, path, severity, value)"
            " SELECT * FROM unnest(CAST(:interviews AS uuid[]), CAST(:at AS integer[]),"
            " CAST(:rules AS text[]), CAST(:paths AS text[]), CAST(:severities AS text[]),"
            " CAST(:told AS text[]))"
        ),
        {
            "interviews": [one.interview_id for one, _ in found],
            "at": [one.ea_id for one, _ in found],
            "rules": [one.rule for one, _ in found],
            "paths": [path for _, path in found],
            "severities": [one.severity for one, _ in found],
            "told": [one.value for one, _ in found],
        },
    )
    count_findings(session, eas)


def count_findings(session: Session, eas: Sequence[int]) -> None:
    """Sets the numbers of errors and warnings of interviews right, where they differ."""
    session.execute(
        text(
            "UPDATE interviews i SET errors = n.errors, warnings = n.warnings FROM ("
            "  SELECT j.interview_id, j.ea_id,"
            "  count(f.rule) FILTER (WHERE f.severity = 'error') AS errors,"
            "  count(f.rule) FILTER (WHERE f.severity = 'warning' AND f.confirmed IS NULL)"
            "   AS warnings FROM interviews j LEFT JOIN findings f USING (interview_id, ea_id)"
            "  WHERE j.ea_id = ANY(:eas) AND j.represented_by IS NOT NULL"
            "  GROUP BY j.interview_id, j.ea_id) n"
            " WHERE i.interview_id = n.interview_id AND i.ea_id = n.ea_id"
            " AND (i.errors, i.warnings) IS DISTINCT FROM (n.errors, n.warnings)"
        ),
        {"eas": list(eas)},
    )
