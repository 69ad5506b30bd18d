"""Sets of nodes: counting, adding up, mixing."""

import math
import sys
from collections.abc import Callable

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.functions.signature import Function, Table
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import NAN, Value, to_number

# Where max() begins on tablets: the smallest number above zero. So the greatest of negative numbers
# is (nearly) zero there, and a calculation has to come to the same here. min() begins at the
# largest number.
_LEAST = 5e-324
_MOST = sys.float_info.max

_MODULUS = 2**31 - 1
_MULTIPLIER = 16_807


def count_non_empty(nodes: list[Node]) -> float:
    return float(sum(1 for node in nodes if node.children or node.value != ""))


def total(nodes: list[Node]) -> float:
    """Blanks and texts add nothing."""
    return sum(_numbers([node.value for node in nodes]), 0.0)


def _numbers(values: list[Value]) -> list[float]:
    numbers = map(to_number, values)
    return [number for number in numbers if number == number]


def greatest(*items: list[Value]) -> float:
    numbers = _numbers([value for values in items for value in values])
    return max(_LEAST, *numbers) if numbers else NAN


def smallest(*items: list[Value]) -> float:
    numbers = _numbers([value for values in items for value in values])
    return min(_MOST, *numbers) if numbers else NAN


def randomize(
    node: Node, context: Context, nodes: list[Node], seed: float | None = None
) -> list[Node]:
    """The inside-out shuffle; with a seed, as on every machine (Park and Miller's numbers)."""
    draw = context.random if seed is None else _draws(seed)
    mixed: list[Node] = []
    for count, each in enumerate(nodes):
        place = int(draw() * (count + 1))
        if place == count:
            mixed.append(each)
        else:
            mixed.append(mixed[place])
            mixed[place] = each
    return mixed


def _draws(seed: float) -> Callable[[], float]:
    state = math.fmod(float(int(seed)) if math.isfinite(seed) else 0.0, _MODULUS)
    if state <= 0:
        state += _MODULUS - 1

    def draw() -> float:
        nonlocal state
        state = math.fmod(state * _MULTIPLIER, _MODULUS)
        return (state - 1) / (_MODULUS - 1)

    return draw


TABLE: Table = {
    "count": Function(lambda nodes: float(len(nodes)), ("nodes",), "number"),
    "count-non-empty": Function(count_non_empty, ("nodes",), "number"),
    "sum": Function(total, ("nodes",), "number"),
    "max": Function(greatest, (), "number", more=("values",)),
    "min": Function(smallest, (), "number", more=("values",)),
    "randomize": Function(randomize, ("nodes", "number"), "nodes", optional=1, sees_context=True),
}
