"""Operators: arithmetic, comparison, `and` and `or`, and the union of nodes."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.pieces import (
    Piece,
    Truthful,
    Valued,
    numeric,
    selected,
    selecting,
    truthful,
)
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import NAN, TOLERANCE, Value, equal, to_number

Arithmetic = Callable[[float, float], float]
Comparing = Callable[[float, float], bool]


def divided(left: float, right: float) -> float:
    if right != 0.0:
        return left / right
    if left == 0.0 or left != left or right != right:
        return NAN
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: float, right: float) -> float:
    """Has the sign of the left number, so -5 mod 3 is -2."""
    if right == 0.0 or math.isinf(left) or left != left or right != right:
        return NAN
    return math.fmod(left, right)


ARITHMETIC: Mapping[str, Arithmetic] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": divided,
    "mod": remainder,
}
COMPARING: Mapping[str, Comparing] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def operation(sign: str, operands: Sequence[Piece]) -> Piece:
    if sign in {"and", "or"}:
        return _all_or_any(sign, [truthful(operand) for operand in operands])
    left, right = operands
    if sign in ARITHMETIC:
        return _arithmetic(ARITHMETIC[sign], left, right)
    if sign in COMPARING:
        return _comparison(COMPARING[sign], left, right)
    if sign == "|":
        return _union(left, right)
    return _equality(left, right, wanted=sign == "=")


def negative(operand: Piece) -> Piece:
    number = numeric(operand)
    return Piece("number", lambda node, context: -number(node, context))


def _arithmetic(calculate: Arithmetic, left: Piece, right: Piece) -> Piece:
    first, second = numeric(left), numeric(right)

    def arithmetic(node: Node, context: Context) -> Value:
        return calculate(first(node, context), second(node, context))

    return Piece("number", arithmetic)


def _comparison(compare: Comparing, left: Piece, right: Piece) -> Piece:
    """Only numbers are smaller or greater; NaN, and so a blank, is neither."""
    first, second = numeric(left), numeric(right)
    if right.constant is not None:
        bound = to_number(right.constant)
        return Piece("truth", lambda node, context: compare(first(node, context), bound))
    return Piece(
        "truth", lambda node, context: compare(first(node, context), second(node, context))
    )


def _equality(left: Piece, right: Piece, wanted: bool) -> Piece:
    if left.constant is not None:
        left, right = right, left
    value = left.value
    if type(right.constant) is str:
        return Piece("truth", _equal_to_text(value, right.constant, wanted))
    if type(right.constant) is float:
        return Piece("truth", _equal_to_number(value, right.constant, wanted))
    other = right.value

    def equality(node: Node, context: Context) -> Value:
        return equal(value(node, context), other(node, context)) is wanted

    return Piece("truth", equality)


def _equal_to_text(value: Valued, text: str, wanted: bool) -> Valued:
    def equality(node: Node, context: Context) -> Value:
        found = value(node, context)
        if type(found) is str:
            return (found == text) is wanted
        return equal(found, text) is wanted

    return equality


def _equal_to_number(value: Valued, number: float, wanted: bool) -> Valued:
    def equality(node: Node, context: Context) -> Value:
        found = value(node, context)
        if type(found) is bool:
            return equal(found, number) is wanted
        return (abs(to_number(found) - number) < TOLERANCE) is wanted

    return equality


def _all_or_any(sign: str, operands: list[Truthful]) -> Piece:
    """What decides stops: nothing behind it is run."""
    decides = sign == "or"
    if len(operands) == 2:
        return Piece("truth", _pair(decides, *operands))

    def row(node: Node, context: Context) -> Value:
        for operand in operands:
            if operand(node, context) is decides:
                return decides
        return not decides

    return Piece("truth", row)


def _pair(decides: bool, left: Truthful, right: Truthful) -> Valued:
    if decides:
        return lambda node, context: left(node, context) or right(node, context)
    return lambda node, context: left(node, context) and right(node, context)


def _union(left: Piece, right: Piece) -> Piece:
    first, second = selecting(left, "|"), selecting(right, "|")

    def union(node: Node, context: Context) -> list[Node]:
        return list(dict.fromkeys([*first(node, context), *second(node, context)]))

    return selected(union)
