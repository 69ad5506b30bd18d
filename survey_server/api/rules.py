"""The rules of a survey's forms as they stand, and changing them without a new form version."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import AwareDateTime, Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf
from sqlalchemy.orm import Session

from survey_server import problems
from survey_server.api import access
from survey_server.domain.forms.parts import Check
from survey_server.domain.rules.changes import ACTIONS
from survey_server.services import rules as services
from survey_server.store import frame
from survey_server.store.base import db
from survey_server.store.rules import StoredChange

blueprint = APIBlueprint("rules", __name__, url_prefix="/api/v1", tag="Rules")


class CheckIn(Schema):
    """A row of the sheet `checks`; `${name}` stands for a question."""

    severity = String(required=True, validate=OneOf(["error", "warning"]))
    scope = String(load_default="", validate=Length(0, 200))
    question = String(load_default="", validate=Length(0, 200))
    condition = String(required=True, validate=Length(1, 10_000))
    message = Dict(
        keys=String(validate=Length(1, 20)), values=String(validate=Length(1, 2000)), required=True
    )
    since = String(load_default="", validate=Length(0, 10))
    until = String(load_default="", validate=Length(0, 10))


class ChangeIn(Schema):
    form_id = String(load_default="", validate=Length(0, 200))
    rule = String(required=True, validate=Length(1, 40))
    path = String(load_default="", validate=Length(0, 300))
    action = String(required=True, validate=OneOf(ACTIONS))
    check = Nested(CheckIn, load_default=None, allow_none=True)
    reason = String(required=True, validate=Length(1, 1000))


class ChangeOut(Schema):
    id = Integer()
    form_id = String()
    rule = String()
    path = String()
    action = String()
    reason = String()
    made_at = AwareDateTime()


class RuleOut(Schema):
    form_id = String()
    rule = String()
    severity = String(allow_none=True, metadata={"description": "null: switched off"})
    changed = Boolean()
    scope = String()
    question = String()
    condition = String()
    message = Dict(keys=String(), values=String())
    since = String(allow_none=True)
    until = String(allow_none=True)


class RulesOut(Schema):
    rules = List(Nested(RuleOut))
    changes = List(Nested(ChangeOut))


class ChangedOut(Schema):
    id = Integer()


@blueprint.get("/surveys/<survey>/rules")
@blueprint.output(RulesOut)
@blueprint.doc(
    summary="The checks of a survey's forms as they stand, and all changes, the newest first"
)
def list_rules(survey: str) -> dict[str, Any]:
    session = db.session()
    if not access.viewer(session).areas_in(survey):
        raise problems.NotFound()
    rules, changes = services.rules_now(session, _id(session, survey))
    return {
        "rules": [
            {
                "form_id": one.form_id,
                "severity": one.severity,
                "changed": one.changed,
                **_written(one.check),
            }
            for one in rules
        ],
        "changes": [_change(one) for one in changes],
    }


@blueprint.post("/surveys/<survey>/rules")
@blueprint.input(ChangeIn)
@blueprint.output(ChangedOut, status_code=201)
@blueprint.doc(
    summary="Switch a rule off, make it milder or stricter, or write a check anew",
    description="In force at once for what comes in from now on; `survey-server revalidate` runs"
    " the rules over what is there. For data managers and administrators of the whole survey.",
)
def change_rule(survey: str, json_data: dict[str, Any]) -> dict[str, Any]:
    session = db.session()
    viewer = access.publisher(session, survey)
    check = json_data.pop("check")
    asked = services.Asked(**json_data, check=None if check is None else _row(check))
    made = services.change_rule(
        session, _id(session, survey), asked, access.now(), viewer.person_id
    )
    session.commit()
    return {"id": made}


def _id(session: Session, survey: str) -> int:
    found = frame.survey_by_code(session, survey)
    if found is None:
        raise problems.NotFound()
    return found.id


def _row(check: dict[str, Any]) -> dict[str, str]:
    messages = check.pop("message")
    return check | {f"message::{language}": text for language, text in messages.items()}


def _written(check: Check) -> dict[str, Any]:
    return {
        "rule": check.id,
        "scope": "/".join(check.scope),
        "question": "/".join(check.question),
        "condition": check.condition,
        "message": check.messages,
        "since": check.since and check.since.isoformat(),
        "until": check.until and check.until.isoformat(),
    }


def _change(one: StoredChange) -> dict[str, Any]:
    return {
        "id": one.id,
        "form_id": one.form_id,
        "rule": one.change.rule,
        "path": one.change.path,
        "action": one.change.action,
        "reason": one.reason,
        "made_at": one.made_at,
    }
