"""What a single question needs and cannot have: a label, a formula, an answer that can be given."""

from pyxform.utils import default_is_dynamic

from survey_server.domain.forms.checking import vocabulary
from survey_server.domain.forms.checking.expression_words import KINDS
from survey_server.domain.forms.checking.expressions import Rule
from survey_server.domain.forms.checking.kinds import is_no_number
from survey_server.domain.forms.checking.model import Model
from survey_server.domain.forms.checking.outline import Outline, Part
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.forms.checking.vocabulary import (
    CALCULATE,
    DEFAULT,
    REQUIRED,
)

_WORDS = frozenset({"label", "hint", "guidance_hint", "media"})
# A list that is only shown in the columns of a table has no label of its own.
_LABELLED_ELSEWHERE = ("label", "list-nolabel")


def check_questions(outline: Outline, model: Model, report: Report) -> None:
    for part in outline.parts:
        if part.is_question:
            _check_label(part, report)
            _check_calculation(part, report)
            _check_required(part, report)
            _check_default(part, model, report)


def _check_label(part: Part, report: Report) -> None:
    if part.select is None and not vocabulary.is_shown(part.type):
        return
    has_words = any(column[0] in _WORDS for column in part.line.cells)
    is_computed = bool(part.line.cells.get(CALCULATE))
    if not has_words and not is_computed:
        report.error("label_missing", part.line.where(("label",)), name=part.name)


def _check_calculation(part: Part, report: Report) -> None:
    if part.type != "calculate" or part.line.cells.get(CALCULATE):
        return
    default = part.line.cells.get(DEFAULT, "")
    if not default_is_dynamic(default, part.type):
        report.error("calculation_missing", part.line.where(CALCULATE))


def _check_required(part: Part, report: Report) -> None:
    if part.line.get(REQUIRED) not in vocabulary.IS_YES:
        return
    if part.type == "calculate":
        report.warning("required_calculate", part.line.where(REQUIRED))
    elif vocabulary.kind_of_type(part.type) == "note" and part.select is None:
        report.warning("required_note", part.line.where(REQUIRED))


def _check_default(part: Part, model: Model, report: Report) -> None:
    default = part.line.cells.get(DEFAULT, "")
    node = model.nodes.get(part.path)
    if part.select is None or not default or node is None or node.codes is None:
        return
    if default_is_dynamic(default, part.select.command):
        return
    for code in default.split() if node.kind == "codes" else [default.strip()]:
        if code not in node.codes:
            where = part.line.where(DEFAULT)
            report.warning("code_unknown", where, name=part.name, code=code)


def check_count(rule: Rule, model: Model, report: Report) -> None:
    """A plain reference to what is no number. An expression may make a number of anything."""
    node = model.node_of(rule.read, rule.at)
    if node is not None and (is_no_number(node) or node.kind == "date"):
        tell = report.warning if node.kind in ("text", "code") else report.error
        tell("count_not_a_number", rule.where, name=node.name, kind=KINDS[node.kind])
        return
    group = model.group_of(rule.read, rule.at)
    if group is not None:
        kind = KINDS["repeat" if model.groups[group] == "repeat" else "group"]
        report.error("count_not_a_number", rule.where, name=group[-1], kind=kind)
