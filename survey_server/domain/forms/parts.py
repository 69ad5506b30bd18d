"""What a form is made of, as plain values: questions, groups, repeats, choices.

A form version never changes, so its description is compared by identity: other modules may keep
lookup tables of their own for as long as the description lives. Labels are keyed by the language's
short code ("vi", "en"). Paths leave out the root: ("person", "birth_year").
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

Labels = Mapping[str, str]
Path = tuple[str, ...]
Severity = Literal["error", "warning"]

# Where a form does not say it: what times without a zone mean, and where a day begins.
TIME_ZONE = "Asia/Ho_Chi_Minh"

# Questions whose answer is a list of codes; all others have one lexical string.
LIST_TYPES = frozenset({"select", "rank"})
CHOICE_TYPES = LIST_TYPES | {"select1"}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    labels: Labels


@dataclass(frozen=True, slots=True)
class Instance:
    """A secondary instance: rows that choice lists and expressions read.

    `rows` is None where the rows are in a file that was not at hand.
    """

    name: str
    source: str | None
    rows: tuple[Mapping[str, str], ...] | None


@dataclass(frozen=True, slots=True)
class Itemset:
    """Where a select reads its choices: the nodes, and the name of what is below each."""

    nodeset: str
    value: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """The ends of a range control, as the form spells them."""

    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over several questions or persons, from the sheet `checks`.

    `condition` is true where there is trouble; it is asked once for every entry of `scope`, a
    repeat or a group, or once for the interview where `scope` is (). A finding points at
    `question`. The rule holds for what came in from `since` to `until`, both included.
    """

    id: str
    severity: Severity
    scope: Path
    condition: str
    question: Path
    messages: Labels
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Question:
    path: Path
    name: str
    type: str
    control: str | None
    number: str | None
    role: str | None
    codes: Mapping[str, str]
    missing: frozenset[str]
    labels: Labels
    hints: Labels
    required: bool
    required_expr: str | None
    required_messages: Labels
    relevant: str | None
    constraint: str | None
    constraint_messages: Labels
    calculate: str | None
    readonly: bool
    default: str | None
    appearance: str | None
    choices: str | None
    choice_filter: str | None
    itemset: Itemset | None
    bounds: Bounds | None
    preload: str | None
    # The check whose warning this answer, a reason, confirms.
    confirms: str | None

    @property
    def is_note(self) -> bool:
        """Text on the screen: nobody can answer it and nothing computes it."""
        shown_only = self.control == "input" and self.readonly
        return shown_only and not (self.calculate or self.default or self.preload)


@dataclass(frozen=True, slots=True)
class Group:
    path: Path
    name: str
    kind: Literal["group", "repeat"]
    role: str | None
    table: str | None
    number: str | None
    labels: Labels
    relevant: str | None
    count: str | None
    appearance: str | None
    children: tuple["Question | Group", ...]


@dataclass(frozen=True, eq=False)
class FormDescription:
    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    default_language: str
    instance_name: str | None
    root: Group
    choice_lists: Mapping[str, tuple[Choice, ...]]
    instances: Mapping[str, Instance]
    time_zone: str = TIME_ZONE
    checks: tuple[Check, ...] = ()

    def question(self, path: Path | str) -> Question:
        """By path, ("person", "sex") or "person/sex"; KeyError where there is none."""
        wanted = tuple(path.split("/")) if isinstance(path, str) else path
        return self._questions_by_path[wanted]

    def questions(self) -> Iterator[Question]:
        """In the order of the form, those of groups and repeats included."""
        yield from self._questions_by_path.values()

    def groups(self) -> Iterator[Group]:
        """Every group and repeat, parents first, without the root."""
        yield from (part for part in self._parts if isinstance(part, Group))

    def by_role(self, role: str) -> "Question | Group | None":
        """The first part that carries the role."""
        return next(iter(self.all_by_role(role)), None)

    def all_by_role(self, role: str) -> "tuple[Question | Group, ...]":
        return self._parts_by_role.get(role, ())

    def choices_of(self, question: Question) -> tuple[Choice, ...] | None:
        """None where the list is not known, so that no answer can be judged by it."""
        return None if question.choices is None else self.choice_lists.get(question.choices)

    @cached_property
    def _parts(self) -> "tuple[Question | Group, ...]":
        return tuple(_below(self.root))

    @cached_property
    def _questions_by_path(self) -> dict[Path, Question]:
        return {part.path: part for part in self._parts if isinstance(part, Question)}

    @cached_property
    def _parts_by_role(self) -> "dict[str, tuple[Question | Group, ...]]":
        found: dict[str, tuple[Question | Group, ...]] = {}
        for part in self._parts:
            if part.role:
                found[part.role] = (*found.get(part.role, ()), part)
        return found


def _below(group: Group) -> "Iterator[Question | Group]":
    for child in group.children:
        yield child
        if isinstance(child, Group):
            yield from _below(child)
