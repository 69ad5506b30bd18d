"""The syntax tree of an expression: what the parser makes and the compiler reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Axis = Literal[
    "child",
    "attribute",
    "self",
    "parent",
    "descendant",
    "descendant-or-self",
    "ancestor",
    "ancestor-or-self",
    "following-sibling",
    "preceding-sibling",
]


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: "tuple[Syntax, ...]"
    position: int


@dataclass(frozen=True, slots=True)
class Negative:
    operand: "Syntax"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operator with its operands: two, or for `and` and `or` as many as stand in a row."""

    operator: str
    operands: "tuple[Syntax, ...]"


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is None for any node, "*" for any element."""

    axis: Axis
    name: str | None
    predicates: "tuple[Syntax, ...]" = ()


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from the document ("/"), from the context node ("."), or from what `start` gives."""

    start: "Literal['/', '.'] | Syntax"
    predicates: "tuple[Syntax, ...]"
    steps: tuple[Step, ...]


Syntax = Number | Text | Call | Negative | Operation | Path


def parts_of(tree: Syntax) -> Iterator[Syntax]:
    """What stands directly below."""
    match tree:
        case Call(arguments=parts) | Operation(operands=parts):
            yield from parts
        case Negative(operand=part):
            yield part
        case Path(start=start, predicates=predicates, steps=steps):
            if not isinstance(start, str):
                yield start
            yield from predicates
            for step in steps:
                yield from step.predicates
        case _:
            return


def everything_in(tree: Syntax) -> Iterator[Syntax]:
    """The tree and all below it."""
    waiting = [tree]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(parts_of(found))


def depth_of(tree: Syntax) -> int:
    """Counted without recursion, because it guards the recursion of others."""
    depth = 0
    level = [tree]
    while level:
        depth += 1
        level = [part for found in level for part in parts_of(found)]
    return depth
