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


def check_rules(rules: Sequence[Rule], model: Model, report: Report) -> None:
    for rule in rules:
        check_calls(rule, report)
        check_lists(rule, model, report)
        check_paths(rule, model, report)
        check_kinds(rule, model, report)
        check_never(rule, model, report)
    check_cycles(rules, model, report)
