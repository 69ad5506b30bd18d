"""Truths: constants, conversions, choices between branches, and checklists."""

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.functions.signature import Compile, Function, LazyFunction, Table
from survey_server.domain.logic.pieces import Piece, Selecting, Truthful, truthful
from survey_server.domain.logic.syntax import Call
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import Value, is_blank, to_number, to_truth, whole

_ONE_PAIR = 2


def from_string(text: str) -> bool:
    return text == "1" or text.lower() == "true"


def checklist(least: Value, most: Value, *items: list[Value]) -> bool:
    """-1 for no bound."""
    low, high = whole(least), whole(most)
    count = sum(to_truth(value) for values in items for value in values)
    return (low < 0 or count >= low) and (high < 0 or count <= high)


def weighted_checklist(least: float, most: float, *pairs: list[Value]) -> bool:
    """A single pair may be two sets of nodes; among several an empty set is a blank."""
    is_two_sets = len(pairs) == _ONE_PAIR and len(pairs[0]) == len(pairs[1])
    lists = pairs if is_two_sets else [values or [""] for values in pairs]
    flags = [value for values in lists[::2] for value in values]
    weights = [value for values in lists[1::2] for value in values]
    counted = [
        to_number(weight) for flag, weight in zip(flags, weights, strict=False) if to_truth(flag)
    ]
    return least <= sum(counted) <= most


def _if(call: Call, make: Compile) -> Piece:
    condition = truthful(make(call.arguments[0]))
    then, otherwise = make(call.arguments[1]), make(call.arguments[2])
    when_true, when_false = then.value, otherwise.value

    def branch(node: Node, context: Context) -> Value:
        if condition(node, context):
            return when_true(node, context)
        return when_false(node, context)

    kind = then.kind if then.kind == otherwise.kind else "value"
    return Piece(kind, branch, _branch_of_nodes(condition, then, otherwise))


def _branch_of_nodes(condition: Truthful, then: Piece, otherwise: Piece) -> Selecting | None:
    when_true, when_false = then.nodes, otherwise.nodes
    if when_true is None or when_false is None:
        return None

    def branch(node: Node, context: Context) -> list[Node]:
        return when_true(node, context) if condition(node, context) else when_false(node, context)

    return branch


def _coalesce(call: Call, make: Compile) -> Piece:
    first, second = (make(argument).value for argument in call.arguments)

    def first_answer(node: Node, context: Context) -> Value:
        found = first(node, context)
        return second(node, context) if is_blank(found) else found

    return Piece("value", first_answer)


TABLE: Table = {
    "true": Function(lambda: True, (), "truth"),
    "false": Function(lambda: False, (), "truth"),
    "boolean": Function(lambda truth: truth, ("truth",), "truth"),
    "not": Function(lambda truth: not truth, ("truth",), "truth"),
    "boolean-from-string": Function(from_string, ("text",), "truth"),
    "if": LazyFunction(_if, frozenset({3})),
    "coalesce": LazyFunction(_coalesce, frozenset({2})),
    "checklist": Function(checklist, ("value", "value"), "truth", more=("values",)),
    "weighted-checklist": Function(
        weighted_checklist, ("number", "number"), "truth", more=("values", "values")
    ),
}
