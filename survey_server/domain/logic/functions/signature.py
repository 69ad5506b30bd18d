"""What the table of functions says of each: the code, what it takes and what it gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from survey_server.domain.logic.pieces import Kind, Piece
from survey_server.domain.logic.syntax import Call, Syntax

# What an argument is turned into before the function sees it. "values" is every value of a set of
# nodes, or the one value that stands there; "measure" a value, but of a node always its number.
Parameter = Literal["number", "text", "truth", "value", "nodes", "values", "measure"]

Compile = Callable[[Syntax], Piece]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of its arguments alone, or, if `sees_context`, of (node, context, *arguments).

    The last `optional` arguments may be left out; the parameters in `more` may come again and
    again at the end, at least `least_more` times.
    """

    # Each function has parameters of its own, so their types are not known here.
    run: Callable[..., Any]
    takes: tuple[Parameter, ...]
    gives: Kind
    optional: int = 0
    more: tuple[Parameter, ...] = ()
    least_more: int = 0
    sees_context: bool = False
    is_lazy: Literal[False] = False

    def accepts(self, count: int) -> bool:
        least, most = len(self.takes) - self.optional, len(self.takes)
        if not self.more:
            return least <= count <= most
        repeated, rest = divmod(count - most, len(self.more))
        return repeated >= self.least_more and rest == 0

    def arity(self) -> str:
        least, most = len(self.takes) - self.optional, len(self.takes)
        if not self.more:
            return str(most) if least == most else f"{least} to {most}"
        step = f", then {len(self.more)} at a time" if len(self.more) > 1 else ""
        return f"at least {most + self.least_more * len(self.more)}{step}"

    def parameter(self, index: int) -> Parameter:
        if index < len(self.takes):
            return self.takes[index]
        return self.more[(index - len(self.takes)) % len(self.more)]


@dataclass(frozen=True, slots=True)
class LazyFunction:
    """Compiles its own call, because it does not run all its arguments, or not as values."""

    compile: Callable[[Call, Compile], Piece]
    counts: frozenset[int]
    is_lazy: Literal[True] = True

    def accepts(self, count: int) -> bool:
        return count in self.counts

    def arity(self) -> str:
        return " or ".join(map(str, sorted(self.counts)))


AnyFunction = Function | LazyFunction
Table = dict[str, AnyFunction]
