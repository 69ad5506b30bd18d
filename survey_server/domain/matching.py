"""Two interviews that may be about the same household.

same_unit: one unit told by two interviews · same_interview: one interview id told in two EAs ·
same_content: the very same answers under two ids · same_household: two or more persons of the same
name, sex and birth year under two units of one district. Single persons prove nothing where a
third of a nation shares a surname; two of one household hardly ever agree by chance.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from survey_server.domain.forms import FormDescription, Question
from survey_server.domain.interviews import InterviewKey

LEAST_SHARED = 2

# What differs between two visits even where the answers are copied.
_OF_THE_VISIT = ("visit.", "unit.", "household.", "identity", "interview.")


@dataclass(frozen=True, slots=True)
class Match:
    """A suspected pair; `a` sorts before `b`. `evidence` holds counts, never names."""

    kind: str
    a: InterviewKey
    b: InterviewKey
    evidence: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SharedPerson:
    """A person of interview `of` and one of `other` who agree. `exact`: diacritics too."""

    of: InterviewKey
    line: int
    other: InterviewKey
    other_line: int
    exact: bool


def pair(
    kind: str, one: InterviewKey, other: InterviewKey, evidence: Mapping[str, int] | None = None
) -> Match:
    a, b = sorted((one, other))
    return Match(kind, a, b, evidence or {})


def same_households(shared: Iterable[SharedPerson]) -> list[Match]:
    """Pairs that share enough persons. A person is counted once, however many agree with them."""
    pairs: dict[tuple[InterviewKey, InterviewKey], list[SharedPerson]] = {}
    for person in shared:
        a, b = sorted((person.of, person.other))
        pairs.setdefault((a, b), []).append(person)
    found = (_same_household(a, b, persons) for (a, b), persons in pairs.items())
    return [match for match in found if match is not None]


def _same_household(
    a: InterviewKey, b: InterviewKey, shared: Sequence[SharedPerson]
) -> Match | None:
    lines = {_lines(person, a) for person in shared}
    common = min(len({line for line, _ in lines}), len({line for _, line in lines}))
    exact = {_lines(person, a)[0] for person in shared if person.exact}
    if common < LEAST_SHARED:
        return None
    return Match("same_household", a, b, {"shared": common, "exact": min(common, len(exact))})


def _lines(person: SharedPerson, a: InterviewKey) -> tuple[int, int]:
    """The person's line in `a`, then in the other interview."""
    if person.of == a:
        return person.line, person.other_line
    return person.other_line, person.line


# What to leave out of an answers tree: a name's own value, or only parts of what is below it.
LeftOut = dict[str, "LeftOut | None"]


class ContentDigest:
    """Sums up what a form's answers say, without what belongs to the visit."""

    def __init__(self, description: FormDescription) -> None:
        self._left_out: LeftOut = {"meta": None}
        for question in description.questions():
            if _of_the_visit(question):
                _leave_out(self._left_out, question.path)

    def of(self, answers: Mapping[str, Any]) -> bytes:
        content = _without(answers, self._left_out)
        return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).digest()


def _of_the_visit(question: Question) -> bool:
    """Prefilled questions come from the list of households and not from this one."""
    prefilled = question.readonly and not question.calculate
    by_role = bool(question.role and question.role.startswith(_OF_THE_VISIT))
    return by_role or prefilled or question.preload is not None


def _leave_out(left_out: LeftOut, path: Sequence[str]) -> None:
    for name in path[:-1]:
        below = left_out.setdefault(name, {})
        if below is None:
            return
        left_out = below
    left_out[path[-1]] = None


def _without(node: Any, left_out: LeftOut) -> Any:
    """Most of a tree is kept whole, and so is not even looked at."""
    if isinstance(node, list):
        return [_without(one, left_out) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {name: value for name, value in node.items() if name not in left_out}
    for name, below in left_out.items():
        if below is not None and name in node:
            kept[name] = _without(node[name], below)
    return kept
