"""What expressions read: a light tree of one interview, or of one list of rows.

    document                       no name, no value; its only child is the root element
      data                         an element with children has no value of its own
        person                     a repeat: several children of one name, positions 1, 2, …
          age        "34" -> 34.0  a leaf: its lexical text, and the value of its type
            @unit    "years"       attributes are nodes too

An answer that may not be given (not relevant) reads as absent on a tablet: `hide` does the same.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from lxml import etree

from survey_server.domain.logic.moments import moment_of
from survey_server.domain.logic.values import Value, number_of_text

# Times alone are moments too. A recent day, so that offsets from UTC are today's.
_DAY_OF_TIMES = "2000-01-01"

ValueType = str
Place = tuple[str, ...]


class Node:
    """Equality is identity. `lineage` is the way from the root element down to the node."""

    __slots__ = (
        "attributes",
        "children",
        "document",
        "index",
        "lineage",
        "name",
        "named",
        "ordinal",
        "parent",
        "position",
        "text",
        "value",
    )

    def __init__(self, name: str, parent: "Node | None", text: str = "", value: Value = "") -> None:
        self.name = name
        self.parent = parent
        self.text = text
        self.value = value
        # Most nodes are leaves: they share what is empty until something is put there.
        self.children = _NO_CHILDREN
        self.named = _NONE_NAMED
        self.attributes = _NO_ATTRIBUTES
        # Rows by the value of a column; only made for lists, which never change.
        self.index: dict[tuple[str, str, bool], dict[Value, list[Node]]] | None = None
        self.position = 1
        self.ordinal = 0
        self.document: Node = self if parent is None else parent.document
        self.lineage: tuple[Node, ...] = () if parent is None else (*parent.lineage, self)

    def add(self, name: str, text: str = "", value: Value | None = None) -> "Node":
        """A new last child. `value` where its type gives it another value than its text."""
        child = Node(name, self, text, text if value is None else value)
        if self.children is _NO_CHILDREN:
            self.children, self.named = [], {}
        child.ordinal = len(self.children)
        self.children.append(child)
        alike = self.named.get(name)
        if alike is None:
            self.named[name] = [child]
        else:
            alike.append(child)
            child.position = len(alike)
        return child

    def set_attribute(self, name: str, text: str) -> None:
        if self.attributes is _NO_ATTRIBUTES:
            self.attributes = {}
        self.attributes[name] = Node(name, self, text, text)

    def hide(self) -> None:
        """The node and all below read as absent; positions in a repeat stay as they were."""
        if self.parent is None:
            return
        alike = self.parent.named.get(self.name, [])
        if self in alike:
            alike.remove(self)
            self.parent.children.remove(self)
            if not alike:
                del self.parent.named[self.name]


_NO_CHILDREN: list[Node] = []
_NONE_NAMED: dict[str, list[Node]] = {}
_NO_ATTRIBUTES: dict[str, Node] = {}


def new_document() -> Node:
    return Node("", None)


def typed_value(text: str, value_type: ValueType, zone: tzinfo) -> Value:
    """A text that is no value of its type stays the text that it is."""
    if not text:
        return ""
    reader = _READERS.get(value_type)
    return reader(text, zone) if reader else text


def _number(text: str, zone: tzinfo) -> Value:
    number = number_of_text(text)
    return text if number != number else number


def _moment(text: str, zone: tzinfo) -> Value:
    found: datetime | None = moment_of(text, zone)
    return text if found is None else found


def _time(text: str, zone: tzinfo) -> Value:
    """Tablets read a time as of the day they run on; here it is of a day that all can agree on."""
    found = moment_of(f"{_DAY_OF_TIMES}T{text}", zone)
    return text if found is None else found


def _boolean(text: str, zone: tzinfo) -> Value:
    return {"true": True, "1": True, "false": False, "0": False}.get(text, text)


_READERS: Mapping[ValueType, Callable[[str, tzinfo], Value]] = {
    "int": _number,
    "integer": _number,
    "decimal": _number,
    "date": _moment,
    "dateTime": _moment,
    "time": _time,
    "boolean": _boolean,
}


def tree_of_xml(root: etree._Element, types: Mapping[Place, ValueType], zone: tzinfo) -> Node:
    """The document of an XML instance. `types` are keyed by the names below the root element."""
    document = new_document()
    # Without recursion: the depth of an instance is not ours to choose.
    top: Place = ()
    waiting = [(root, document.add(_local(root.tag)), top)]
    while waiting:
        element, node, place = waiting.pop()
        for name, text in element.attrib.items():
            node.set_attribute(_local(name), str(text))
        below: list[tuple[etree._Element, Node, Place]] = []
        for child in element.iterchildren(tag=etree.Element):
            at = (*place, _local(child.tag))
            below.append((child, node.add(at[-1]), at))
        if not below:
            node.text = element.text or ""
            node.value = typed_value(node.text, types.get(place, "string"), zone)
        waiting.extend(below)
    return document


def tree_of_rows(rows: "list[Mapping[str, str]] | tuple[Mapping[str, str], ...]") -> Node:
    """A secondary instance as forms see it: root/item/column."""
    document = new_document()
    root = document.add("root")
    root.index = {}
    for row in rows:
        item = root.add("item")
        for column, text in row.items():
            item.add(column, text)
    return document


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
