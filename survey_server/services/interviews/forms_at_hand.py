"""Form versions with their rules, kept by a worker for as long as it lives.

Versions never change, so what was compiled once serves until the process ends; the rules of a
version are kept for every state of the office's changes that was met.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server.domain.forms import FormDescription
from survey_server.domain.matching import ContentDigest
from survey_server.domain.rules import Rules, rules_of
from survey_server.store import forms as stored_forms, rules as stored_rules
from survey_server.store.rules import StoredChange


@dataclass(frozen=True, slots=True)
class FormAtHand:
    description: FormDescription
    digest: ContentDigest
    rules: Rules


_forms: dict[int, FormAtHand] = {}
_changed: dict[tuple[int, tuple[int, ...]], Rules] = {}
# Changes come a few a week; more states than this at once are of a test or a mistake.
MOST_STATES = 200


def form_at_hand(session: Session, version: int) -> FormAtHand:
    known = _forms.get(version)
    if known is None:
        description = stored_forms.description_of_version(session, version)
        known = FormAtHand(description, ContentDigest(description), rules_of(description))
        _forms[version] = known
    return known


class RulesInForce:
    """The rules that stood when a submission was received, or when they were last run again."""

    def __init__(self, session: Session, surveys: Iterable[int]) -> None:
        wanted = sorted(set(surveys))
        self._changes = stored_rules.changes_of(session, wanted)
        self._revalidated = stored_rules.revalidated_at(session, wanted) if self._changes else {}

    def rules(self, form: FormAtHand, version: int, survey: int, received: datetime) -> Rules:
        changes = self._in_force(form.description.form_id, survey, received)
        if not changes:
            return form.rules
        key = (version, tuple(one.id for one in changes))
        if key not in _changed:
            if len(_changed) >= MOST_STATES:
                _changed.clear()
            _changed[key] = form.rules.with_changes(one.change for one in changes)
        return _changed[key]

    def _in_force(self, form_id: str, survey: int, received: datetime) -> Sequence[StoredChange]:
        until = max(received, self._revalidated.get(survey, received))
        return [
            one
            for one in self._changes
            if one.survey == survey and one.form_id in ("", form_id) and one.made_at <= until
        ]
