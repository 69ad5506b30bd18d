"""One step of a path: an axis, a name, and predicates.

A predicate lets a node through only if it is true. A number or a set of nodes is no truth, so
`person[2]` and `person[age]` select nothing, as on tablets; forms write `person[position() = 2]`.

`item[column = something]` in a list is looked up in an index of the list where `something` is the
same for every item: lists of communes have thousands of rows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.pieces import Piece, Valued
from survey_server.domain.logic.syntax import Call, Operation, Path, Step, Syntax, parts_of
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import Value, to_number

Compile = Callable[[Syntax], Piece]
Walker = Callable[[list[Node], Context], list[Node]]
Filter = Callable[[list[Node], Context], list[Node]]

# What may read the node that it stands at, or give another value each time.
_ABOUT_HERE = frozenset(
    {"position", "once", "string-length", "normalize-space", "random", "uuid", "current"}
)


def step_from(step: Step, make: Compile) -> Walker:
    if step.axis == "child" and step.name not in {None, "*"}:
        return _children_called(step, make)
    along = _AXES[step.axis]
    chosen = filtered(step.predicates, make)
    fits = _fits(step.name)

    def walk(nodes: list[Node], context: Context) -> list[Node]:
        found: dict[Node, None] = {}
        for node in nodes:
            met = list(along(node))
            context.spend(len(met))
            found.update(dict.fromkeys(chosen([each for each in met if fits(each)], context)))
        return list(found)

    return walk


def _children_called(step: Step, make: Compile) -> Walker:
    name = step.name or ""
    if not step.predicates:
        return lambda nodes, context: [
            below for node in nodes for below in node.named.get(name, ())
        ]
    chosen = filtered(step.predicates, make)
    indexed = _indexed(step.predicates, make)

    def walk(nodes: list[Node], context: Context) -> list[Node]:
        found: list[Node] = []
        for node in nodes:
            if indexed is not None and node.index is not None:
                column, sought, rest = indexed
                rows = _rows_where(node, name, column, sought(node, context))
                if rows is not None:
                    found += rest(rows, context)
                    continue
            found += chosen(node.named.get(name, []), context)
        return found

    return walk


def filtered(predicates: Sequence[Syntax], make: Compile) -> Filter:
    tests = [_truth_of(make(predicate)) for predicate in predicates]

    def chosen(nodes: list[Node], context: Context) -> list[Node]:
        for test in tests:
            nodes = _passing(test, nodes, context)
        return nodes

    return chosen


def _truth_of(predicate: Piece) -> Valued:
    """Nodes are no truth, however many there are."""
    return predicate.value if predicate.nodes is None else lambda node, context: False


def _passing(test: Valued, nodes: list[Node], context: Context) -> list[Node]:
    context.spend(len(nodes))
    outer = context.position
    passing = []
    for position, node in enumerate(nodes, 1):
        context.position = position
        if test(node, context) is True:
            passing.append(node)
    context.position = outer
    return passing


def _indexed(predicates: Sequence[Syntax], make: Compile) -> tuple[str, Valued, Filter] | None:
    match predicates[0]:
        case Operation("=", (column, sought)) if _is_column(column) and _is_outside(sought):
            pass
        case Operation("=", (sought, column)) if _is_column(column) and _is_outside(sought):
            pass
        case _:
            return None
    assert isinstance(column, Path)
    return column.steps[0].name or "", make(sought).value, filtered(predicates[1:], make)


def _is_column(syntax: Syntax) -> bool:
    match syntax:
        case Path(".", (), (Step("child", str(name), ()),)):
            return name != "*"
    return False


def _is_outside(syntax: Syntax) -> bool:
    """Only constants and answers of the interview, not of the item: the same for every item."""
    if isinstance(syntax, Call) and syntax.name in _ABOUT_HERE:
        return False
    if not isinstance(syntax, Path):
        return all(_is_outside(part) for part in parts_of(syntax))
    if syntax.predicates:
        return False
    if any(step.predicates for step in syntax.steps):
        return False
    from_current = isinstance(syntax.start, Call) and syntax.start.name == "current"
    return from_current or syntax.start == "/"


def _rows_where(node: Node, name: str, column: str, wanted: Value) -> list[Node] | None:
    """None if the index cannot tell: a number may be spelled in many ways, and be nearly equal."""
    if type(wanted) is str:
        return rows_by(node, name, column).get(wanted, [])
    if type(wanted) is float and wanted.is_integer():
        return rows_by(node, name, column, as_numbers=True).get(wanted, [])
    return None


def rows_by(
    node: Node, name: str, column: str, as_numbers: bool = False
) -> Mapping[Value, list[Node]]:
    """The children of a list by the value of a column; made once, because lists never change."""
    if node.index is None:
        node.index = {}
    key = (name, column, as_numbers)
    found = node.index.get(key)
    if found is None:
        found = {}
        for row in node.named.get(name, ()):
            cells = row.named.get(column)
            value = cells[0].value if cells else ""
            found.setdefault(to_number(value) if as_numbers else value, []).append(row)
        node.index[key] = found
    return found


def _fits(name: str | None) -> Callable[[Node], bool]:
    if name is None:
        return lambda node: True
    if name == "*":
        return lambda node: node.name != ""
    return lambda node: node.name == name


def _ancestors(node: Node) -> Iterator[Node]:
    at = node.parent
    while at is not None:
        yield at
        at = at.parent


def _descendants(node: Node) -> Iterator[Node]:
    waiting = node.children[::-1]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(found.children))


def _following(node: Node) -> Iterable[Node]:
    if node.parent is None:
        return ()
    return (other for other in node.parent.children if other.ordinal > node.ordinal)


def _preceding(node: Node) -> Iterable[Node]:
    """The nearest first."""
    if node.parent is None:
        return ()
    before = [other for other in node.parent.children if other.ordinal < node.ordinal]
    return reversed(before)


_AXES: Mapping[str, Callable[[Node], Iterable[Node]]] = {
    "child": lambda node: node.children,
    "attribute": lambda node: node.attributes.values(),
    "self": lambda node: (node,),
    "parent": lambda node: () if node.parent is None else (node.parent,),
    "descendant": _descendants,
    "descendant-or-self": lambda node: (node, *_descendants(node)),
    "ancestor": _ancestors,
    "ancestor-or-self": lambda node: (node, *_ancestors(node)),
    "following-sibling": _following,
    "preceding-sibling": _preceding,
}
