"""Findings: every rule of the form that a settled interview breaks.

Each rule of this module takes an evaluation and a site, and gives what it finds there. What is not
relevant is not judged, apart from being there at all; what is in doubt is not judged either.
"""

from collections.abc import Iterator
from typing import NamedTuple

from survey_server.domain.answers.lexical import is_decimal
from survey_server.domain.forms.meta import is_open_ended
from survey_server.domain.forms.parts import Question, Severity
from survey_server.domain.logic import EvaluationFault, Node
from survey_server.domain.logic.values import whole
from survey_server.domain.rules.evaluation import Evaluation, agrees
from survey_server.domain.rules.sites import Rule, Site, Sites


class Found(NamedTuple):
    """A finding whose place is still a node."""

    rule: str
    node: Node
    severity: Severity
    value: str
    # The name of a repeat below the node, where the finding is about all its entries.
    below: str = ""


def found_in(evaluation: Evaluation, sites: Sites, judges: "Judges") -> Iterator[Found]:
    """In the order of the form within each rule."""
    yield from _not_relevant(evaluation, sites)
    for site in judges.required:
        yield from _required_missing(evaluation, site)
    for site in judges.bounded:
        yield from _out_of_range(evaluation, site)
    for site in judges.constrained:
        yield from _constraint(evaluation, site)
    for site in judges.offered:
        yield from _not_offered(evaluation, site)
    for site in judges.counted:
        yield from _repeat_count(evaluation, site)
    for site in judges.calculated:
        yield from _calculate_differs(evaluation, site)
    for node in evaluation.faults:
        yield Found("rule_failed", node, "warning", "")


class Judges:
    """Which sites have which rule: most have none."""

    def __init__(self, sites: Sites) -> None:
        questions = [site for site in sites.all if isinstance(site.part, Question)]
        # Nobody can be asked for what has no control, and a tablet asks nothing of it. What has no
        # condition at all was found missing when the answers were read.
        self.required = [site for site in questions if site.is_shown and _may_be_required(site)]
        self.bounded = [site for site in questions if _bounds_of(site)]
        self.constrained = [site for site in questions if site.is_shown and site.constraint]
        self.offered = [site for site in questions if site.offered is not None]
        self.counted = [site for site in sites.all if site.count is not None]
        # What stands in meta is the tablet's own, and no answer.
        self.calculated = [
            site for site in questions if site.calculate and not is_open_ended(site.path)
        ]


def _may_be_required(site: Site) -> bool:
    if isinstance(site.required, Rule):
        return True
    at: Site | None = site
    while at is not None and at.relevant is None:
        at = at.parent
    return site.required and at is not None


def _not_relevant(evaluation: Evaluation, sites: Sites) -> Iterator[Found]:
    """Told of the smallest part of the form that holds all the answers that may not be there.

    What nobody asked for, a calculation or a time, is no answer.
    """
    for _, top in evaluation.hidden:
        answered = [node for node in _leaves(top) if node.text and sites.of(node).is_asked]
        if not answered:
            continue
        if len(answered) == 1:
            yield Found("not_relevant", answered[0], "error", answered[0].text)
        else:
            yield Found("not_relevant", _around(answered), "error", "")


def _leaves(node: Node) -> Iterator[Node]:
    if not node.children:
        yield node
    for child in node.children:
        yield from _leaves(child)


def _around(nodes: list[Node]) -> Node:
    first, last = nodes[0].lineage, nodes[-1].lineage
    for one, other in zip(first, last, strict=False):
        if one is not other:
            break
        around = one
    return around


def _required_missing(evaluation: Evaluation, site: Site) -> Iterator[Found]:
    rule = site.required
    for node in evaluation.present(site):
        if node.text or evaluation.doubt.holds(node) or node in evaluation.doubt.open:
            continue
        if isinstance(rule, Rule) and (
            evaluation.doubt.clouds(rule, node) or not evaluation.truth(rule, node, otherwise=False)
        ):
            continue
        yield Found("required_missing", node, "error", "")


def _answered(evaluation: Evaluation, site: Site) -> list[Node]:
    """Without the answers that have their finding already."""
    doubt = evaluation.doubt
    return [node for node in evaluation.present(site) if node.text and not doubt.holds(node)]


