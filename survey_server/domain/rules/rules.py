"""All rules of one form version, ready to judge interviews.

rules = rules_of(description)
rules.judge(reading, now, day) -> findings
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from survey_server.domain.answers.reading import (
    LONGEST_PATH,
    LONGEST_VALUE,
    MOST_FINDINGS,
    Answers,
    Finding,
    Reading,
)
from survey_server.domain.forms.parts import Check, FormDescription, Question, Severity
from survey_server.domain.logic import Context, Node, to_text, tree_of_rows
from survey_server.domain.rules.changes import Changed, RuleChange, changed_by
from survey_server.domain.rules.checking import Broken, CompiledCheck, broken, compiled
from survey_server.domain.rules.confirming import Confirmed, confirmed_in, confirming_sites
from survey_server.domain.rules.doubt import Doubt
from survey_server.domain.rules.evaluation import Evaluation
from survey_server.domain.rules.growing import grown, node_at, path_of
from survey_server.domain.rules.judging import Found, Judges, found_in, offered_at
from survey_server.domain.rules.ordering import order_of
from survey_server.domain.rules.sites import Rule, sites_of

# Findings after which an answer says nothing certain any more.
_IN_DOUBT = frozenset({"type", "not_in_list", "required_missing"})
# An answer that breaks a rule of its own.
_BY_ITSELF = frozenset({"constraint", "out_of_range", "not_offered"})
_WRONG = _IN_DOUBT | _BY_ITSELF


@dataclass(frozen=True, slots=True)
class SettledNode:
    """What a tablet would say of one node. `offered` is None where nothing limits the choice."""

    path: str
    relevant: bool
    value: str
    required: bool
    constraint_ok: bool
    offered: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """`evaluations`: how many expressions were run to come to it."""

    findings: tuple[Finding, ...]
    evaluations: int


class Logic:
    """What every interview of a version shares, whatever rules the office has changed."""

    def __init__(self, description: FormDescription) -> None:
        self.description = description
        self.sites = sites_of(description)
        self.order, self.cycles = order_of(self.sites)
        self.judges = Judges(self.sites)
        self.confirming = confirming_sites(self.sites)
        self.zone = ZoneInfo(description.time_zone)

    @cached_property
    def instances(self) -> dict[str, Node]:
        """Lists as trees; made when the first interview is judged, and never changed."""
        known = self.description.instances.items()
        return {name: tree_of_rows(one.rows) for name, one in known if one.rows is not None}

    def context(self, document: Node, now: datetime) -> Context:
        return Context(
            document,
            now,
            self.zone,
            instances=self.instances,
            choice_label=self._choice_label,
            version=self.description.version,
        )

    def _choice_label(self, value: str, question: str) -> str:
        """In the form's own language."""
        path = tuple(question.strip().split("/"))[2:]
        site = self.sites.by_path.get(path)
        if site is None or not isinstance(site.part, Question):
            return value
        for choice in self.description.choices_of(site.part) or ():
            if choice.value == value:
                return choice.labels.get(self.description.default_language, value)
        return value


