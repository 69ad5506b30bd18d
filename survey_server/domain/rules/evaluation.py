"""Settling one interview: what is relevant, and what the calculations come to.

Calculations are done again and their new values read by whatever depends on them, as on a tablet
that opens the interview once more. What is not relevant reads as absent.
"""

import math
from collections.abc import Iterable
from datetime import datetime

from survey_server.domain.logic import (
    Context,
    EvaluationFault,
    Node,
    Value,
    to_text,
    to_truth,
    typed_value,
)
from survey_server.domain.logic.moments import at_midnight
from survey_server.domain.logic.values import whole
from survey_server.domain.rules.doubt import Doubt
from survey_server.domain.rules.growing import Grown
from survey_server.domain.rules.ordering import Kind
from survey_server.domain.rules.sites import Rule, Site


class Evaluation:
    """An interview with everything settled.

    `absent` are the nodes that are not relevant, with all below; `faults` the sites' nodes whose
    expression stopped with an error.
    """

    def __init__(self, tree: Grown, context: Context, doubt: Doubt) -> None:
        self.tree = tree
        self.context = context
        self.doubt = doubt
        self.absent: set[Node] = set()
        # The highest nodes that are not relevant, each with its site.
        self.hidden: list[tuple[Site, Node]] = []
        self.computed: dict[Node, Value] = {}
        self.faults: dict[Node, None] = {}
        self.evaluations = 0

    def settle(self, order: Iterable[tuple[Site, Kind]]) -> None:
        for site, kind in order:
            nodes = self.tree.nodes[site.number]
            if not nodes:
                continue
            if kind == "relevant":
                self._settle_relevance(site, nodes)
            else:
                self._calculate(site, nodes)

    def present(self, site: Site) -> list[Node]:
        nodes = self.tree.nodes[site.number]
        absent = self.absent
        return [node for node in nodes if node not in absent] if absent else nodes

    def truth(self, rule: Rule, node: Node, otherwise: bool) -> bool:
        """`otherwise` where the expression stops with an error, which is noted."""
        self.evaluations += 1
        try:
            return rule.expression.as_truth(node, self.context)
        except EvaluationFault:
            self.faults[node] = None
            return otherwise

    def _settle_relevance(self, site: Site, nodes: list[Node]) -> None:
        rule = site.relevant
        assert rule is not None
        for node in nodes:
            if node in self.absent:
                continue
            if self.doubt.clouds(rule, node):
                self.doubt.unsure(node)
            elif not self.truth(rule, node, otherwise=True):
                self.hidden.append((site, node))
                self._leave_out(node)

    def _leave_out(self, node: Node) -> None:
        node.hide()
        waiting = [node]
        while waiting:
            each = waiting.pop()
            self.absent.add(each)
            waiting += each.children

    def _calculate(self, site: Site, nodes: list[Node]) -> None:
        rule = site.calculate
        assert rule is not None
        for node in nodes:
            if node in self.absent:
                continue
            if self.doubt.clouds(rule, node):
                self.doubt.unsure(node)
                continue
            self.evaluations += 1
            try:
                value = rule.expression.evaluate(node, self.context)
            except EvaluationFault:
                self.faults[node] = None
                continue
            self._put(site, node, value)

    def _put(self, site: Site, node: Node, value: Value) -> None:
        self.computed[node] = value = settled(value, site.type)
        self.tree.sent[node] = node.text
        text = to_text(value)
        node.text = text
        is_text = isinstance(value, str)
        node.value = typed_value(text, site.type, self.tree.zone) if is_text else value


def settled(value: Value, kind: str) -> Value:
    """As a tablet keeps it in a question of this type: not a number is a blank, whole numbers are
    cut and never pass 32 bits, a date has no time of day."""
    if isinstance(value, datetime):
        return at_midnight(value) if kind == "date" else value
    if isinstance(value, float) and math.isnan(value):
        return ""
    if kind == "boolean" and value != "":
        return to_truth(value)
    if isinstance(value, float) and kind == "int":
        return float(whole(value))
    return value


def agrees(computed: Value, sent: str, zone_of: Grown) -> bool:
    """Whether a tablet's text says the same: engines print numbers, truths and moments in ways
    of their own, some write NaN for a blank, and blanks around a text are lost on the way."""
    sent = "" if sent == "NaN" else sent.strip()
    if isinstance(computed, str):
        computed = computed.strip()
    if computed == "" or sent == "":
        return computed == sent
    if isinstance(computed, bool):
        return sent in (("1", "true") if computed else ("0", "false"))
    if isinstance(computed, datetime):
        told = typed_value(sent, "dateTime", zone_of.zone)
        return told == computed or sent in (to_text(computed), _on_the_wall(computed, sent))
    text = to_text(computed)
    return text == sent or _same_number(text, sent)


def _on_the_wall(moment: datetime, sent: str) -> str:
    """The moment with the offset as sent: tablets cut old offsets from UTC to whole minutes."""
    clock = moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return clock + sent[len(clock) :]


def _same_number(left: str, right: str) -> bool:
    try:
        return math.isclose(float(left), float(right), rel_tol=1e-9, abs_tol=1e-9)
    except ValueError:
        return False
