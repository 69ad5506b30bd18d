"""Everything that is asked of every rule, whether it came from a sheet or from an XForm."""

from collections.abc import Sequence

from survey_server.domain.forms.checking.calls import check_calls, check_lists
from survey_server.domain.forms.checking.cycles import check_cycles
from survey_server.domain.forms.checking.expressions import Rule
from survey_server.domain.forms.checking.kinds import check_kinds
from survey_server.domain.forms.checking.model import Model
from survey_server.domain.forms.checking.never import check_never
from survey_server.domain.forms.checking.paths import check_paths
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.logic.references import references_of


def check_rules(rules: Sequence[Rule], model: Model, report: Report) -> None:
    reads = [references_of(rule.read, rule.at, model.root) for rule in rules]
    for rule, read in zip(rules, reads, strict=True):
        check_calls(rule, report)
        check_lists(rule, model, report)
        check_paths(rule, read, model, report)
        check_kinds(rule, model, report)
        check_never(rule, model, report)
    check_cycles(rules, reads, model, report)
