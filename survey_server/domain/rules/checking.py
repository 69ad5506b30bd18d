"""Checks: the rules over several questions and persons that a form brings on its sheet `checks`."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from survey_server.domain.forms.checks import REFERENCE
from survey_server.domain.forms.parts import Check, Path
from survey_server.domain.logic import EvaluationFault, Node, XPathSyntaxError
from survey_server.domain.rules.evaluation import Evaluation
from survey_server.domain.rules.sites import Rule, Site, Sites

# A finding tells the answers that a check has read, as far as a person can take them in.
MOST_READS = 8
LONGEST_READ = 80


@dataclass(frozen=True, slots=True)
class CompiledCheck:
    """`shown` are the questions whose answers a finding tells, each with the path from the scope's
    node, or from the root, down to it."""

    check: Check
    scope: Site
    rule: Rule
    place: Path
    shown: tuple[Path, ...]

    def holds_on(self, day: date) -> bool:
        since, until = self.check.since, self.check.until
        return (since is None or since <= day) and (until is None or day <= until)


@dataclass(frozen=True, slots=True)
class Broken:
    """A check that is broken: the node it was asked for, the one it points at, what it read.

    `failed` where the check itself could not be evaluated.
    """

    check: Check
    scope: Node
    place: Node
    reads: dict[str, str]
    failed: bool = False


def compiled(check: Check, sites: Sites) -> CompiledCheck | None:
    """None where the form has no such place: the check was made for another version."""
    scope = sites.by_path.get(check.scope)
    if scope is None or check.question not in sites.by_path:
        return None
    try:
        rule = sites.rule(check.condition, check.scope)
    except XPathSyntaxError:
        return None
    return CompiledCheck(check, scope, rule, check.question, _shown(rule, check, sites))


def _shown(rule: Rule, check: Check, sites: Sites) -> tuple[Path, ...]:
    """Answers of the entry itself, and of what stands around it: not those of all others. What a
    message names comes first."""
    named = {name for text in check.messages.values() for name in REFERENCE.findall(text)}
    spoken = [site.path for site in sites.all if site.part.name in named and not site.children]
    read = [(reference.path, reference.shared) for reference in rule.reads if reference.exact]
    single = [
        path
        for path, shared in [*((path, _common(path, check.scope)) for path in spoken), *read]
        if path in sites.by_path
        and not sites.by_path[path].children
        and not _is_repeated(path, shared, sites)
    ]
    return tuple(dict.fromkeys(single))[:MOST_READS]


def _common(path: Path, scope: Path) -> int:
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(path, scope, strict=False))
    )


def _is_repeated(path: Path, shared: int, sites: Sites) -> bool:
    """Whether there may be several of it for one reader."""
    places = (path[:length] for length in range(shared + 1, len(path) + 1))
    return any(sites.by_path[place].is_repeat for place in places if place in sites.by_path)


def broken(
    evaluation: Evaluation, one: CompiledCheck, out_of_bounds: Collection[Node]
) -> Iterator[Broken]:
    """`out_of_bounds` are answers that break their own constraint: a check that points at one may
    say why, all others leave it alone."""
    for node in evaluation.present(one.scope):
        explained = None
        if out_of_bounds:
            place = found_from(node, one.place)
            explained = place if place in out_of_bounds else None
        if evaluation.doubt.clouds(one.rule, node, explained):
            continue
        evaluation.evaluations += 1
        failed = False
        try:
            if not one.rule.expression.as_truth(node, evaluation.context):
                continue
        except EvaluationFault:
            failed = True
        reads = {"/".join(path): _text(node, path) for path in one.shown}
        yield Broken(one.check, node, found_from(node, one.place), reads, failed)


def _text(node: Node, path: Path) -> str:
    found = found_from(node, path)
    names = tuple(each.name for each in found.lineage[1:])
    return found.text[:LONGEST_READ] if names == path else ""


def found_from(node: Node, path: Path) -> Node:
    """The node of a path as `node` sees it; the nearest above it, where it is not there."""
    at = node.lineage[0]
    for depth, name in enumerate(path, 1):
        if (
            depth < len(node.lineage)
            and node.lineage[depth].name == name
            and at is node.lineage[depth - 1]
        ):
            at = node.lineage[depth]
            continue
        below = at.named.get(name)
        if not below:
            return at
        at = below[0]
    return at
