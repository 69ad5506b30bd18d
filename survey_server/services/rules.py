"""Changing the rules of a survey's forms, and running them again over what is there.

A change is in force at once for what comes in from then on. What came in before keeps the findings
it had, until somebody runs the rules again over everything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.domain.audit import plain
from survey_server.domain.forms import FormDescription, FormInvalid
from survey_server.domain.forms.checks import BUILT_IN, checks_of
from survey_server.domain.forms.parts import Check
from survey_server.domain.logic import XPathSyntaxError, compile_expression
from survey_server.domain.rules import RuleChange
from survey_server.domain.rules.across import ACROSS_RULES
from survey_server.domain.rules.changes import ACTIONS, Action, changed_by
from survey_server.services import audit
from survey_server.services.audit import Data, Entry
from survey_server.services.interviews.deriving import derive
from survey_server.services.interviews.forms_at_hand import form_at_hand
from survey_server.store import forms as stored_forms, frame, intake, rules as stored
from survey_server.store.rules import StoredChange
from survey_server.store.sync import lock_places

# Whole EAs are taken until there are so many: a transaction of about a second.
INTERVIEWS_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that somebody asks for. `form_id` "" is every form; `check` is a row of the sheet
    `checks`, without its id."""

    form_id: str
    rule: str
    action: str
    path: str = ""
    check: Mapping[str, str] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RuleNow:
    """A check of a form as it stands now; `severity` is None where it is switched off."""

    form_id: str
    check: Check
    severity: str | None
    changed: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` and `total` count interviews; more may have come in since the run began."""

    done: int
    total: int
    finished: bool


def change_rule(
    session: Session, survey: int, asked: Asked, now: datetime, person: int | None = None
) -> int:
    """The id of the change. Raises ValidationFailed with what is wrong with it."""
    described = _described(session, survey, asked)
    check = _check(described, asked) if asked.check is not None else None
    if check is None:
        _see_that_it_is_known(session, survey, described, asked)
    change = RuleChange(asked.rule, _action(asked), asked.path, check)
    made = stored.add_change(session, survey, asked.form_id, change, asked.reason, now, person)
    _note(session, survey, asked, made, person)
    return made


def _note(session: Session, survey: int, asked: Asked, made: int, person: int | None) -> None:
    """The condition and the reason are kept with the change itself."""
    told: Data = {"change": made, "form": plain(asked.form_id), "action": asked.action}
    code = frame.code_of_survey(session, survey)
    audit.note(Entry("rule_changed", code, person, object=f"rule:{plain(asked.rule)}", data=told))


def rules_now(session: Session, survey: int) -> tuple[list[RuleNow], list[StoredChange]]:
    """The checks of the forms' latest versions, and all changes, the newest first."""
    changes = stored.changes_of(session, [survey])
    rules = [
        rule for description in _latest(session, survey) for rule in _rules_of(description, changes)
    ]
    return rules, changes[::-1]


def _rules_of(description: FormDescription, changes: list[StoredChange]) -> Iterator[RuleNow]:
    form_id = description.form_id
    changed = changed_by(one.change for one in changes if one.form_id in ("", form_id))
    checks = {check.id: check for check in description.checks} | changed.checks
    for check in checks.values():
        severity = changed.severity(check.id, "", check.severity)
        written = severity == check.severity and check.id not in changed.checks
        yield RuleNow(form_id, check, severity, changed=not written)


def _described(session: Session, survey: int, asked: Asked) -> list[FormDescription]:
    """The latest versions of the forms that are meant."""
    meant = [one for one in _latest(session, survey) if asked.form_id in ("", one.form_id)]
    if not meant:
        raise _wrong("form_id", "unknown")
    return meant


def _latest(session: Session, survey: int) -> list[FormDescription]:
    versions = stored_forms.latest_versions(session, survey)
    return [form_at_hand(session, version).description for version in versions]


def _action(asked: Asked) -> Action:
    if asked.action not in ACTIONS:
        raise _wrong("action", "invalid")
    return asked.action


def _see_that_it_is_known(
    session: Session, survey: int, described: list[FormDescription], asked: Asked
) -> None:
    written = {check.id for one in described for check in one.checks}
    added = {one.change.rule for one in stored.changes_of(session, [survey])}
    if asked.rule not in BUILT_IN | ACROSS_RULES.keys() | written | added:
        raise _wrong("rule", "unknown")
    if asked.path and not any(_has_place(one, asked.path) for one in described):
        raise _wrong("path", "unknown")


def _has_place(description: FormDescription, path: str) -> bool:
    place = tuple(path.split("/"))
    groups = (group.path for group in description.groups())
    return place in groups or any(place == one.path for one in description.questions())


def _check(described: list[FormDescription], asked: Asked) -> Check:
    """A check belongs to one form, whose questions it reads."""
    if len(described) != 1 or not asked.form_id:
        raise _wrong("form_id", "unknown")
    row = {**(asked.check or {}), "id": asked.rule}
    try:
        check = checks_of([row], described[0])[0]
        compile_expression(check.condition)
    except FormInvalid as invalid:
        errors = [
            {"pointer": f"/check/{one.column}", "code": one.code, "message": one.messages["vi"]}
            for one in invalid.problems
        ]
        raise problems.ValidationFailed(errors=errors) from None
    except XPathSyntaxError:
        raise _wrong("check/condition", "invalid") from None
    return check


def _wrong(field: str, code: str) -> problems.ValidationFailed:
    return problems.ValidationFailed(errors=[{"pointer": f"/{field}", "code": code}])


def revalidate_some(session: Session, survey: int, now: datetime) -> Progress:
    """One step of the run that is under way, or of a new one. Each step is a transaction of its
    own: a run that was cut off goes on behind the last step that was committed."""
    run = stored.open_revalidation(session, survey, now)
    lock_places(session)
    interviews = stored.next_interviews(session, survey, run.last_ea, INTERVIEWS_AT_ONCE)
    if not interviews:
        run.finished_at = now
        return Progress(run.done, run.total, finished=True)
    current = [instance for _, instance in interviews]
    derive(session, intake.received(session, current), now)
    run.last_ea = interviews[-1][0]
    run.done += len(interviews)
    return Progress(run.done, run.total, finished=False)
