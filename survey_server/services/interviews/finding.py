"""Findings for those who look after an area: what is wrong there, in the words of the forms."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server.domain.answers import Finding
from survey_server.domain.forms.parts import Severity
from survey_server.domain.rules import Rules
from survey_server.services.interviews.forms_at_hand import (
    FormAtHand,
    RulesInForce,
    form_at_hand,
)
from survey_server.services.interviews.telling import Told, told
from survey_server.store.interviews import findings as stored
from survey_server.store.interviews.findings import Cursor, FindingOfInterview, Wanted


@dataclass(frozen=True, slots=True)
class FoundThere:
    where: FindingOfInterview
    told: Told


def findings_of(
    session: Session, wanted: Wanted, after: Cursor | None, most: int, now: datetime
) -> list[FoundThere]:
    """In the order of EAs. Messages are those of the rules as they stand now."""
    in_force = RulesInForce(session, [wanted.survey])
    found = []
    for one in stored.findings(session, wanted, after, most):
        form = form_at_hand(session, one.form_version_id)
        rules = in_force.rules(form, one.form_version_id, wanted.survey, now)
        found.append(FoundThere(one, _told(form, rules, one)))
    return found


def _told(form: FormAtHand, rules: Rules, one: FindingOfInterview) -> Told:
    severity: Severity = "warning" if one.severity == "warning" else "error"
    finding = Finding(one.rule, one.path, severity, one.value, one.reads, one.confirmed)
    return told(form.description, rules, finding)
