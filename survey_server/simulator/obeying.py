"""Answers that obey a form's rules, approached in rounds.

A round lets the rules settle what is relevant and computed, goes through the form from first to
last, and mends: what may not be there is taken away, what is missing or wrong is answered anew by
drawing until the rules accept it. Where no value is accepted, an answer that the rule reads is
taken back, so that the next round tries another.
"""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from survey_server.domain.answers import Answers
from survey_server.domain.forms.meta import META
from survey_server.domain.forms.parts import LIST_TYPES, FormDescription, Question
from survey_server.domain.logic import EvaluationFault, Node, to_text, typed_value
from survey_server.domain.rules import Rules
from survey_server.domain.rules.evaluation import Evaluation, settled
from survey_server.domain.rules.growing import path_of
from survey_server.domain.rules.judging import offered_at
from survey_server.domain.rules.sites import Rule, Site
from survey_server.simulator.drawn_values import DrawnValues
from survey_server.simulator.draws import between, happens, pick

MOST_ENTRIES = 6
_TRIES = 40
_OPTIONAL_ANSWERED = 0.6
# How many a household has, and the like: what repeats are counted by stays small.
_MOST_COUNTED = 2
_NO_COUNT = 1e9


class Obedient:
    """Answers one form. It remembers which optional questions it leaves out, and where it has
    freely chosen how many entries there are, so that rounds come to an end."""

    def __init__(self, description: FormDescription, rng: Random, rules: Rules) -> None:
        self._description = description
        self._rng = rng
        self._rules = rules
        self._sites = rules.logic.sites
        self._zone = ZoneInfo(description.time_zone)
        self._values = DrawnValues(description, rng, plausibility=1.0)
        self._left_out: dict[str, bool] = {}
        self._entries: dict[str, int] = {}
        self._counting = frozenset(self._read_by_counts())
        self._changed = False

    def improved(self, answers: Answers, now: datetime) -> tuple[Answers, bool]:
        """The answers after one more round, and whether nothing had to be changed."""
        self._changed = False
        evaluation = self._rules.evaluate(answers, now)
        for site in self._sites.all:
            if isinstance(site.part, Question) and META not in site.path:
                for node in list(evaluation.tree.nodes[site.number]):
                    self._mend(evaluation, site, node)
        if self._is_overcounted(evaluation):
            self._take_back_counts(evaluation)
        mended = self._told(evaluation, self._sites.root, evaluation.tree.nodes[0][0])
        return mended, not self._changed

    def _read_by_counts(self) -> Iterator[tuple[str, ...]]:
        waiting = [rule for site in self._sites.all if (rule := site.count) is not None]
        seen: set[tuple[str, ...]] = set()
        while waiting:
            for reference in waiting.pop().reads:
                site = self._sites.by_path.get(reference.path)
                if site is None or site.path in seen:
                    continue
                seen.add(site.path)
                yield site.path
                if site.calculate is not None:
                    waiting.append(site.calculate)

    def _mend(self, evaluation: Evaluation, site: Site, node: Node) -> None:
        question = site.part
        assert isinstance(question, Question)
        if node in evaluation.absent:
            self._put(site, node, "")
        elif question.calculate is not None:
            self._compute(evaluation, question, site, node)
        elif self._can_answer(site) and not self._stands(evaluation, site, node):
            self._answer(evaluation, question, site, node)

    def _can_answer(self, site: Site) -> bool:
        """What is read only may have been filled in for the enumerator."""
        return site.is_asked or (site.is_shown and site.required is True)

    def _compute(self, evaluation: Evaluation, question: Question, site: Site, node: Node) -> None:
        if node in evaluation.computed:
            before, text = evaluation.tree.sent.get(node, ""), node.text
            self._changed = self._changed or before != text
            return
        # What differs from run to run is not recomputed by the rules; once computed, it stays.
        rule = self._sites.rule(question.calculate or "''", site.path)
        if not node.text:
            try:
                value = settled(rule.expression.evaluate(node, evaluation.context), site.type)
            except EvaluationFault:
                return
            self._put(site, node, to_text(value))

    def _stands(self, evaluation: Evaluation, site: Site, node: Node) -> bool:
        if node.text:
            return self._is_accepted(evaluation, site, node)
        if self._is_required(evaluation, site, node):
            return False
        path = path_of(node, self._sites)
        return self._left_out.setdefault(path, not happens(self._rng, _OPTIONAL_ANSWERED))

    def _is_required(self, evaluation: Evaluation, site: Site, node: Node) -> bool:
        if isinstance(site.required, Rule):
            return evaluation.truth(site.required, node, otherwise=False)
        return site.required

    def _answer(self, evaluation: Evaluation, question: Question, site: Site, node: Node) -> None:
        offered = offered_at(evaluation, site, node)
        for _ in range(_TRIES):
            self._put(site, node, self._drawn(question, site, offered))
            if node.text and self._is_accepted(evaluation, site, node):
                return
        self._put(site, node, "")
        if self._is_required(evaluation, site, node):
            self._take_back(evaluation, site)
        else:
            self._left_out[path_of(node, self._sites)] = True

    def _drawn(self, question: Question, site: Site, offered: set[str] | None) -> str:
        if question.default is not None and (question.readonly or happens(self._rng, 0.5)):
            return question.default
        if offered is not None:
            codes = sorted(offered)
            return pick(self._rng, codes) if codes else ""
        if site.path in self._counting and site.type == "int" and happens(self._rng, 0.9):
            return str(between(self._rng, 0, _MOST_COUNTED))
        value = self._values.draw(question)
        return value if isinstance(value, str) else " ".join(value)

    def _is_accepted(self, evaluation: Evaluation, site: Site, node: Node) -> bool:
        part = site.part
        assert isinstance(part, Question)
        if part.bounds is not None and not _within(part, node.text):
            return False
        offered = offered_at(evaluation, site, node)
        if offered is not None and not offered.issuperset(node.text.split()):
            return False
        rule = site.constraint
        return rule is None or evaluation.truth(rule, node, otherwise=False)

    def _take_back(self, evaluation: Evaluation, site: Site) -> None:
        """Blanks one answer that the rule which accepts nothing reads."""
        reads = [
            read
            for rule in (site.constraint, site.offered)
            if rule is not None
            for reference in rule.reads
            if (read := self._sites.by_path.get(reference.path)) is not None
            and read.is_asked
            and read is not site
        ]
        if reads:
            read = pick(self._rng, reads)
            for node in evaluation.tree.nodes[read.number]:
                self._put(read, node, "")

    def _put(self, site: Site, node: Node, text: str) -> None:
        if node.text != text:
            self._changed = True
            node.text = text
            node.value = typed_value(text, site.type, self._zone)

    def _told(self, evaluation: Evaluation, site: Site, node: Node) -> Answers:
        answers: Answers = {}
        for child in site.children:
            below = [each for each in evaluation.tree.nodes[child.number] if each.parent is node]
            value: object
            if isinstance(child.part, Question):
                value = _spelled(child.part, below[0].text) if below else None
            elif child.is_repeat:
                value = self._told_entries(evaluation, child, node, below)
            else:
                value = self._told(evaluation, child, below[0]) if below else None
            if value:
                answers[child.part.name] = value
        return answers

    def _told_entries(
        self, evaluation: Evaluation, site: Site, parent: Node, entries: list[Node]
    ) -> list[Answers]:
        wanted = self._wanted(evaluation, site, parent, entries)
        self._changed = self._changed or wanted != len(entries)
        told = [self._told(evaluation, site, entry) for entry in entries[:wanted]]
        return [*told, *({} for _ in range(wanted - len(told)))]

    def _wanted(self, evaluation: Evaluation, site: Site, parent: Node, entries: list[Node]) -> int:
        if parent in evaluation.absent or any(entry in evaluation.absent for entry in entries):
            return 0
        reader = entries[0] if entries else Node(site.part.name, parent)
        if site.relevant is not None and not evaluation.truth(site.relevant, reader, False):
            return 0
        if site.count is None:
            path = f"{path_of(parent, self._sites)}/{site.part.name}"
            return self._entries.setdefault(path, between(self._rng, 0, 3))
        return min(self._counted(evaluation, site.count, reader), MOST_ENTRIES)

    def _counted(self, evaluation: Evaluation, count: Rule, reader: Node) -> int:
        try:
            number = count.expression.as_number(reader, evaluation.context)
        except EvaluationFault:
            return 0
        return max(0, int(number)) if abs(number) < _NO_COUNT else 0

    def _is_overcounted(self, evaluation: Evaluation) -> bool:
        return any(
            self._counted(evaluation, site.count, Node(site.part.name, parent)) > MOST_ENTRIES
            for site in self._sites.all
            if site.count is not None and site.parent is not None
            for parent in evaluation.present(site.parent)
        )

    def _take_back_counts(self, evaluation: Evaluation) -> None:
        for path in self._counting:
            site = self._sites.by_path[path]
            if site.is_asked:
                for node in evaluation.tree.nodes[site.number]:
                    self._put(site, node, "")


def _within(question: Question, text: str) -> bool:
    bounds = question.bounds
    ends = [float(end) for end in (bounds.start, bounds.end) if end] if bounds else []
    return not ends or min(ends) <= float(text) <= max(ends)


def _spelled(question: Question, text: str) -> str | list[str]:
    return text.split() if question.type in LIST_TYPES else text