class Rules:
    """A version's logic, its checks, and what the office has changed of them."""

    def __init__(self, logic: Logic, changed: Changed) -> None:
        self.logic = logic
        self.changed = changed
        written = {check.id: check for check in logic.description.checks}
        checks: Mapping[str, Check] = written | changed.checks
        # What its checks say, also of those that are switched off now and were found before.
        self.messages = {name: check.messages for name, check in checks.items()}
        found = [compiled(check, logic.sites) for check in checks.values()]
        self.checks: list[CompiledCheck] = [
            one
            for one in found
            # Switched off for the whole form, it need not be asked.
            if one is not None and changed.severity(one.check.id, "", "error") is not None
        ]

    def with_changes(self, changes: Iterable[RuleChange]) -> "Rules":
        return Rules(self.logic, changed_by(changes))

    def evaluate(
        self,
        answers: Answers,
        now: datetime,
        in_doubt: Iterable[str] = (),
        broken: Iterable[str] = (),
    ) -> Evaluation:
        """Relevance and calculations settled; `in_doubt` are paths that are not to be trusted,
        `broken` those whose answers break a rule of their own."""
        tree = grown(self.logic.sites, answers, self.logic.zone)
        doubt = Doubt()
        for paths, put in ((in_doubt, doubt.of), (broken, doubt.by_itself)):
            for path in paths:
                node = node_at(path, tree)
                if node is not None:
                    put(node)
        evaluation = Evaluation(tree, self.logic.context(tree.document, now), doubt)
        evaluation.settle(self.logic.order)
        return evaluation

    def judge(
        self, reading: Reading, now: datetime, day: date | None = None
    ) -> tuple[Finding, ...]:
        """The findings of the reading and all others. `now` is when the tablet finished, `day`
        when the interview came in: the day by which checks hold or not."""
        return self.judgement(reading, now, day).findings

    def judgement(self, reading: Reading, now: datetime, day: date | None = None) -> Judgement:
        findings = list(self._as_changed(reading.findings))
        doubtful = {one.path for one in reading.findings if one.rule in _IN_DOUBT}
        evaluation = self.evaluate(reading.answers, now, doubtful)
        found = list(found_in(evaluation, self.logic.sites, self.logic.judges))
        missing = [self._path(one) for one in found if one.rule in _IN_DOUBT]
        broken = [self._path(one) for one in found if one.rule in _BY_ITSELF]
        if missing or broken:
            # Now that it is known what is wrong or missing, nothing is concluded from it.
            evaluation = self.evaluate(
                reading.answers, now, doubtful.union(missing), set(broken) - doubtful
            )
            found = list(found_in(evaluation, self.logic.sites, self.logic.judges))
            found += _still_missing(missing, evaluation)
        today = day or now.astimezone(self.logic.zone).date()
        troubles = self._troubles(evaluation, found, today)
        findings += self._told(self._unexplained(found, troubles))
        findings += self._told_of_checks(troubles, evaluation, reading.answers)
        return Judgement(tuple(findings[:MOST_FINDINGS]), evaluation.evaluations)

    def nodes(self, evaluation: Evaluation) -> Iterator[SettledNode]:
        """Every node of the interview, in the order of the form."""
        for site in self.logic.sites.all[1:]:
            for node in evaluation.tree.nodes[site.number]:
                relevant = node not in evaluation.absent
                yield self._settled(evaluation, node, relevant)

    def _settled(self, evaluation: Evaluation, node: Node, relevant: bool) -> SettledNode:
        site = self.logic.sites.of(node)
        required = site.required
        if isinstance(required, Rule):
            required = relevant and evaluation.truth(required, node, otherwise=False)
        holds = True
        if site.constraint is not None and node.text and relevant:
            holds = evaluation.truth(site.constraint, node, otherwise=True)
        offered = offered_at(evaluation, site, node) if relevant else None
        return SettledNode(
            path=path_of(node, self.logic.sites),
            relevant=relevant,
            value="" if node.children else to_text(evaluation.computed.get(node, node.text)),
            required=required,
            constraint_ok=holds,
            offered=None if offered is None else frozenset(offered),
        )

    def _path(self, found: Found) -> str:
        path = path_of(found.node, self.logic.sites)
        if not found.below:
            return path
        return f"{path}/{found.below}" if path else found.below

    def _as_changed(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        for one in findings:
            severity = self.changed.severity(one.rule, _place(one.path), one.severity)
            if severity is not None:
                yield one if severity == one.severity else replace(one, severity=severity)

    def _told(self, found: Iterable[Found]) -> Iterator[Finding]:
        for one in found:
            path = self._path(one)
            severity = self.changed.severity(one.rule, _place(path), one.severity)
            if severity is not None:
                yield Finding(one.rule, path[:LONGEST_PATH], severity, one.value[:LONGEST_VALUE])

    def _troubles(self, evaluation: Evaluation, found: list[Found], day: date) -> list[Broken]:
        for one in found:
            if one.rule in _WRONG:
                evaluation.doubt.of(one.node)
            elif one.rule == "repeat_count":
                self._doubt_count(one, evaluation)
        self._doubt_what_follows(evaluation)
        out_of_bounds = {one.node for one in found if one.rule == "constraint"}
        troubles = [
            trouble
            for check in self.checks
            if check.holds_on(day)
            for trouble in broken(evaluation, check, out_of_bounds)
        ]
        # A mere warning adds nothing to a constraint that is broken.
        return [
            trouble
            for trouble in troubles
            if trouble.place not in out_of_bounds or self._severity(trouble) == "error"
        ]

    def _doubt_count(self, found: Found, evaluation: Evaluation) -> None:
        """Either the entries are wrong or the number is: what checks say of the number follows."""
        around = found.node.lineage
        place = (*(node.name for node in around[1:]), found.below)
        rule = self.logic.sites.by_path[place].count
        for reference in rule.reads if rule else ():
            read = self.logic.sites.by_path.get(reference.path)
            for node in evaluation.tree.nodes[read.number] if read else ():
                shared = reference.shared + 1
                if not node.children and node.lineage[:shared] == around[:shared]:
                    evaluation.doubt.of(node)

    def _doubt_what_follows(self, evaluation: Evaluation) -> None:
        """An age that was counted from a wrong year of birth says as little as the year."""
        if not evaluation.doubt:
            return
        for site, kind in self.logic.order:
            if kind != "calculate" or site.calculate is None:
                continue
            for node in evaluation.present(site):
                if evaluation.doubt.clouds(site.calculate, node):
                    evaluation.doubt.of(node)

    def _unexplained(self, found: list[Found], troubles: list[Broken]) -> list[Found]:
        """Where a check says why an answer breaks its constraint, it is told in its place."""
        explained = {trouble.place for trouble in troubles if self._severity(trouble) == "error"}
        return [one for one in found if one.rule != "constraint" or one.node not in explained]

    def _severity(self, trouble: Broken) -> Severity | None:
        check, place = trouble.check, _place(path_of(trouble.place, self.logic.sites))
        severity = self.changed.severity(check.id, place, check.severity)
        if severity is None or not trouble.failed:
            return severity
        return self.changed.severity("rule_failed", place, "warning")

    def _told_of_checks(
        self, troubles: list[Broken], evaluation: Evaluation, answers: Answers
    ) -> Iterator[Finding]:
        if not troubles:
            return
        confirmed = confirmed_in(answers, evaluation, self.logic.confirming)
        for trouble in troubles:
            finding = self._told_of_check(trouble, confirmed)
            if finding is not None:
                yield finding

    def _told_of_check(self, trouble: Broken, confirmed: Confirmed) -> Finding | None:
        check = trouble.check
        path = path_of(trouble.place, self.logic.sites)
        severity = self._severity(trouble)
        if severity is None:
            return None
        if trouble.failed:
            return Finding("rule_failed", path[:LONGEST_PATH], severity, check.id, trouble.reads)
        places = (path, path_of(trouble.scope, self.logic.sites))
        warns = severity == "warning"
        return Finding(
            rule=check.id,
            path=path[:LONGEST_PATH],
            severity=severity,
            value=trouble.place.text[:LONGEST_VALUE],
            reads=trouble.reads,
            confirmed=confirmed.reason(check.id, places, trouble.scope) if warns else None,
        )


def _still_missing(missing: Iterable[str], evaluation: Evaluation) -> Iterator[Found]:
    """What was found missing at first is, unless it was only thought to be relevant because
    another answer is missing."""
    for path in missing:
        node = node_at(path, evaluation.tree)
        if node is not None and node not in evaluation.doubt.open:
            yield Found("required_missing", node, "error", "")


def rules_of(description: FormDescription, changes: Iterable[RuleChange] = ()) -> Rules:
    """Made once per version and kept: compiling a form takes a while, judging by it does not."""
    return Rules(Logic(description), changed_by(changes))


def _place(path: str) -> str:
    """Without positions: person[2]/age is person/age."""
    return "/".join(step.partition("[")[0] for step in path.split("/"))


__all__ = ["Logic", "Rules", "SettledNode", "rules_of"]
