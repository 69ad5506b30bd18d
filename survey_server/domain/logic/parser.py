"""Reads tokens as XPath 1.0, within a bounded depth.

expression   operand, operators by how tightly they bind (table below), unary minus
path         "/" steps | steps | primary predicates "/" steps
primary      number | text | call | "(" expression ")"
step         "." | ".." | "@" name | [axis "::"] test, then predicates
"""

from typing import cast, get_args

from survey_server.domain.logic.faults import XPathSyntaxError
from survey_server.domain.logic.syntax import (
    Axis,
    Call,
    Negative,
    Number,
    Operation,
    Path,
    Step,
    Syntax,
    Text,
    depth_of,
)
from survey_server.domain.logic.tokenizer import Token, tokens_of

MAX_NESTING = 100
MAX_DEPTH = 160

# A larger number binds more tightly. Operators of one level are read from left to right.
BINDING = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
    "|": 8,
}
_UNARY_MINUS = 7
_AXES: frozenset[str] = frozenset(get_args(Axis))
_ANY_DEPTH = Step("descendant-or-self", None)


def parse(expression: str) -> Syntax:
    """Raises XPathSyntaxError."""
    reader = _Reader(tokens_of(expression))
    tree = reader.expression()
    reader.require_end()
    if depth_of(tree) > MAX_DEPTH:
        raise XPathSyntaxError(f"more than {MAX_DEPTH} operations inside each other", 0)
    return tree


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._nesting = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        if token.kind != "end":
            self._at += 1
        return token

    def _is(self, symbol: str) -> bool:
        return self._next.kind == "symbol" and self._next.text == symbol

    def _accept(self, symbol: str) -> bool:
        if not self._is(symbol):
            return False
        self._at += 1
        return True

    def _require(self, symbol: str, why: str) -> None:
        if not self._accept(symbol):
            raise XPathSyntaxError(f"{why}, but {self._seen()} stands here", self._next.position)

    def _seen(self) -> str:
        return "the end" if self._next.kind == "end" else self._next.text or "an empty text"

    def require_end(self) -> None:
        if self._next.kind != "end":
            sentence = f"an operator is missing before {self._seen()}"
            raise XPathSyntaxError(sentence, self._next.position)

    def expression(self, least: int = 1) -> Syntax:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise XPathSyntaxError(f"nested deeper than {MAX_NESTING} levels", self._next.position)
        left = self._unary()
        while self._next.kind == "operator" and BINDING[self._next.text] >= least:
            operator = self._take().text
            left = _joined(operator, left, self.expression(BINDING[operator] + 1))
        self._nesting -= 1
        return left

    def _unary(self) -> Syntax:
        minuses = 0
        while self._next.kind == "operator" and self._next.text == "-":
            self._take()
            minuses += 1
        operand = self.expression(_UNARY_MINUS + 1) if minuses else self._path()
        if minuses == 0:
            return operand
        return Negative(operand) if minuses % 2 else Negative(Negative(operand))

    def _path(self) -> Syntax:
        if self._accept("//"):
            return Path("/", (), (_ANY_DEPTH, *self._steps()))
        if self._accept("/"):
            return Path("/", (), self._steps() if self._begins_step() else ())
        if self._begins_primary():
            return self._path_from(self._primary())
        if self._begins_step():
            return Path(".", (), self._steps())
        raise XPathSyntaxError(f"a value is missing: {self._seen()} stands here", self._position())

    def _position(self) -> int:
        return self._next.position

    def _path_from(self, primary: Syntax) -> Syntax:
        predicates = self._predicates()
        steps: tuple[Step, ...] = ()
        if self._accept("//"):
            steps = (_ANY_DEPTH, *self._steps())
        elif self._accept("/"):
            steps = self._steps()
        return Path(primary, predicates, steps) if predicates or steps else primary

    def _begins_primary(self) -> bool:
        if self._next.kind in {"number", "text"} or self._is("("):
            return True
        is_name = self._next.kind == "name" and self._next.text != "*"
        return is_name and self._follows("(") and self._next.text not in {"node", "text"}

    def _follows(self, symbol: str) -> bool:
        following = self._tokens[self._at + 1] if self._next.kind != "end" else self._next
        return following.kind == "symbol" and following.text == symbol

    def _begins_step(self) -> bool:
        return self._next.kind == "name" or self._is(".") or self._is("..") or self._is("@")

    def _primary(self) -> Syntax:
        token = self._take()
        if token.kind == "number":
            return Number(float(token.text))
        if token.kind == "text":
            return Text(token.text)
        if token.kind == "name":
            return Call(token.text, self._arguments(), token.position)
        inner = self.expression()
        self._require(")", "a bracket is never closed")
        return inner

    def _arguments(self) -> tuple[Syntax, ...]:
        self._require("(", "arguments begin with a bracket")
        if self._accept(")"):
            return ()
        found = [self.expression()]
        while self._accept(","):
            found.append(self.expression())
        self._require(")", "a comma or a closing bracket is missing")
        return tuple(found)

    def _steps(self) -> tuple[Step, ...]:
        steps = [self._step()]
        while True:
            if self._accept("//"):
                steps += [_ANY_DEPTH, self._step()]
            elif self._accept("/"):
                steps.append(self._step())
            else:
                return tuple(steps)

    def _step(self) -> Step:
        if self._accept("."):
            return self._dots(Step("self", None))
        if self._accept(".."):
            return self._dots(Step("parent", None))
        axis: Axis = "attribute" if self._accept("@") else "child"
        if self._next.kind == "name" and self._follows("::"):
            axis = self._axis()
        if self._next.kind != "name":
            sentence = f"the name of a question is missing: {self._seen()} stands here"
            raise XPathSyntaxError(sentence, self._position())
        return Step(axis, self._test(), self._predicates())

    def _dots(self, step: Step) -> Step:
        """Tablets refuse a form that filters a step without a name."""
        if self._is("["):
            sentence = "[ ] may follow the name of a question, but not . or .."
            raise XPathSyntaxError(sentence, self._position())
        return step

    def _axis(self) -> Axis:
        token = self._take()
        self._take()
        if token.text not in _AXES:
            raise XPathSyntaxError(f"the axis {token.text} is not known here", token.position)
        return cast(Axis, token.text)

    def _test(self) -> str | None:
        token = self._take()
        if self._accept("("):
            if token.text != "node":
                raise XPathSyntaxError(f"{token.text}() is no step of a path", token.position)
            self._require(")", "a bracket is never closed")
            return None
        return token.text.rpartition(":")[2]

    def _predicates(self) -> tuple[Syntax, ...]:
        found: list[Syntax] = []
        while self._accept("["):
            found.append(self.expression())
            self._require("]", "a square bracket is never closed")
        return tuple(found)


def _joined(operator: str, left: Syntax, right: Syntax) -> Syntax:
    """A row of `and` or `or` becomes one operation, however long it is."""
    in_a_row = isinstance(left, Operation) and left.operator == operator
    if in_a_row and operator in {"and", "or"}:
        return Operation(operator, (*cast(Operation, left).operands, right))
    return Operation(operator, (left, right))