def _constraint(evaluation: Evaluation, site: Site) -> Iterator[Found]:
    """A blank breaks no constraint."""
    rule = site.constraint
    assert rule is not None
    for node in _answered(evaluation, site):
        if evaluation.doubt.clouds(rule, node):
            continue
        if not evaluation.truth(rule, node, otherwise=True):
            yield Found("constraint", node, "error", node.text)


def _bounds_of(site: Site) -> tuple[float | None, float | None] | None:
    part = site.part
    if not isinstance(part, Question) or part.bounds is None:
        return None
    low, high = (
        float(end) if end is not None and is_decimal(end) else None
        for end in (part.bounds.start, part.bounds.end)
    )
    return low, high


def _out_of_range(evaluation: Evaluation, site: Site) -> Iterator[Found]:
    bounds = _bounds_of(site)
    assert bounds is not None
    ends = [end for end in bounds if end is not None]
    for node in _answered(evaluation, site):
        if not is_decimal(node.text):
            continue
        number = float(node.text)
        # A slider may run from high to low.
        if ends and (number < min(ends) or (len(ends) == 2 and number > max(ends))):
            yield Found("out_of_range", node, "error", node.text)


def _not_offered(evaluation: Evaluation, site: Site) -> Iterator[Found]:
    """The code is in the list, but the filter left it out here."""
    rule, part = site.offered, site.part
    assert rule is not None
    assert isinstance(part, Question)
    for node in _answered(evaluation, site):
        if evaluation.doubt.clouds(rule, node):
            continue
        offered = offered_at(evaluation, site, node)
        if offered is None:
            continue
        codes = node.text.split() if part.type != "select1" else [node.text]
        for code in codes:
            if code not in offered and code not in part.missing:
                yield Found("not_offered", node, "error", code)
                break


def offered_at(evaluation: Evaluation, site: Site, node: Node) -> set[str] | None:
    """The codes that the list offers there; None where that cannot be told."""
    rule, part = site.offered, site.part
    if rule is None or not isinstance(part, Question) or part.itemset is None:
        return None
    evaluation.evaluations += 1
    try:
        rows = rule.expression.select(node, evaluation.context)
    except EvaluationFault:
        evaluation.faults[node] = None
        return None
    column = part.itemset.value.removeprefix("./")
    return {cell.text for row in rows for cell in row.named.get(column, ())}


def _repeat_count(evaluation: Evaluation, site: Site) -> Iterator[Found]:
    rule, around = site.count, site.parent
    assert rule is not None
    assert around is not None
    entries_of: dict[Node | None, list[Node]] = {}
    for node in evaluation.tree.nodes[site.number]:
        entries_of.setdefault(node.parent, []).append(node)
    for parent in evaluation.present(around):
        entries = entries_of.get(parent, [])
        reader = entries[0] if entries else Node(site.part.name, parent)
        if reader in evaluation.absent or evaluation.doubt.clouds(rule, reader):
            continue
        if not entries and not _may_begin(evaluation, site, reader):
            continue
        wanted = _count(evaluation, rule, reader, parent)
        if wanted is not None and wanted != len(entries):
            told = f"{len(entries)} ≠ {wanted}"
            yield Found("repeat_count", parent, "error", told, site.part.name)


def _may_begin(evaluation: Evaluation, site: Site, first: Node) -> bool:
    rule = site.relevant
    if rule is None:
        return True
    return not evaluation.doubt.clouds(rule, first) and evaluation.truth(rule, first, False)


def _count(evaluation: Evaluation, rule: Rule, reader: Node, parent: Node) -> int | None:
    evaluation.evaluations += 1
    try:
        number = rule.expression.as_number(reader, evaluation.context)
    except EvaluationFault:
        evaluation.faults[parent] = None
        return None
    return max(0, whole(number))


def _calculate_differs(evaluation: Evaluation, site: Site) -> Iterator[Found]:
    for node in evaluation.present(site):
        if node not in evaluation.computed or evaluation.doubt.holds(node):
            continue
        sent = evaluation.tree.sent[node]
        if not agrees(evaluation.computed[node], sent, evaluation.tree):
            yield Found("calculate_differs", node, "error", f"{sent} ≠ {node.text}")
