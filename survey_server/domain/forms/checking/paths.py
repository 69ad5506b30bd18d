"""Paths that lead nowhere: to a tablet they are blank for ever, and nobody is told."""

from collections.abc import Sequence

from survey_server.domain.forms.checking.expressions import Rule
from survey_server.domain.forms.checking.model import Model
from survey_server.domain.forms.checking.nearest import nearest
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.forms.parts import Path
from survey_server.domain.logic.references import Reference

# Below these the compiler makes nodes of its own.
_MADE = frozenset({"meta"})


def check_paths(rule: Rule, read: Sequence[Reference], model: Model, report: Report) -> None:
    if not model.is_whole:
        return
    told: set[Path] = set()
    for reference in read:
        path = reference.path
        if not reference.exact or path in told or model.leads_somewhere(path):
            continue
        if path == rule.at or (path[:1] and path[0] in _MADE):
            continue
        told.add(path)
        _tell(path, rule, model, report)


def _tell(path: Path, rule: Rule, model: Model, report: Report) -> None:
    """A bare name is meant as a reference nearly always: `age` for `${age}`."""
    names = {each[-1] for each in model.nodes}
    near = path[-1] if path[-1] in names else nearest(path[-1], names)
    if path[: len(rule.at)] == rule.at:
        shown = "/".join(path[len(rule.at) :])
    else:
        shown = "/".join(("", model.root, *path))
    suggestion = f"${{{near}}}" if near else ""
    report.error("path_nowhere", rule.where, path=shown, nearest=suggestion)
