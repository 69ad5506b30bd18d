"""Conditions that can never be true, as far as that can be decided without running them.

Looked at are comparisons of one answer with numbers and texts, joined by `and` and `or`:
`. > 10 and . < 5` leaves no number, `${a} = '1' and ${a} = '2'` no text. A blank answer fulfils
none of them either. `false()` alone is an author's way to switch a question off, and no mistake.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey_server.domain.forms.checking.expressions import Rule
from survey_server.domain.forms.checking.kinds import literal_of, number_in
from survey_server.domain.forms.checking.model import Model, Node
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.forms.parts import Path
from survey_server.domain.logic.references import references_of
from survey_server.domain.logic.syntax import Operation, Path as PathSyntax, Syntax

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
_CODES = {
    "constraint": "constraint_never",
    "relevant": "relevant_never",
    "condition": "condition_never",
}


@dataclass(frozen=True, slots=True)
class _Comparison:
    node: Node
    operator: str
    literal: float | str


@dataclass(frozen=True, slots=True)
class _Bound:
    """An end of an interval; one that is open does not hold its own value."""

    value: float
    is_open: bool


def check_never(rule: Rule, model: Model, report: Report) -> None:
    code = _CODES.get(rule.aspect)
    if code is None or not _is_never(rule.read, rule.at, model):
        return
    tell = report.error if rule.aspect == "constraint" else report.warning
    tell(code, rule.where)


def _is_never(syntax: Syntax, at: Path, model: Model) -> bool:
    if isinstance(syntax, Operation) and syntax.operator == "or":
        return all(_is_never(part, at, model) for part in syntax.operands)
    together = list(_joined_by_and(syntax))
    if len(together) > 1 and any(_is_never(part, at, model) for part in together):
        return True
    found: dict[Path, list[_Comparison]] = {}
    for part in together:
        comparison = _comparison(part, at, model)
        if comparison is not None:
            found.setdefault(comparison.node.path, []).append(comparison)
    return any(_contradict(comparisons) for comparisons in found.values())


def _joined_by_and(syntax: Syntax) -> Iterator[Syntax]:
    if isinstance(syntax, Operation) and syntax.operator == "and":
        for part in syntax.operands:
            yield from _joined_by_and(part)
    else:
        yield syntax


def _comparison(syntax: Syntax, at: Path, model: Model) -> _Comparison | None:
    if not isinstance(syntax, Operation) or syntax.operator not in _MIRRORED:
        return None
    first, second = syntax.operands
    for subject, other, sign in (
        (first, second, syntax.operator),
        (second, first, _MIRRORED[syntax.operator]),
    ):
        literal = literal_of(other)
        node = _one_answer(subject, at, model)
        if literal is not None and node is not None:
            return _Comparison(node, sign, literal)
    return None


def _one_answer(syntax: Syntax, at: Path, model: Model) -> Node | None:
    """A plain path to one answer: of a repeat, only that of the entry the rule stands in."""
    if not isinstance(syntax, PathSyntax) or syntax.start not in ("/", "."):
        return None
    if any(step.predicates for step in syntax.steps):
        return None
    found = references_of(syntax, at, model.root)
    if len(found) != 1 or not found[0].exact:
        return None
    node = model.nodes.get(found[0].path)
    if node is None or any(len(repeat) > found[0].shared for repeat in node.repeats):
        return None
    return node


def _contradict(comparisons: Sequence[_Comparison]) -> bool:
    texts = {one.literal for one in comparisons if isinstance(one.literal, str)}
    if all(isinstance(one.literal, str) and one.operator == "=" for one in comparisons):
        numeric = comparisons[0].node.kind in ("integer", "decimal")
        return not numeric and len(texts) > 1
    numbers = [(one.operator, _number(one.literal)) for one in comparisons]
    known = [(sign, value) for sign, value in numbers if value is not None]
    return bool(known) and _is_empty(known, comparisons[0].node.kind == "integer")


def _number(literal: float | str) -> float | None:
    value = number_in(literal) if isinstance(literal, str) else literal
    return value if value is not None and math.isfinite(value) else None


def _is_empty(comparisons: Sequence[tuple[str, float]], whole: bool) -> bool:
    low, high = _Bound(-math.inf, True), _Bound(math.inf, True)
    for sign, value in comparisons:
        if sign in (">", ">=", "="):
            low = max(low, _Bound(value, sign == ">"), key=lambda b: (b.value, b.is_open))
        if sign in ("<", "<=", "="):
            high = min(high, _Bound(value, sign == "<"), key=lambda b: (b.value, not b.is_open))
    if low.value > high.value:
        return True
    if low.value == high.value:
        return low.is_open or high.is_open or (whole and low.value != math.floor(low.value))
    return whole and _first_whole(low) > _last_whole(high)


def _first_whole(low: _Bound) -> float:
    if math.isinf(low.value):
        return low.value
    return math.floor(low.value) + 1 if low.is_open else math.ceil(low.value)


def _last_whole(high: _Bound) -> float:
    if math.isinf(high.value):
        return high.value
    return math.ceil(high.value) - 1 if high.is_open else math.floor(high.value)
