"""Repeats: where a node stands among its like, answers of another instance, and keeping a value."""

from collections.abc import Sequence
from dataclasses import dataclass

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.faults import EvaluationFault
from survey_server.domain.logic.functions.signature import Compile, Function, LazyFunction, Table
from survey_server.domain.logic.pieces import Numeric, Piece, failing, numeric, selected
from survey_server.domain.logic.syntax import Call, Path, Syntax
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import Value, whole

MOST_LEVELS = 5


def position(node: Node, context: Context, nodes: list[Node] | None = None) -> float:
    """From 1. Without an argument, of the context node: in a predicate, among those looked at."""
    if nodes is not None:
        return float(nodes[0].position) if nodes else 0.0
    return float(context.position or node.position)


def _once(call: Call, make: Compile) -> Piece:
    """The answer that is there already, and only without one a new value."""
    new = make(call.arguments[0]).value

    def kept_or_new(node: Node, context: Context) -> Value:
        return new(node, context) if node.value == "" else node.value

    return Piece("value", kept_or_new)


@dataclass(frozen=True, slots=True)
class _Way:
    """A path in plain names: absolute, or `ups` above the context node."""

    ups: int | None
    names: tuple[str, ...]

    def names_from(self, node: Node) -> tuple[str, ...]:
        if self.ups is None:
            return self.names
        lineage = node.lineage[: len(node.lineage) - self.ups]
        return (*(each.name for each in lineage), *self.names)


def _way(syntax: Syntax) -> _Way | None:
    if not isinstance(syntax, Path) or syntax.predicates or syntax.start not in {"/", "."}:
        return None
    ups = 0
    names: list[str] = []
    for step in syntax.steps:
        if step.predicates:
            return None
        if step.axis == "parent" and not names:
            ups += 1
        elif step.axis == "child" and step.name is not None:
            names.append(step.name)
        elif step.axis != "self":
            return None
    return _Way(None if syntax.start == "/" else ups, tuple(names))


def _indexed_repeat(call: Call, make: Compile) -> Piece:
    """indexed-repeat(question, repeat, index, …): 0 and less stand for the first instance.

    Levels without an index of their own follow the way to the context node, as any path does.
    """
    ways = [_way(argument) for argument in (call.arguments[0], *call.arguments[1::2])]
    if any(way is None for way in ways):
        return failing(
            EvaluationFault("indexed-repeat() wants the paths of a question and its repeats")
        )
    target, *repeats = [way for way in ways if way is not None]
    indices = [numeric(make(argument)) for argument in call.arguments[2::2]]

    def nodes(node: Node, context: Context) -> list[Node]:
        names = target.names_from(node)
        wanted = _wanted(names, node, context)
        for repeat, index in zip(repeats, indices, strict=True):
            wanted[_level(repeat.names_from(node), names)] = _index(index, node, context)
        return _instances(context.document, names, wanted)

    return selected(nodes)


def _wanted(names: Sequence[str], node: Node, context: Context) -> dict[int, int]:
    """Positions by level, as far as the names agree with the way to the context node."""
    wanted: dict[int, int] = {}
    if node.document is context.document:
        for level, (name, each) in enumerate(zip(names, node.lineage, strict=False)):
            if name != each.name:
                break
            wanted[level] = each.position
    return wanted


def _level(repeat: Sequence[str], names: Sequence[str]) -> int:
    if len(repeat) >= len(names) or tuple(names[: len(repeat)]) != tuple(repeat):
        raise EvaluationFault("indexed-repeat() wants a repeat that the question is in")
    return len(repeat) - 1


def _index(index: Numeric, node: Node, context: Context) -> int:
    return max(1, whole(index(node, context)))


def _instances(document: Node, names: Sequence[str], wanted: dict[int, int]) -> list[Node]:
    found = [document]
    for level, name in enumerate(names):
        found = [below for node in found for below in node.named.get(name, ())]
        if level in wanted:
            found = [node for node in found if node.position == wanted[level]]
    return found


TABLE: Table = {
    "position": Function(position, ("nodes",), "number", optional=1, sees_context=True),
    "once": LazyFunction(_once, frozenset({1})),
    "indexed-repeat": LazyFunction(_indexed_repeat, frozenset(range(3, 2 * MOST_LEVELS + 2, 2))),
}
