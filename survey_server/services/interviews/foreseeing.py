"""What the rules would say of submissions that are not kept yet, or not at all.

For clients that ask before they upload (a dry run), and for those that want to be refused what
breaks a rule (strict). Everybody else is never refused for that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server.domain.answers import Finding, NotATree, household_of, read_answers
from survey_server.domain.intake.items import Batch, Item, Rejection, contents_of
from survey_server.domain.rules import Rules
from survey_server.services.interviews.forms_at_hand import (
    FormAtHand,
    RulesInForce,
    form_at_hand,
)
from survey_server.services.interviews.reading import tree_of
from survey_server.services.interviews.telling import Told, told
from survey_server.store import forms as stored_forms, intake as stored

BREAKS_RULES = "breaks_rules"


def foreseen(
    session: Session, survey: int, batch: Batch, body: bytes, now: datetime
) -> dict[int, tuple[Told, ...]]:
    """By the place in the batch, what would be found; not of forms that nobody knows."""
    items = [item for item in batch.items if isinstance(item, Item)]
    names = {(item.form_id, item.form_version) for item in items}
    versions = stored_forms.version_ids(session, survey, names)
    in_force = RulesInForce(session, [survey])
    texts = contents_of(body)
    found = {}
    for item in items:
        version = versions.get((item.form_id, item.form_version))
        if version is not None:
            form = form_at_hand(session, version.id)
            rules = in_force.rules(form, version.id, survey, now)
            found[item.position] = _found(form, rules, texts[item.position], now)
    return found


def _found(form: FormAtHand, rules: Rules, text: bytes, now: datetime) -> tuple[Told, ...]:
    try:
        reading = read_answers(form.description, tree_of(form.description, text))
    except NotATree as fault:
        return (told(form.description, rules, Finding("not_a_tree", fault.path, "error", "")),)
    finished = household_of(form.description, reading.answers).finished
    day = now.astimezone(rules.logic.zone).date()
    judged = rules.judge(reading, finished or now, day)
    return tuple(told(form.description, rules, one) for one in judged)


def without_broken(session: Session, batch: Batch, found: Mapping[int, Sequence[Told]]) -> Batch:
    """Rejects what breaks a rule, unless the server holds it already: then the tablet is told."""
    broken = {
        place
        for place, findings in found.items()
        if any(one.severity == "error" for one in findings)
    }
    ids = [
        one.instance_id for one in batch.items if isinstance(one, Item) and one.position in broken
    ]
    on_file = stored.on_file(session, ids) if ids else {}
    digests = {one: known.digest for one, known in on_file.items()}
    return replace(
        batch,
        items=tuple(
            Rejection(one.position, str(one.instance_id), BREAKS_RULES, False, one.sha256)
            if isinstance(one, Item)
            and one.position in broken
            and digests.get(one.instance_id) != one.digest
            else one
            for one in batch.items
        ),
    )
