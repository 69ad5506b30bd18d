"""An expression: parsed and compiled once per form version, run for every interview.

Compiling fails only for what is no expression at all. An unknown function or a wrong number of
arguments is a remark for the form's author, and stops an evaluation only where it is reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from survey_server.domain.logic.calls import call, wrong_count
from survey_server.domain.logic.context import Context
from survey_server.domain.logic.faults import EvaluationFault
from survey_server.domain.logic.functions import FUNCTIONS, VOLATILE
from survey_server.domain.logic.operators import negative, operation
from survey_server.domain.logic.parser import parse
from survey_server.domain.logic.paths import path
from survey_server.domain.logic.pieces import Piece, constant, selecting
from survey_server.domain.logic.syntax import (
    Call,
    Negative,
    Number,
    Operation,
    Path,
    Syntax,
    Text,
    everything_in,
)
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import Value, to_number, to_text, to_truth


@dataclass(frozen=True, slots=True)
class Remark:
    """A call that would stop an evaluation that reaches it."""

    function: str
    position: int
    sentence: str


class Expression:
    """Raises EvaluationFault where a tablet would stop with an error."""

    __slots__ = ("_piece", "_value", "syntax", "text")

    def __init__(self, text: str, syntax: Syntax, piece: Piece) -> None:
        self.text = text
        self.syntax = syntax
        self._piece = piece
        self._value = piece.value

    def evaluate(self, node: Node, context: Context) -> Value:
        context.begin(node)
        try:
            return self._value(node, context)
        except (ArithmeticError, RecursionError):
            # Python stops where a tablet's arithmetic goes on to infinity.
            raise EvaluationFault("a number or a nesting without end came about") from None

    def as_truth(self, node: Node, context: Context) -> bool:
        return to_truth(self.evaluate(node, context))

    def as_number(self, node: Node, context: Context) -> float:
        return to_number(self.evaluate(node, context))

    def as_text(self, node: Node, context: Context) -> str:
        return to_text(self.evaluate(node, context))

    def select(self, node: Node, context: Context) -> list[Node]:
        """All nodes of a path, in the order of the document."""
        context.begin(node)
        return selecting(self._piece, "a list of choices")(node, context)

    @property
    def remarks(self) -> Sequence[Remark]:
        """By where they stand in the text."""
        calls = [part for part in everything_in(self.syntax) if isinstance(part, Call)]
        found = [_remark(each) for each in sorted(calls, key=lambda each: each.position)]
        return [remark for remark in found if remark is not None]

    @property
    def is_volatile(self) -> bool:
        """It depends on when, where or how often it runs."""
        parts = everything_in(self.syntax)
        return any(isinstance(part, Call) and part.name in VOLATILE for part in parts)


@lru_cache(maxsize=10_000)
def compile_expression(text: str) -> Expression:
    """Raises XPathSyntaxError."""
    syntax = parse(text)
    return Expression(text, syntax, _compile(syntax))


def _compile(syntax: Syntax) -> Piece:
    match syntax:
        case Number(value=number):
            return constant("number", number)
        case Text(value=text):
            return constant("text", text)
        case Path():
            return path(syntax, _compile)
        case Call():
            return call(syntax, _compile)
        case Negative(operand=operand):
            return negative(_compile(operand))
        case Operation(operator=sign, operands=operands):
            return operation(sign, [_compile(operand) for operand in operands])


def _remark(syntax: Call) -> Remark | None:
    function = FUNCTIONS.get(syntax.name)
    if function is None:
        return Remark(syntax.name, syntax.position, f"there is no function {syntax.name}()")
    if function.accepts(len(syntax.arguments)):
        return None
    return Remark(syntax.name, syntax.position, wrong_count(syntax))
