"""One error, one finding: what reads an answer that is already known to be wrong is not judged.

A birth year that is no number would make the age blank, the age would make half of the form
irrelevant, and a reader would drown in what follows from one slip. So such an answer is in doubt,
and so is everything that depends on it, until somebody has corrected it.
"""

from survey_server.domain.forms.parts import Path
from survey_server.domain.logic import Node
from survey_server.domain.logic.references import Reference
from survey_server.domain.rules.sites import Rule


class Doubt:
    """The nodes in doubt, by the path of their question."""

    def __init__(self) -> None:
        self._nodes: dict[Path, list[Node]] = {}
        self._all: set[Node] = set()
        # Answers that broke a rule of their own: it is told of them, and of nothing that follows.
        self._by_itself: set[Node] = set()
        # Questions that nobody knows to be relevant.
        self.open: set[Node] = set()

    def __bool__(self) -> bool:
        return bool(self._nodes)

    def of(self, node: Node) -> None:
        if node not in self._all:
            self._all.add(node)
            path = tuple(each.name for each in node.lineage[1:])
            self._nodes.setdefault(path, []).append(node)

    def by_itself(self, node: Node) -> None:
        """The answer is of its type and in its list, but breaks its own constraint or range."""
        self._by_itself.add(node)
        self.of(node)

    def holds(self, node: Node) -> bool:
        """Whether the node itself is no answer that could be judged: it has its finding already."""
        return node in self._all and node not in self._by_itself

    def unsure(self, node: Node) -> None:
        """Whether the node has to be there is not known: so blanks below say nothing, and what
        was answered stays as it is."""
        self.open.add(node)
        if not node.children:
            if node.text == "":
                self.of(node)
            return
        for child in node.children:
            self.unsure(child)

    def clouds(self, rule: Rule, node: Node, apart_from: Node | None = None) -> bool:
        """Whether the rule, where it is asked for this node, reads anything in doubt, or a list
        that is not at hand."""
        if rule.blind:
            return True
        if not self._nodes:
            return False
        return any(
            doubtful is not apart_from
            and not (doubtful is node and node in self._by_itself)
            and _is_read(node, doubtful, reference)
            for reference in rule.reads
            for doubtful in self._at(reference.path, reference.exact)
        )

    def _at(self, path: Path, exact: bool) -> list[Node]:
        if exact:
            return self._nodes.get(path, [])
        below = [nodes for place, nodes in self._nodes.items() if place[: len(path)] == path]
        return [node for nodes in below for node in nodes]


def _is_read(reader: Node, node: Node, reference: Reference) -> bool:
    """The lineage begins with the root element, which every path shares."""
    shared = reference.shared + 1
    if reader.lineage[:shared] != node.lineage[:shared]:
        return False
    return all(node.lineage[depth].position == entry for depth, entry in reference.entries)
