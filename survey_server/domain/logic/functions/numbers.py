"""Numbers: rounding, powers, angles, chance."""

import math
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context as DecimalContext, Decimal

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.functions.signature import Function, Table
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import NAN, Value, to_number, whole

# The largest double has 309 digits before the point, and round() keeps up to 30 behind it.
_EXACT = DecimalContext(prec=400)
_MOST_PLACES = 30
_INT64 = 2.0**63


def cut(number: float) -> float:
    """int(): without the fraction."""
    if number != number or abs(number) >= _INT64:
        return number
    return math.copysign(float(int(number)), number)


def rounded(number: float, decimals: Value = 0.0) -> float:
    """Halves go up (-1.5 to -1). Works on the digits shown: 1.005 to two places is 1.01."""
    places = whole(decimals)
    if number != number or math.isinf(number):
        return number
    if abs(places) > _MOST_PLACES:
        return NAN
    if places < 0:
        return _rounded_before_point(number, places)
    halves = ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP
    shown = Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), halves, _EXACT)
    return math.copysign(float(shown), number)


def _rounded_before_point(number: float, places: int) -> float:
    """Half is added and the rest cut off, also below zero: that is what tablets do."""
    scaled = float(Decimal(repr(number)).scaleb(places, _EXACT)) + 0.5
    return float(Decimal(int(scaled)).scaleb(-places, _EXACT))


def power(base: float, exponent: float) -> float:
    if exponent != exponent or (abs(base) == 1.0 and math.isinf(exponent)):
        return NAN
    if base == 0.0 and exponent < 0:
        return math.copysign(math.inf, base) if exponent % 2 == 1 else math.inf
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return NAN


def exponential(number: float) -> float:
    try:
        return math.exp(number)
    except OverflowError:
        return math.inf


def _logarithm(logarithm: Callable[[float], float]) -> Callable[[float], float]:
    def of(number: float) -> float:
        if number == 0.0:
            return -math.inf
        return logarithm(number) if number > 0 else NAN

    return of


def _where_defined(calculate: Callable[[float], float]) -> Callable[[float], float]:
    def of(number: float) -> float:
        try:
            return calculate(number)
        except ValueError:
            return NAN

    return of


def precise(node: Node, context: Context, value: Value) -> float:
    """A moment keeps its time of day where mathematics ask for a number; that of an answer does
    not, because an answer's number is taken first."""
    if not isinstance(value, datetime):
        return to_number(value)
    start = datetime(1970, 1, 1, tzinfo=context.zone)
    return (value.timestamp() - start.timestamp()) / 86_400.0


def _of_precise(calculate: Callable[..., float]) -> Callable[..., float]:
    def run(node: Node, context: Context, *values: Value) -> float:
        return calculate(*(precise(node, context, value) for value in values))

    return run


def random(node: Node, context: Context) -> float:
    return context.random()


def _mathematics(calculate: Callable[..., float], arguments: int = 1) -> Function:
    takes = ("measure",) * arguments
    return Function(_of_precise(calculate), takes, "number", sees_context=True)  # type: ignore[arg-type]


TABLE: Table = {
    "number": Function(lambda number: number, ("number",), "number"),
    "int": Function(cut, ("number",), "number"),
    "round": Function(rounded, ("number", "value"), "number", optional=1),
    "abs": _mathematics(abs),
    "pow": _mathematics(power, 2),
    "exp": _mathematics(exponential),
    "exp10": _mathematics(lambda number: power(10.0, number)),
    "log": _mathematics(_logarithm(math.log)),
    "log10": _mathematics(_logarithm(math.log10)),
    "sqrt": _mathematics(_where_defined(math.sqrt)),
    "sin": _mathematics(_where_defined(math.sin)),
    "cos": _mathematics(_where_defined(math.cos)),
    "tan": _mathematics(_where_defined(math.tan)),
    "asin": _mathematics(_where_defined(math.asin)),
    "acos": _mathematics(_where_defined(math.acos)),
    "atan": _mathematics(_where_defined(math.atan)),
    "atan2": _mathematics(math.atan2, 2),
    "pi": Function(lambda: math.pi, (), "number"),
    "random": Function(random, (), "number", sees_context=True),
}
