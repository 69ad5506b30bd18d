"""Interviews for the tests of questionnaires: answers are set by the name of their question, and
the rest follows as on a tablet.

A key is the name of a question, with the number of the entry where it stands in a repeat: `sex@2`
is the sex of the second person. What a form does not ask is left out, so that one table of cases
serves the short and the long form.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from survey_server.domain.answers import read_answers
from survey_server.domain.forms.compiling import CompiledForm, compile_folder
from survey_server.domain.rules import Rules, rules_of

FORMS = Path(__file__).parents[2] / "forms"
WHEN = datetime(2024, 4, 3, 9, tzinfo=timezone(timedelta(hours=7)))
REMOVED = None

Answers = dict[str, Any]
Changes = Mapping[str, str | None]
Told = tuple[tuple[str, str, str], ...]

_STEP = re.compile(r"([^\[]+)(?:\[(\d+)\])?")


@cache
def form(form_id: str) -> CompiledForm:
    return compile_folder(FORMS / form_id)


@cache
def rules(form_id: str) -> Rules:
    return rules_of(form(form_id).description)


def findings(form_id: str, answers: Answers) -> Told:
    """Rule, place and severity of everything that is wrong."""
    reading = read_answers(form(form_id).description, answers)
    judged = rules(form_id).judge(reading, WHEN)
    return tuple((one.rule, one.path, one.severity) for one in judged)


def place(form_id: str, key: str) -> str | None:
    """`sex@2` is person[2]/sex; None where the form does not ask it."""
    name, _, entry = key.partition("@")
    description = form(form_id).description
    repeats = {group.path for group in description.groups() if group.kind == "repeat"}
    parts = (*description.questions(), *description.groups())
    path = next((part.path for part in parts if part.name == name), None)
    if path is None:
        return None
    steps = [
        f"{step}[{entry}]" if path[: level + 1] in repeats and entry else step
        for level, step in enumerate(path)
    ]
    return "/".join(steps)


def filled(form_id: str, base: Answers, changes: Changes) -> Answers:
    """The base with the changes, as a tablet sends it: calculated anew, nothing off the path."""
    answers = deepcopy(base)
    for key, text in changes.items():
        path = place(form_id, key)
        if path is not None:
            _put(answers, path, text)
    calculated = {one.path for one in form(form_id).description.questions() if one.calculate}
    evaluation = rules(form_id).evaluate(answers, WHEN)
    for node in rules(form_id).nodes(evaluation):
        generic = tuple(re.sub(r"\[\d+\]", "", node.path).split("/"))
        if not node.relevant:
            _put(answers, node.path, REMOVED)
        elif generic in calculated:
            _put(answers, node.path, node.value or REMOVED)
    return answers


def _put(answers: Answers, path: str, text: str | None) -> None:
    at: Any = answers
    *above, last = path.split("/")
    for step in above:
        name, entry = _named(step)
        if entry is None:
            at = at.setdefault(name, {})
        else:
            entries = at.get(name, [])
            if len(entries) < entry:
                return
            at = entries[entry - 1]
    name, _ = _named(last)
    if text is REMOVED:
        at.pop(name, None)
    else:
        at[name] = text


def _named(step: str) -> tuple[str, int | None]:
    found = _STEP.fullmatch(step)
    assert found
    return found[1], int(found[2]) if found[2] else None
