"""Paths: from a node to nodes, the way tablets walk them.

An absolute path is read from where the evaluation stands: as long as its names agree with the way
down to the context node, it follows that way. So `/data/person/name` inside the second person is
that person's name, and outside of any person it is all names. A relative path (`../../person/name`)
is never bent so. Paths into secondary instances neither.

Almost all paths of a form are `.`, `../name` or `/data/group/name`; these have closures of their
own, and all others are walked step by step.
"""

from collections.abc import Callable, Sequence
from itertools import takewhile

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.pieces import Piece, Selecting, only_value, selected, several
from survey_server.domain.logic.steps import Filter, filtered, step_from
from survey_server.domain.logic.syntax import Path, Step, Syntax
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import Value

Compile = Callable[[Syntax], Piece]


def path(syntax: Path, make: Compile) -> Piece:
    steps = [step for step in syntax.steps if not _stays(step)]
    if syntax.start == "/":
        names = _plain_names(steps)
        return _absolute(names) if names is not None else _winding(steps, make)
    if syntax.start == ".":
        return _from_here(steps, make)
    start = make(syntax.start)
    if start.nodes is None:
        return start
    if syntax.predicates:
        chosen = filtered(syntax.predicates, make)
        return selected(_walk(_choosing(start.nodes, chosen), steps, make))
    return selected(_walk(start.nodes, steps, make)) if steps else start


def _from_here(steps: Sequence[Step], make: Compile) -> Piece:
    ups = len(list(takewhile(_goes_up, steps)))
    names = _plain_names(steps[ups:])
    if names is not None:
        return _relative(ups, names)
    if ups and any(step.axis == "child" and step.name == "*" for step in steps):
        return _winding(steps[ups:], make, ups)
    return selected(_walk(_from_context, steps, make))


def _stays(step: Step) -> bool:
    return step.axis == "self" and step.name is None and not step.predicates


def _goes_up(step: Step) -> bool:
    return step.axis == "parent" and step.name is None and not step.predicates


def _plain_names(steps: Sequence[Step]) -> tuple[str, ...] | None:
    """The names, if the steps only go down by name."""
    if any(step.axis != "child" or step.predicates or step.name in {None, "*"} for step in steps):
        return None
    return tuple(step.name or "" for step in steps)


def _from_context(node: Node, context: Context) -> list[Node]:
    return [node]


def _choosing(nodes: Selecting, chosen: Filter) -> Selecting:
    return lambda node, context: chosen(nodes(node, context), context)


def _walk(start: Selecting, steps: Sequence[Step], make: Compile) -> Selecting:
    walkers = [step_from(step, make) for step in steps]

    def walk(node: Node, context: Context) -> list[Node]:
        found = start(node, context)
        for walker in walkers:
            found = walker(found, context)
        return found

    return walk


def _relative(ups: int, names: tuple[str, ...]) -> Piece:
    if not names and ups == 0:
        return Piece("nodes", lambda node, context: node.value, _from_context)
    if len(names) == 1 and ups == 1:
        return _sibling(names[0])

    def nodes(node: Node, context: Context) -> list[Node]:
        at: Node | None = node
        for _ in range(ups):
            at = at.parent if at is not None else None
        return [] if at is None else _below(at, names)

    def value(node: Node, context: Context) -> Value:
        at: Node | None = node
        for _ in range(ups):
            at = at.parent if at is not None else None
        return "" if at is None else _value_below(at, names, 0)

    return Piece("nodes", value, nodes)


def _sibling(name: str) -> Piece:
    def value(node: Node, context: Context) -> Value:
        found = node.parent.named.get(name) if node.parent is not None else None
        if not found:
            return ""
        if len(found) > 1:
            raise several(found[0])
        return found[0].value

    def nodes(node: Node, context: Context) -> list[Node]:
        return list(node.parent.named.get(name, ())) if node.parent is not None else []

    return Piece("nodes", value, nodes)


def _below(node: Node, names: Sequence[str]) -> list[Node]:
    """Goes down while there is one way, and only then keeps a list."""
    for depth, name in enumerate(names):
        found = node.named.get(name)
        if not found:
            return []
        if len(found) > 1:
            return _spread(found, names[depth + 1 :])
        node = found[0]
    return [node]


def _value_below(at: Node, names: Sequence[str], depth: int) -> Value:
    """What the names from that depth on lead to; stops where there is more than one answer."""
    while depth < len(names):
        found = at.named.get(names[depth])
        if not found:
            return ""
        if len(found) > 1:
            return only_value(_below(at, names[depth:]))
        at = found[0]
        depth += 1
    return at.value


def _spread(nodes: list[Node], names: Sequence[str]) -> list[Node]:
    found = list(nodes)
    for name in names:
        found = [below for node in found for below in node.named.get(name, ())]
    return found


def _absolute(names: tuple[str, ...]) -> Piece:
    length = len(names)

    def nodes(node: Node, context: Context) -> list[Node]:
        at, depth = _shared(node, names, context)
        return _below(at, names[depth:])

    def value(node: Node, context: Context) -> Value:
        at = context.document
        depth = 0
        # Most of the time of judging is spent here, so nothing is made on the way.
        if node.document is at:
            for on_the_way in node.lineage:
                if depth == length or on_the_way.name != names[depth]:
                    break
                at = on_the_way
                depth += 1
        return at.value if depth == length else _value_below(at, names, depth)

    return Piece("nodes", value, nodes)


def _shared(node: Node, names: Sequence[str], context: Context) -> tuple[Node, int]:
    """The last node that the path has in common with the way to the context node, and how deep."""
    at, depth = context.document, 0
    if node.document is at:
        for on_the_way in node.lineage:
            if depth == len(names) or on_the_way.name != names[depth]:
                break
            at = on_the_way
            depth += 1
    return at, depth


def _winding(steps: Sequence[Step], make: Compile, ups: int | None = None) -> Piece:
    """A path with predicates or other axes, absolute or from `ups` above the context node.

    A step with a predicate is not bent to the context node, but the way is followed below it: by
    position, in each node that the predicate has let through. On the way `*` stands for the name
    that the way goes on with, also in a relative path: beside the question x, ../* is ../x.
    """
    walkers = [step_from(step, make) for step in steps]
    names = [step.name if step.axis == "child" else None for step in steps]
    bends = [ups is None and not step.predicates for step in steps]

    def nodes(node: Node, context: Context) -> list[Node]:
        lineage = node.lineage if node.document is context.document else ()
        start = 0 if ups is None else len(lineage) - ups
        found = [context.document] if start == 0 else list(lineage[start - 1 : start])
        agrees = True
        for depth, walker in enumerate(walkers, start):
            name = names[depth - start]
            agrees = agrees and depth < len(lineage) and name in {"*", lineage[depth].name}
            found = walker(found, context)
            if agrees and name == "*":
                found = [below for below in found if below.name == lineage[depth].name]
            if agrees and bends[depth - start]:
                found = [below for below in found if below.position == lineage[depth].position]
        return found

    return selected(nodes)
