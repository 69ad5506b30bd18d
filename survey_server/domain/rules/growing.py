"""From the canonical answers to the tree that expressions read.

Every question of the form has its node, answered or not: a tablet has them too, and counts them.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from survey_server.domain.answers.reading import Answers
from survey_server.domain.logic import Node, new_document, typed_value
from survey_server.domain.rules.sites import Site, Sites

_TYPED = frozenset({"int", "decimal", "date", "dateTime", "time", "boolean"})


@dataclass(slots=True)
class Grown:
    """An interview as nodes; `nodes[site.number]` are those of a site, in the order they stand."""

    document: Node
    nodes: list[list[Node]]
    zone: tzinfo
    # Texts that calculations have replaced, as the tablet sent them.
    sent: dict[Node, str] = field(default_factory=dict)


def grown(sites: Sites, answers: Answers, zone: tzinfo) -> Grown:
    document = new_document()
    tree = Grown(document, [[] for _ in sites.all], zone)
    root = document.add(sites.root_name)
    tree.nodes[0].append(root)
    _grow(sites.root, root, answers, tree)
    return tree


def _grow(site: Site, node: Node, answers: Mapping[str, object], tree: Grown) -> None:
    for child in site.children:
        value = answers.get(child.name)
        if not child.children:
            leaf = node.add(child.name) if value is None else _leaf(child, node, value, tree)
            tree.nodes[child.number].append(leaf)
        elif not child.is_repeat:
            _add_branch(child, node, value, tree)
        elif isinstance(value, Sequence):
            for entry in value:
                _add_branch(child, node, entry, tree)


def _leaf(site: Site, parent: Node, value: object, tree: Grown) -> Node:
    if isinstance(value, str):
        text = value
    else:
        text = " ".join(map(str, value)) if isinstance(value, list) else ""
    typed = typed_value(text, site.type, tree.zone) if site.type in _TYPED else text
    return parent.add(site.name, text, typed)


def _add_branch(site: Site, parent: Node, value: object, tree: Grown) -> None:
    node = parent.add(site.name)
    tree.nodes[site.number].append(node)
    _grow(site, node, value if isinstance(value, Mapping) else {}, tree)


def path_of(node: Node, sites: Sites) -> str:
    """Entries of repeats are counted from 1: person[2]/sex."""
    names: list[str] = []
    place: tuple[str, ...] = ()
    for each in node.lineage[1:]:
        place = (*place, each.name)
        site = sites.by_path[place]
        names.append(f"{each.name}[{each.position}]" if site.is_repeat else each.name)
    return "/".join(names)


def node_at(path: str, tree: Grown) -> Node | None:
    """The node of a path as findings spell it."""
    at = tree.nodes[0][0]
    for step in path.split("/") if path else ():
        name, _, rest = step.partition("[")
        found = _entry(at.named.get(name, []), rest[:-1] or "1")
        if found is None:
            return None
        at = found
    return at


def _entry(alike: list[Node], position: str) -> Node | None:
    """Positions stay what they were, also where an entry before is not relevant."""
    if not (position.isascii() and position.isdigit() and len(position) < 10):
        return None
    wanted = int(position)
    place = bisect_left(alike, wanted, key=lambda node: node.position)
    found = alike[place] if place < len(alike) else None
    return found if found is not None and found.position == wanted else None
