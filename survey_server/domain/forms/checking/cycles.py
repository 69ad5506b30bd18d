"""Rules that depend on each other in a circle: a tablet refuses to open such a form.

As JavaRosa sees it, a calculation, relevance, requirement or read-only rule of a question depends
on every question that it reads, whatever entry of a repeat is meant. Relevance and read-only go
down to all that is below a group. Constraints are asked later, and may read what they like.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from survey_server.domain.forms.checking.expressions import Rule
from survey_server.domain.forms.checking.model import Model
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.forms.parts import Path
from survey_server.domain.logic.references import Reference
from survey_server.domain.logic.syntax import Call, everything_in

_ASPECTS = frozenset({"relevant", "calculate", "required", "readonly"})
_GO_DOWN = frozenset({"relevant", "readonly"})
_ARROW = " → "


@dataclass(frozen=True)
class _Graph:
    rules: Sequence[Rule]
    # For each rule the rules it depends on, and the question that it reads of each.
    read: Sequence[Mapping[int, Path]]

    @property
    def reads(self) -> Sequence[tuple[int, ...]]:
        return [tuple(sorted(each)) for each in self.read]


def check_cycles(
    rules: Sequence[Rule], reads: Sequence[Sequence[Reference]], model: Model, report: Report
) -> None:
    """Each circle once, at the first of its rules, with all questions on the way."""
    deciding = [pair for pair in zip(rules, reads, strict=True) if pair[0].aspect in _ASPECTS]
    graph = _graph(deciding, model)
    following = graph.reads
    for ring in _strongly_connected(following):
        if len(ring) == 1 and ring[0] not in following[ring[0]]:
            continue
        way = _way_around(min(ring), set(ring), following)
        names = _names_on(way, graph, model.root)
        is_refused = all(_is_refused_everywhere(graph.rules[index]) for index in way)
        tell = report.error if is_refused else report.warning
        tell("cycle", graph.rules[way[0]].where, way=_ARROW.join(names))


def _is_refused_everywhere(rule: Rule) -> bool:
    """Enketo and others open a form whose circle goes through a requirement or a position."""
    calls = (part for part in everything_in(rule.read) if isinstance(part, Call))
    asks_position = any(call.name == "position" and call.arguments for call in calls)
    return rule.aspect in ("relevant", "calculate") and not asks_position


def _graph(rules: Sequence[tuple[Rule, Sequence[Reference]]], model: Model) -> _Graph:
    deciding: dict[Path, list[int]] = {}
    below = _below(model)
    for index, (rule, _) in enumerate(rules):
        for path in (rule.at, *(below.get(rule.at, ()) if rule.aspect in _GO_DOWN else ())):
            deciding.setdefault(path, []).append(index)
    read = []
    for _, references in rules:
        paths = [reference.path for reference in references]
        read.append({index: path for path in paths for index in deciding.get(path, ())})
    return _Graph([rule for rule, _ in rules], read)


def _names_on(way: Sequence[int], graph: _Graph, root: str) -> list[str]:
    """A group's rule that reads a question below: group, question, group."""
    names = []
    for index, following in zip(way, (*way[1:], way[0]), strict=True):
        at, read = graph.rules[index].at, graph.read[index][following]
        names.append(at[-1] if at else root)
        if read != graph.rules[following].at:
            names.append(read[-1])
    return [*names, names[0]]


def _below(model: Model) -> Mapping[Path, list[Path]]:
    below: dict[Path, list[Path]] = {}
    for path in (*model.nodes, *model.groups):
        for depth in range(1, len(path)):
            below.setdefault(path[:depth], []).append(path)
    return below


def _way_around(start: int, ring: set[int], reads: Sequence[tuple[int, ...]]) -> list[int]:
    """The shortest way from a rule back to itself within its circle."""
    came_from: dict[int, int] = {}
    waiting = [start]
    for at in waiting:
        for following in reads[at]:
            if following == start:
                return _back(at, start, came_from)
            if following in ring and following not in came_from:
                came_from[following] = at
                waiting.append(following)
    return [start]


def _back(at: int, start: int, came_from: Mapping[int, int]) -> list[int]:
    way = [at]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def _strongly_connected(reads: Sequence[tuple[int, ...]]) -> Iterator[list[int]]:
    """Kosaraju's two searches, without recursion because a form's chains may be long."""
    order = _by_finish(reads)
    backwards: list[list[int]] = [[] for _ in reads]
    for index, following in enumerate(reads):
        for each in following:
            backwards[each].append(index)
    seen: set[int] = set()
    for index in reversed(order):
        if index not in seen:
            yield _reached(index, backwards, seen)


def _by_finish(reads: Sequence[Sequence[int]]) -> list[int]:
    order: list[int] = []
    seen: set[int] = set()
    for start in range(len(reads)):
        if start in seen:
            continue
        seen.add(start)
        waiting = [(start, iter(reads[start]))]
        while waiting:
            at, following = waiting[-1]
            fresh = next((each for each in following if each not in seen), None)
            if fresh is None:
                order.append(at)
                waiting.pop()
            else:
                seen.add(fresh)
                waiting.append((fresh, iter(reads[fresh])))
    return order


def _reached(start: int, reads: Sequence[Sequence[int]], seen: set[int]) -> list[int]:
    seen.add(start)
    found = [start]
    for at in found:
        fresh = [each for each in reads[at] if each not in seen]
        seen.update(fresh)
        found += fresh
    return found
