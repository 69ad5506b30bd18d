"""What stands outside the answers: lists, labels, and what the tablet knows of itself."""

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.faults import EvaluationFault
from survey_server.domain.logic.functions.signature import Compile, Function, LazyFunction, Table
from survey_server.domain.logic.pieces import Piece, selected, textual
from survey_server.domain.logic.steps import rows_by
from survey_server.domain.logic.syntax import Call
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import Value, to_text


def list_called(context: Context, name: str) -> Node:
    found = context.instances.get(name.removesuffix(".csv"), context.instances.get(name))
    if found is None:
        raise EvaluationFault(f"the list {name} is not there")
    return found


def pulldata(node: Node, context: Context, name: str, wanted: str, column: str, key: str) -> str:
    """The cell of the first row whose column has the key; "" if no row has."""
    for root in list_called(context, name).children:
        for row in rows_by(root, "item", column).get(key, []):
            cells = row.named.get(wanted)
            return to_text(cells[0].value) if cells else ""
    return ""


def choice_name(node: Node, context: Context, value: str, question: str) -> str:
    """`question` is a path in a text; a relative one begins at the node, as any path does."""
    return context.choice_label(value, _absolute(question.strip(), node))


def _absolute(path: str, node: Node) -> str:
    if path.startswith("/"):
        return path
    names = [each.name for each in node.lineage]
    for step in path.split("/"):
        if step == "..":
            del names[-1:]
        elif step != ".":
            names.append(step)
    return "/" + "/".join(names)


def translation(node: Node, context: Context, name: str) -> str:
    return context.translation(name)


def device_property(node: Node, context: Context, name: str) -> str:
    return context.properties.get(name, "")


def version(node: Node, context: Context) -> str:
    return context.version


def depend(value: Value, *others: list[Value]) -> Value:
    """The first; the others only say on what it depends."""
    return value


def _instance(call: Call, make: Compile) -> Piece:
    """The document of a list; a path below it begins with the name of its root element."""
    name = textual(make(call.arguments[0]))
    return selected(lambda node, context: [list_called(context, name(node, context))])


def _current(call: Call, make: Compile) -> Piece:
    """Where the evaluation began, also inside of predicates."""
    return Piece(
        "nodes",
        lambda node, context: context.current.value,
        lambda node, context: [context.current],
    )


TABLE: Table = {
    "instance": LazyFunction(_instance, frozenset({1})),
    "current": LazyFunction(_current, frozenset({0})),
    "pulldata": Function(pulldata, ("text", "text", "text", "text"), "text", sees_context=True),
    "jr:choice-name": Function(choice_name, ("text", "text"), "text", sees_context=True),
    "jr:itext": Function(translation, ("text",), "text", sees_context=True),
    "property": Function(device_property, ("text",), "text", sees_context=True),
    "version": Function(version, (), "text", sees_context=True),
    "depend": Function(depend, ("value",), "value", more=("values",)),
}
