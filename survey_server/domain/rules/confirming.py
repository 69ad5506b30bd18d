"""Warnings that the enumerator has confirmed: the answer is unusual, and the reason is told.

A client that runs the checks itself says so in `meta/confirmed`, a list of rule, path and reason.
Where the tablet runs the form alone, the form's author adds a question for the reason, marked with
`bind::survey:confirms`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from survey_server.domain.answers.reading import Answers
from survey_server.domain.forms.parts import Question
from survey_server.domain.logic import Node
from survey_server.domain.rules.evaluation import Evaluation
from survey_server.domain.rules.sites import Site, Sites

MOST = 200
LONGEST_REASON = 500


@dataclass
class Confirmed:
    by_place: dict[tuple[str, str], str] = field(default_factory=dict)
    # Reasons given to questions of the form: by check, the entry they were given in.
    by_entry: dict[str, list[tuple[Node, str]]] = field(default_factory=dict)

    def reason(self, rule: str, places: Iterable[str], scope: Node) -> str | None:
        """`places` are the paths of the finding and of the entry that it was found in."""
        for path in places:
            if (rule, path) in self.by_place:
                return self.by_place[rule, path]
        for entry, reason in self.by_entry.get(rule, ()):
            if entry is scope or entry in scope.lineage or scope in entry.lineage:
                return reason
        return None


def confirming_sites(sites: Sites) -> list[Site]:
    return [one for one in sites.all if isinstance(one.part, Question) and one.part.confirms]


def confirmed_in(answers: Answers, evaluation: Evaluation, asking: list[Site]) -> Confirmed:
    confirmed = Confirmed()
    for rule, path, reason in _told(answers):
        confirmed.by_place[rule, path] = reason
    for site in asking:
        assert isinstance(site.part, Question)
        for node in evaluation.present(site):
            if node.text and node.parent is not None:
                told = (_entry(node, site), node.text[:LONGEST_REASON])
                confirmed.by_entry.setdefault(site.part.confirms or "", []).append(told)
    return confirmed


def _entry(node: Node, site: Site) -> Node:
    """The nearest repeat's entry around the question, or the whole interview."""
    at, place = node, site
    while place.parent is not None and not place.is_repeat:
        assert at.parent is not None
        at, place = at.parent, place.parent
    return at


def _told(answers: Answers) -> list[tuple[str, str, str]]:
    meta = answers.get("meta")
    listed = meta.get("confirmed") if isinstance(meta, Mapping) else None
    found = []
    for one in (listed if isinstance(listed, list) else [listed])[:MOST]:
        if isinstance(one, Mapping) and isinstance(one.get("rule"), str):
            reason = one.get("reason")
            path = one.get("path")
            if isinstance(reason, str) and reason.strip():
                place = path if isinstance(path, str) else ""
                found.append((one["rule"], place, reason[:LONGEST_REASON]))
    return found
