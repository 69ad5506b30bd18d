"""Calls of functions that no tablet knows, with arguments it does not take, or of lists unknown.

`and`, `or`, `if` and `coalesce` do not run all their parts. What may never run is a warning only.
"""

from collections.abc import Iterator

from survey_server.domain.forms.checking.expressions import Rule
from survey_server.domain.forms.checking.model import Model
from survey_server.domain.forms.checking.nearest import nearest
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.forms.checking.syntax_words import in_vietnamese
from survey_server.domain.logic import FUNCTIONS
from survey_server.domain.logic.syntax import (
    Call,
    Operation,
    Path,
    Syntax,
    Text,
    everything_in,
    parts_of,
)

# How many arguments of a function run in any case.
_RUN_ALWAYS = {"if": 1, "coalesce": 1, "once": 0}
# Tablets run these, the server cannot.
_ON_TABLETS_ONLY = frozenset({"intersects"})
_LISTS_BY_NAME = frozenset({"instance", "pulldata"})


def check_calls(rule: Rule, report: Report) -> None:
    told: set[str] = set()
    for call, may_rest in _calls(rule.syntax, may_rest=False):
        if call.name not in told and _is_wrong(call):
            told.add(call.name)
            _tell(call, may_rest, rule, report)


def _calls(syntax: Syntax, may_rest: bool) -> Iterator[tuple[Call, bool]]:
    """Those that always run first."""
    found = list(_walk(syntax, may_rest))
    return iter(sorted(found, key=lambda one: one[1]))


def _walk(syntax: Syntax, may_rest: bool) -> Iterator[tuple[Call, bool]]:
    runs = 1_000_000
    if isinstance(syntax, Call):
        yield syntax, may_rest
        runs = _RUN_ALWAYS.get(syntax.name, runs)
    elif isinstance(syntax, Operation) and syntax.operator in ("and", "or"):
        runs = 1
    elif isinstance(syntax, Path):
        runs = 0 if isinstance(syntax.start, str) else 1
    for index, part in enumerate(parts_of(syntax)):
        yield from _walk(part, may_rest or index >= runs)


def _is_wrong(call: Call) -> bool:
    function = FUNCTIONS.get(call.name)
    return function is None or not function.accepts(len(call.arguments))


def _tell(call: Call, may_rest: bool, rule: Rule, report: Report) -> None:
    tell = report.warning if may_rest else report.error
    function = FUNCTIONS.get(call.name)
    if call.name in _ON_TABLETS_ONLY:
        report.warning("function_on_tablets_only", rule.where, function=call.name)
        return
    if function is None:
        near = nearest(call.name, FUNCTIONS)
        suggestion = f"{near}()" if near else ""
        tell("unknown_function", rule.where, function=call.name, nearest=suggestion)
        return
    arity = function.arity()
    wanted = (in_vietnamese(arity.replace(" or ", " hoặc ")), arity)
    given = len(call.arguments)
    tell("argument_count", rule.where, function=call.name, wanted=wanted, given=given)


def check_lists(rule: Rule, model: Model, report: Report) -> None:
    for part in everything_in(rule.syntax):
        if not isinstance(part, Call) or part.name not in _LISTS_BY_NAME or not part.arguments:
            continue
        named = part.arguments[0]
        if not isinstance(named, Text) or named.value.removesuffix(".csv") in model.lists:
            continue
        near = nearest(named.value, model.lists)
        report.error("unknown_instance", rule.where, list=named.value, nearest=near)
