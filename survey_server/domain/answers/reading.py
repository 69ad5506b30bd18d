"""An interview's answers, read by the form they were given to.

What comes back is the canonical tree: groups are objects, repeats arrays of objects, leaves the
text as the tablet wrote it, selects of several an array of codes, blanks left out. It is the same
from either spelling: a character that XML has no place for is U+FFFD from JSON too. Nothing is
refused for a broken rule: every one becomes a finding. Only a tree that cannot be one of this form
(a group that is no object, a repeat that is no array) is refused: its answers have no place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from survey_server.domain.answers.carried import Carried, carried, confirmations
from survey_server.domain.answers.lexical import as_xml_can_carry, spelled
from survey_server.domain.answers.plan import Branch, Leaf, plan_of
from survey_server.domain.forms.meta import CONFIRMED, META
from survey_server.domain.forms.parts import FormDescription, Path

# JSON objects whose shape the form decides.
Answers = dict[str, Any]

# An interview with more findings than this is broken as a whole, and nobody reads the rest.
MOST_FINDINGS = 500
LONGEST_VALUE = 200
LONGEST_PATH = 300


class NotATree(ValueError):
    """These answers are no tree of the form; `path` says where they leave it ("" is the root)."""

    def __init__(self, path: str) -> None:
        super().__init__(f"not a tree of the form at {path or 'the root'}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that an interview breaks. Entries of repeats are counted from 1: person[2]/sex.

    `reads` are other answers that the rule has read, by path; `confirmed` is the enumerator's
    reason why a warning is no mistake.
    """

    rule: str
    path: str
    severity: Literal["error", "warning"]
    value: str
    reads: Mapping[str, str] = field(default_factory=dict)
    confirmed: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    answers: Answers
    findings: tuple[Finding, ...]


def read_answers(description: FormDescription, tree: object) -> Reading:
    """Raises NotATree."""
    plan = plan_of(description)
    if not isinstance(tree, Mapping):
        raise NotATree("")
    findings: list[Finding] = []
    answers = _read_branch(plan.root, tree, "", findings)
    # An answer that could not be read is there, and told already.
    told = {finding.path for finding in findings}
    findings += [
        Finding("required_missing", path, "error", "")
        for path in missing_required(plan.root, answers)
        if path not in told
    ]
    return Reading(answers=answers, findings=tuple(findings[:MOST_FINDINGS]))


def missing_required(branch: Branch, answers: Answers, prefix: str = "") -> Iterator[str]:
    for name in branch.required:
        if name not in answers:
            yield prefix + name
    for name in branch.demanding:
        below = branch.nodes[name]
        assert isinstance(below, Branch)
        if not below.repeated:
            yield from missing_required(below, answers.get(name, {}), f"{prefix}{name}/")
            continue
        for position, entry in enumerate(answers.get(name, ()), 1):
            yield from missing_required(below, entry, f"{prefix}{name}[{position}]/")


def value_at(answers: Answers, path: Path) -> Any:
    """None where nothing was answered; Any, because the path decides what stands there."""
    value: Any = answers
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _read_branch(
    branch: Branch, tree: Mapping[str, object], prefix: str, findings: list[Finding]
) -> Answers:
    answers: Answers = {}
    nodes = branch.nodes
    for name, value in tree.items():
        if value is None or value == "":
            continue
        node = nodes.get(name)
        read: Carried | None
        if type(node) is Leaf:
            read = _read_leaf(node, value, prefix, name, findings)
        elif node is None:
            read = _read_unknown(branch, value, prefix, name, findings)
        else:
            assert isinstance(node, Branch)
            read = _read_below(node, value, f"{prefix}{name}", findings)
        if read:
            answers[name] = read
    return answers


def _read_below(
    branch: Branch, value: object, path: str, findings: list[Finding]
) -> Answers | list[Answers]:
    if not branch.repeated:
        if not isinstance(value, Mapping):
            raise NotATree(path[:LONGEST_PATH])
        return _read_branch(branch, value, f"{path}/", findings)
    if not isinstance(value, list):
        raise NotATree(path[:LONGEST_PATH])
    entries = []
    for position, entry in enumerate(value, 1):
        place = f"{path}[{position}]"
        if not isinstance(entry, Mapping):
            raise NotATree(place[:LONGEST_PATH])
        entries.append(_read_branch(branch, entry, f"{place}/", findings))
    return entries


def _read_leaf(
    leaf: Leaf, value: object, prefix: str, name: str, findings: list[Finding]
) -> str | list[str] | None:
    if leaf.listed:
        return _read_list(leaf, value, prefix + name, findings)
    text = spelled(value)
    if text is None:
        _note(findings, "type", prefix + name, _shown(value))
        return None
    if text.isspace():
        return None
    if leaf.accepts is not None and not leaf.accepts(text):
        _note(findings, "type", prefix + name, text)
    elif leaf.allowed is not None and text not in leaf.allowed:
        _note(findings, "not_in_list", prefix + name, text)
    return text


def _read_list(leaf: Leaf, value: object, path: str, findings: list[Finding]) -> list[str] | None:
    """A list of codes; the OpenRosa spelling, codes with spaces between them, is read too.

    No code has a space in it, so one array never reads as two different lists.
    """
    texts = [spelled(one) for one in value] if isinstance(value, list) else [spelled(value)]
    if None in texts:
        _note(findings, "type", path, _shown(value))
    known = [code for text in texts if text for code in text.split()]
    if leaf.allowed is not None:
        for code in known:
            if code not in leaf.allowed:
                _note(findings, "not_in_list", path, code)
    return known


def _read_unknown(
    branch: Branch, value: object, prefix: str, name: str, findings: list[Finding]
) -> Carried | None:
    """What a client adds to meta (audit, deprecatedID) is kept; elsewhere it has no place."""
    if branch.open_ended:
        confirmed = prefix == f"{META}/" and name == CONFIRMED
        return confirmations(value) if confirmed else carried(name, value)
    _note(findings, "unknown_question", prefix + name, _shown(value), "warning")
    return None


def _note(
    findings: list[Finding],
    rule: str,
    path: str,
    value: str,
    severity: Literal["error", "warning"] = "error",
) -> None:
    if len(findings) < MOST_FINDINGS:
        place = as_xml_can_carry(path[:LONGEST_PATH])
        findings.append(Finding(rule, place, severity, value[:LONGEST_VALUE]))


def _shown(value: object) -> str:
    """An object or an array is only named: what is inside may be anything and of any size."""
    text = spelled(value)
    if text is not None:
        return text
    return "{…}" if isinstance(value, Mapping) else "[…]"
