"""One error, one finding: what reads an answer that is already known to be wrong is not judged.

A birth year that is no number would make the age blank, the age would make half of the form
irrelevant, and a reader would drown in what follows from one slip. So such an answer is in doubt,
and so is everything that depends on it, until somebody has corrected it.
"""

from collections.abc import Iterator

from survey_server.domain.forms.parts import Path
from survey_server.domain.logic import Node
from survey_server.domain.logic.references import Reference
from survey_server.domain.rules.sites import Rule


class Doubt:
    """The nodes in doubt, by the path of their question and by each node they stand below: a rule
    shares the first nodes of its way with what it reads, and looks there only."""

    def __init__(self) -> None:
        self._below: dict[Path, dict[Node, list[Node]]] = {}
        self._all: set[Node] = set()
        # Answers that broke a rule of their own: it is told of them, and of nothing that follows.
        self._by_itself: set[Node] = set()
        # Questions that nobody knows to be relevant.
        self.open: set[Node] = set()

    def __bool__(self) -> bool:
        return bool(self._below)

    def of(self, node: Node) -> None:
        if node not in self._all:
            self._all.add(node)
            below = self._below.setdefault(tuple(each.name for each in node.lineage[1:]), {})
            for each in node.lineage:
                below.setdefault(each, []).append(node)

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
        if not self._below:
            return False
        return any(
            doubtful is not apart_from
            and not (doubtful is node and node in self._by_itself)
            and _is_of_entries(doubtful, reference)
            for reference in rule.reads
            for doubtful in self._read(node, reference)
        )

    def _read(self, reader: Node, reference: Reference) -> Iterator[Node]:
        """The lineage begins with the root element, which every path shares."""
        shared = reader.lineage[reference.shared]
        if reference.exact:
            yield from self._below.get(reference.path, {}).get(shared, ())
            return
        for path, below in self._below.items():
            if path[: len(reference.path)] == reference.path:
                yield from below.get(shared, ())


def _is_of_entries(node: Node, reference: Reference) -> bool:
    return all(node.lineage[depth].position == entry for depth, entry in reference.entries)
