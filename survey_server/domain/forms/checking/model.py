"""What the rules of a form are about, whether it came as sheets or as an XForm."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from survey_server.domain.forms.checking.vocabulary import Kind
from survey_server.domain.forms.parts import Path
from survey_server.domain.logic.references import references_of
from survey_server.domain.logic.syntax import (
    Call,
    Path as PathSyntax,
    Step,
    Syntax,
    parts_of,
)


@dataclass(frozen=True, slots=True)
class Node:
    """`kind` is "unknown" where answers may be of several kinds; `codes` None where not known."""

    path: Path
    kind: Kind
    codes: frozenset[str] | None = None
    repeats: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass(frozen=True)
class Model:
    """`groups` are the paths of groups and repeats, with the word for what they are."""

    nodes: Mapping[Path, Node]
    groups: Mapping[Path, str]
    root: str
    # Names of lists that `instance()` and `pulldata()` may read.
    lists: frozenset[str]
    # False where the tree is in doubt, so that nothing is said about where paths lead.
    is_whole: bool = True

    def leads_somewhere(self, path: Path) -> bool:
        return not path or path in self.nodes or path in self.groups

    def node_of(self, syntax: Syntax, at: Path | None) -> Node | None:
        """The question that a path reads, if that is certain. `at` None: it is not known where."""
        if isinstance(syntax, Call) and syntax.name == "indexed-repeat" and syntax.arguments:
            return self.node_of(syntax.arguments[0], at)
        if not isinstance(syntax, PathSyntax):
            return None
        path = place_of(syntax, at, self.root)
        return None if path is None else self.nodes.get(path)

    def group_of(self, syntax: Syntax, at: Path) -> Path | None:
        """The group or repeat that a path reads as a whole."""
        if not isinstance(syntax, PathSyntax):
            return None
        path = place_of(syntax, at, self.root)
        return path if path in self.groups else None


def place_of(path: PathSyntax, at: Path | None, root: str) -> Path | None:
    """Where a path leads, its predicates aside; None where that is not certain."""
    if path.start == "/" and all(step.axis == "child" and step.name for step in path.steps):
        names = tuple(step.name or "" for step in path.steps)
        return names[1:] if names[:1] == (root,) and "*" not in names else None
    bare = PathSyntax(path.start, (), tuple(_bare(step) for step in path.steps))
    is_current = isinstance(path.start, Call) and path.start.name == "current"
    if path.start not in ("/", ".") and not is_current:
        return None
    if at is None and path.start != "/":
        return None
    found = references_of(bare, at or (), root)
    return found[-1].path if found and found[-1].exact else None


def _bare(step: Step) -> Step:
    return replace(step, predicates=()) if step.predicates else step


def parts_with_place(
    syntax: Syntax, at: Path | None, root: str
) -> Iterator[tuple[Syntax, Path | None]]:
    """The tree and all below it, each with the node it is evaluated at; None if not known."""
    yield syntax, at
    if not isinstance(syntax, PathSyntax):
        for part in parts_of(syntax):
            yield from parts_with_place(part, at, root)
        return
    if not isinstance(syntax.start, str):
        yield from parts_with_place(syntax.start, at, root)
    for predicate in syntax.predicates:
        yield from parts_with_place(predicate, None, root)
    for count, step in enumerate(syntax.steps, 1):
        if step.predicates:
            inside = place_of(PathSyntax(syntax.start, (), syntax.steps[:count]), at, root)
            for predicate in step.predicates:
                yield from parts_with_place(predicate, inside, root)
