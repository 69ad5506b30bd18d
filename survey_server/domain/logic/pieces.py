"""A compiled part of an expression: a closure over the context node, and what it gives.

What a part gives is mostly known when it is compiled, so that a number is not converted to a number
again in every interview.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.faults import EvaluationFault
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import Value, to_number, to_text, to_truth

Kind = Literal["number", "text", "truth", "value", "nodes"]

Valued = Callable[[Node, Context], Value]
Numeric = Callable[[Node, Context], float]
Textual = Callable[[Node, Context], str]
Truthful = Callable[[Node, Context], bool]
Selecting = Callable[[Node, Context], list[Node]]


@dataclass(frozen=True, slots=True)
class Piece:
    """`value` gives one value; parts of the kind "nodes" also say which nodes they select."""

    kind: Kind
    value: Valued
    nodes: Selecting | None = None
    constant: Value | None = None


def constant(kind: Kind, value: Value) -> Piece:
    return Piece(kind, lambda node, context: value, constant=value)


def selected(nodes: Selecting) -> Piece:
    return Piece("nodes", lambda node, context: only_value(nodes(node, context)), nodes)


def failing(fault: EvaluationFault) -> Piece:
    def fail(node: Node, context: Context) -> Value:
        raise fault

    def fail_to_select(node: Node, context: Context) -> list[Node]:
        raise fault

    return Piece("value", fail, fail_to_select)


def only_value(nodes: list[Node]) -> Value:
    """A tablet stops where one answer is wanted and several are found."""
    if not nodes:
        return ""
    if len(nodes) > 1:
        raise several(nodes[0])
    return nodes[0].value


def several(node: Node) -> EvaluationFault:
    return EvaluationFault(f"{node.name} is repeated here, and one answer is wanted")


def numeric(piece: Piece) -> Numeric:
    value = piece.value
    if piece.kind == "number":
        return value  # type: ignore[return-value]
    if piece.constant is not None:
        known = to_number(piece.constant)
        return lambda node, context: known
    return lambda node, context: to_number(value(node, context))


def textual(piece: Piece) -> Textual:
    value = piece.value
    if piece.kind == "text":
        return value  # type: ignore[return-value]
    if piece.constant is not None:
        known = to_text(piece.constant)
        return lambda node, context: known
    return lambda node, context: to_text(value(node, context))


def truthful(piece: Piece) -> Truthful:
    value = piece.value
    if piece.kind == "truth":
        return value  # type: ignore[return-value]
    return lambda node, context: to_truth(value(node, context))


def selecting(piece: Piece, wanted_by: str) -> Selecting:
    if piece.nodes is not None:
        return piece.nodes
    return failing_to_select(f"{wanted_by} wants answers, not a value")


def failing_to_select(sentence: str) -> Selecting:
    def fail(node: Node, context: Context) -> list[Node]:
        raise EvaluationFault(sentence)

    return fail
