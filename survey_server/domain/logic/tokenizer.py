"""Cuts the text of an expression into tokens.

A name such as `and`, `div` or `*` is an operator exactly where an operand stands before it, so
`1and1` is three tokens and `div div div` divides two questions called div.
"""

import re
from dataclasses import dataclass
from typing import Literal

from survey_server.domain.logic.faults import XPathSyntaxError

MAX_LENGTH = 20_000

Kind = Literal["number", "text", "name", "operator", "symbol", "end"]

_SPACE = re.compile(r"[ \t\r\n\f]+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_NAME = re.compile(r"[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?")
_WORD_OPERATOR = re.compile(r"and|or|div|mod")
_OPERATOR = re.compile(r"!=|<=|>=|[=<>+\-|]")
_SYMBOL = re.compile(r"//|\.\.|::|[/()\[\],.@]")

_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("number", _NUMBER),
    ("name", _NAME),
    ("operator", _OPERATOR),
    ("symbol", _SYMBOL),
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    position: int


def tokens_of(expression: str) -> list[Token]:
    """Ends with a token of the kind "end"."""
    if len(expression) > MAX_LENGTH:
        raise XPathSyntaxError(f"longer than {MAX_LENGTH} characters", MAX_LENGTH)
    tokens: list[Token] = []
    position = _after_space(expression, 0)
    while position < len(expression):
        token = _token_at(expression, position, _ends_operand(tokens))
        tokens.append(token)
        position = _after_space(expression, position + _length(token))
    tokens.append(Token("end", "", len(expression)))
    return tokens


def _after_space(expression: str, position: int) -> int:
    found = _SPACE.match(expression, position)
    return found.end() if found else position


def _ends_operand(tokens: list[Token]) -> bool:
    if not tokens:
        return False
    last = tokens[-1]
    return last.kind in {"number", "text", "name"} or last.text in {")", "]", ".", "..", "*"}


def _length(token: Token) -> int:
    return len(token.text) + 2 if token.kind == "text" else len(token.text)


def _token_at(expression: str, position: int, after_operand: bool) -> Token:
    character = expression[position]
    if character in "'\"":
        return _text_at(expression, position)
    if character == "*":
        return Token("operator" if after_operand else "name", "*", position)
    if after_operand and (found := _WORD_OPERATOR.match(expression, position)):
        return Token("operator", found.group(), position)
    for kind, pattern in _PATTERNS:
        if found := pattern.match(expression, position):
            return Token(kind, found.group(), position)
    if character == "$":
        raise XPathSyntaxError("variables ($name) are not known here", position)
    raise XPathSyntaxError(f"the sign {character} means nothing here", position)


def _text_at(expression: str, position: int) -> Token:
    end = expression.find(expression[position], position + 1)
    if end < 0:
        raise XPathSyntaxError("a text begins here and its quote is never closed", position)
    return Token("text", expression[position + 1 : end], position)
