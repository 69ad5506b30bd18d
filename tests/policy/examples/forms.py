"""Forms and rules: a survey's, in all its areas."""

import secrets
from io import BytesIO

from tests.api.forms_sent import sheet
from tests.policy.examples.example import Call, Example, delete, get, post
from tests.policy.spots import Spot


def _form(at: Spot, rest: str = "") -> str:
    return f"/api/v1/forms/{at.version()}{rest}"


def _put_up(at: Spot) -> Call:
    form = sheet(form_id=f"form_{secrets.token_hex(6)}").encode()
    parts = {"form": (BytesIO(form), "form.md")}
    return Call(path=f"/api/v1/surveys/{at.survey}/forms?draft=true", method="POST", parts=parts)


def _state(at: Spot, state: str, act: str) -> Call:
    return post(f"/api/v1/surveys/{at.survey}/forms/{at.form(state)}/{act}")


CHANGE = {"rule": "clock_skew", "action": "off", "reason": "x"}

EXAMPLES = {
    "forms.list_forms": Example(lambda at: get("/api/v1/forms"), limits="own", named=False),
    "forms.one_version": Example(lambda at: get(_form(at))),
    "forms.one_file": Example(lambda at: get(_form(at, "/media/provinces.csv"))),
    "forms.schema": Example(lambda at: get(_form(at, "/schema"))),
    "forms.put_up": Example(_put_up, 201, changes=True, named=False),
    "forms.close": Example(lambda at: _state(at, "open", "close"), changes=True),
    "forms.reopen": Example(lambda at: _state(at, "closed", "reopen"), changes=True),
    "forms.discard": Example(
        lambda at: delete(f"/api/v1/surveys/{at.survey}/forms/{at.version('draft', new=True)}"),
        204,
        changes=True,
    ),
    # A version is everybody's of the survey; whose trials of it are told, tests/jobs/test_trials.
    "forms.list_trials": Example(lambda at: get(_form(at, "/trials")), limits="survey"),
    "rules.list_rules": Example(lambda at: get(f"/api/v1/surveys/{at.survey}/rules"), named=False),
    "rules.change_rule": Example(
        lambda at: post(f"/api/v1/surveys/{at.survey}/rules", CHANGE),
        201,
        changes=True,
        named=False,
    ),
}
