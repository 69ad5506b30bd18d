"""Calls of functions: their arguments are turned into what the function takes, then it runs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.faults import EvaluationFault, UnknownFunction
from survey_server.domain.logic.functions import FUNCTIONS
from survey_server.domain.logic.functions.signature import Compile, Function, Parameter
from survey_server.domain.logic.pieces import (
    Piece,
    constant,
    failing,
    numeric,
    selected,
    selecting,
    textual,
    truthful,
)
from survey_server.domain.logic.syntax import Call
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import Value

# What a closure gives here depends on the parameter it was made for.
Argument = Callable[[Node, Context], Any]


def call(syntax: Call, make: Compile) -> Piece:
    function = FUNCTIONS.get(syntax.name)
    if function is None:
        return failing(UnknownFunction(f"there is no function {syntax.name}()"))
    if not function.accepts(len(syntax.arguments)):
        return failing(EvaluationFault(wrong_count(syntax)))
    if function.is_lazy:
        return function.compile(syntax, make)
    pieces = [make(argument) for argument in syntax.arguments]
    arguments = [
        _argument(piece, function.parameter(index), syntax.name)
        for index, piece in enumerate(pieces)
    ]
    if not arguments and not function.sees_context:
        return constant(function.gives, function.run())
    run: Argument = (_seeing if function.sees_context else _blind)(function, arguments)
    return selected(run) if function.gives == "nodes" else Piece(function.gives, run)


def wrong_count(syntax: Call) -> str:
    function = FUNCTIONS[syntax.name]
    given = len(syntax.arguments)
    return f"{syntax.name}() takes {function.arity()} arguments, and {given} are given"


def _argument(piece: Piece, parameter: Parameter, wanted_by: str) -> Argument:
    if parameter == "nodes":
        return selecting(piece, f"{wanted_by}()")
    if parameter == "measure":
        return piece.value if piece.nodes is None else numeric(piece)
    return _TURNED_INTO[parameter](piece)


def _values(piece: Piece) -> Callable[[Node, Context], list[Value]]:
    nodes, value = piece.nodes, piece.value
    if nodes is not None:
        return lambda node, context: [each.value for each in nodes(node, context)]
    return lambda node, context: [value(node, context)]


_TURNED_INTO: Mapping[Parameter, Callable[[Piece], Argument]] = {
    "number": numeric,
    "text": textual,
    "truth": truthful,
    "value": lambda piece: piece.value,
    "values": _values,
}


def _blind(function: Function, arguments: Sequence[Argument]) -> Argument:
    """Calls with one or two arguments are by far the most, and need no list."""
    run = function.run
    if len(arguments) == 1:
        only = arguments[0]
        return lambda node, context: run(only(node, context))
    if len(arguments) == 2:
        first, second = arguments
        return lambda node, context: run(first(node, context), second(node, context))
    return lambda node, context: run(*[argument(node, context) for argument in arguments])


def _seeing(function: Function, arguments: Sequence[Argument]) -> Argument:
    run = function.run
    if len(arguments) == 1:
        only = arguments[0]
        return lambda node, context: run(node, context, only(node, context))
    return lambda node, context: run(
        node, context, *[argument(node, context) for argument in arguments]
    )
