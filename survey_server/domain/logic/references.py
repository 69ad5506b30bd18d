"""What an expression reads: the paths of the interview, known before any interview is there.

A path is told as the form spells it, without the positions of repeats: ("person", "sex"). What an
axis, a wildcard or a computed start reaches is told by the last place that is certain, with
`exact` false: anything below may be read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from survey_server.domain.logic.syntax import (
    Call,
    Number,
    Path,
    Step,
    Syntax,
    Text,
    everything_in,
    parts_of,
)
from survey_server.domain.logic.values import whole

Place = tuple[str, ...]

# Functions whose nodes are not the interview's.
_ELSEWHERE = frozenset({"instance", "pulldata"})
# The path is the name of a question there, not something to read.
_NAMED_BY_TEXT = frozenset({"jr:choice-name"})
_UPWARD = frozenset(
    {"parent", "ancestor", "ancestor-or-self", "following-sibling", "preceding-sibling"}
)


@dataclass(frozen=True, slots=True)
class Reference:
    """`shared`: the first so many names of `path` are the very nodes above the reader itself.

    In the second person, `../sex` shares `person` and reads one sex; a path that climbs out of
    the repeat and comes back shares nothing of it, and reads every person's. `entries` are the
    depth of a repeat in `path` and the position of the only entry of it that is read.
    """

    path: Place
    shared: int
    exact: bool = True
    entries: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Here:
    """Places begin with the root element. `at` is None where it is unknown, or elsewhere; the
    first `shared` names of it are of the way down to `current`, the reader."""

    at: Place | None
    shared: int
    current: Place


@dataclass(frozen=True, slots=True)
class _Walk:
    """How far a path has come. An absolute one goes down the reader's own way as long as names
    agree and nothing chooses: `bends`. A relative one comes down on its own."""

    at: Place | None
    shared: int
    exact: bool = True
    bends: bool = False


def references_of(syntax: Syntax, at: Place, root: str = "data") -> tuple[Reference, ...]:
    """Of an expression that stands at the node `at`. Each once, in the order of the text."""
    place = (root, *at)
    found = dict.fromkeys(_references(syntax, _Here(place, len(place), place)))
    return tuple(_below_root(one, root) for one in found)


def instances_of(syntax: Syntax) -> frozenset[str]:
    """Names of the secondary instances that are read."""
    return frozenset(
        part.arguments[0].value
        for part in everything_in(syntax)
        if isinstance(part, Call)
        and part.name in _ELSEWHERE
        and part.arguments
        and isinstance(part.arguments[0], Text)
    )


def _below_root(found: Reference, root: str) -> Reference:
    """A path of another root keeps its names whole, and so leads nowhere."""
    if found.path[:1] != (root,):
        return found
    return replace(found, path=found.path[1:], shared=max(0, found.shared - 1))


def _references(syntax: Syntax, here: _Here) -> Iterator[Reference]:
    if isinstance(syntax, Path):
        yield from _of_path(syntax, here)
        return
    if isinstance(syntax, Call) and syntax.name == "indexed-repeat" and syntax.arguments:
        yield from _indexed_repeat(syntax, here)
        return
    parts = list(parts_of(syntax))
    if isinstance(syntax, Call) and syntax.name in _NAMED_BY_TEXT:
        parts = parts[:1]
    for part in parts:
        yield from _references(part, here)


def _indexed_repeat(call: Call, here: _Here) -> Iterator[Reference]:
    """Any entry, as long as its index is no plain number."""
    question, *levels = call.arguments
    chosen = [
        (one.path, max(1, whole(index.value)))
        for repeat, index in zip(levels[::2], levels[1::2], strict=False)
        if isinstance(index, Number)
        for one in _references(repeat, here)
    ]
    for found in _references(question, here):
        around = [(at, position) for at, position in chosen if found.path[: len(at)] == at]
        entries = tuple((len(at) - 1, position) for at, position in around if at)
        yield replace(found, shared=0, entries=entries)
    for level in levels:
        yield from _references(level, here)


def _of_path(path: Path, here: _Here) -> Iterator[Reference]:
    if not isinstance(path.start, str):
        yield from _references(path.start, here)
    walk = _start_of(path, here)
    for predicate in path.predicates:
        yield from _references(predicate, _Here(walk.at, walk.shared, here.current))
    for step in path.steps:
        walk = _step(step, walk, here.current)
        inside = _Here(walk.at if walk.exact else None, walk.shared, here.current)
        for predicate in step.predicates:
            yield from _references(predicate, inside)
    if walk.at is not None and (path.steps or path.start == "."):
        yield Reference(walk.at, walk.shared, walk.exact)


def _start_of(path: Path, here: _Here) -> _Walk:
    if path.start == "/":
        return _Walk((), 0, bends=True)
    if path.start == ".":
        return _Walk(here.at, here.shared)
    if isinstance(path.start, Call) and path.start.name == "current":
        return _Walk(here.current, len(here.current))
    return _Walk(None, 0)


def _step(step: Step, walk: _Walk, current: Place) -> _Walk:
    at = walk.at
    if at is None or not walk.exact or (step.axis == "self" and step.name is None):
        return walk
    if step.axis == "parent" and step.name is None:
        return _Walk(at[:-1], min(walk.shared, len(at) - 1)) if at else _Walk(None, 0)
    if step.axis == "child" and step.name not in (None, "*"):
        return _child(step, at, walk, current)
    # Any other axis leads anywhere below what is certain.
    return _Walk(at[:-1] if step.axis in _UPWARD else at, min(walk.shared, len(at)), exact=False)


def _child(step: Step, at: Place, walk: _Walk, current: Place) -> _Walk:
    below = (*at, step.name or "")
    bends = walk.bends and current[: len(below)] == below and not step.predicates
    return _Walk(below, walk.shared + bends, bends=bends)
