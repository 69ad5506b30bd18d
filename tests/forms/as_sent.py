"""An interview written by hand, and what a tablet would make of it before sending.

`as_sent` settles an interview as the tablet does: calculations get their values, and answers to
questions that are not asked are dropped. So a case needs to say only what was answered otherwise.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from survey_server.domain.answers.reading import Finding, read_answers
from survey_server.domain.rules import Rules

Tree = dict[str, Any]
Changes = Mapping[str, Any]

FINISHED = datetime(2024, 7, 10, 8, 30, tzinfo=UTC)


def findings(rules: Rules, tree: Tree) -> tuple[Finding, ...]:
    return rules.judge(read_answers(rules.logic.description, tree), FINISHED)


def told(rules: Rules, tree: Tree) -> list[tuple[str, str]]:
    return [(finding.rule, finding.path) for finding in findings(rules, tree)]


def as_sent(rules: Rules, tree: Tree) -> Tree:
    reading = read_answers(rules.logic.description, tree)
    evaluation = rules.evaluate(reading.answers, FINISHED)
    settled: Tree = {}
    for node in rules.nodes(evaluation):
        if node.relevant and node.value:
            said = _at(reading.answers, node.path)
            _put(settled, node.path, said if isinstance(said, list) else node.value)
    return settled


def changed(tree: Tree, changes: Changes) -> Tree:
    """`person[2]/sex` is the answer of the second person; an entry or a list may be put as well."""
    result: Tree = _unshared(tree)
    for path, value in changes.items():
        _put(result, path, _unshared(value))
    return result


def _unshared(value: Any) -> Any:
    """A copy in which no two places are one object: persons of a case share what they say."""
    return json.loads(json.dumps(value))


def _steps(path: str) -> list[tuple[str, int | None]]:
    found = [re.fullmatch(r"([^\[]+)(?:\[(\d+)\])?", step) for step in path.split("/")]
    return [(step[1], int(step[2]) if step[2] else None) for step in found if step]


def _put(tree: Tree, path: str, value: Any) -> None:
    at: Any = tree
    steps = _steps(path)
    for name, position in steps[:-1]:
        at = at.setdefault(name, {} if position is None else [])
        if position is not None:
            at = _entry(at, position)
    name, position = steps[-1]
    if position is None:
        at[name] = value
    else:
        entries = at.setdefault(name, [])
        _entry(entries, position)
        entries[position - 1] = value


def _entry(entries: list[Tree], position: int) -> Tree:
    while len(entries) < position:
        entries.append({})
    return entries[position - 1]


def _at(tree: Any, path: str) -> Any:
    for name, position in _steps(path):
        tree = tree.get(name) if isinstance(tree, Mapping) else None
        if position is not None and isinstance(tree, list):
            tree = tree[position - 1]
    return tree
