"""Choice filters that ask a list for a column it does not have."""

from survey_server.domain.forms.checking.expressions import Rule
from survey_server.domain.forms.checking.lists import Lists
from survey_server.domain.forms.checking.nearest import nearest
from survey_server.domain.forms.checking.outline import Part
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.logic.syntax import Path, Syntax, everything_in

_ALSO = frozenset({"name", "label", "itextId"})


def check_filter(rule: Rule, part: Part, lists: Lists, report: Report) -> None:
    """Lists in files and lists of earlier answers have columns that are not known here."""
    select = part.select
    known = lists.choices.get(select.list_name) if select else None
    if select is None or known is None:
        return
    columns = known.columns | _ALSO
    for name in dict.fromkeys(map(_column_asked, everything_in(rule.syntax))):
        if name and name not in columns:
            words = {"list": select.list_name, "column": name}
            near = nearest(name, columns)
            report.warning("filter_column_unknown", rule.where, nearest=near, **words)


def _column_asked(syntax: Syntax) -> str:
    """A bare name, as in `province = ${province}`."""
    if not isinstance(syntax, Path) or syntax.start != "." or len(syntax.steps) != 1:
        return ""
    step = syntax.steps[0]
    return step.name or "" if step.axis == "child" and step.name != "*" else ""
