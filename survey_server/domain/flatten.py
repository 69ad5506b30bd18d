"""From trees of answers to tables of rows, the shape in which analysts work.

The root is the table `household`; every repeat has a table of its own, and so has a group that
names one (women of childbearing age), which has a row only where something was answered. A row is
found again by its keys: those of the interview, then the position in each repeat around it, from 1.
Several versions of a form, and several forms of a survey, share tables: a column stands in the
place where it first came up, and is blank where a version does not ask it. A question that is
called like a key ("province") is `province_answered`: the key is what the frame says.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from survey_server.domain.answers import Answers
from survey_server.domain.answers.lexical import is_decimal, is_int
from survey_server.domain.answers.reading import value_at
from survey_server.domain.forms.meta import is_open_ended
from survey_server.domain.forms.parts import (
    LIST_TYPES,
    Choice,
    FormDescription,
    Group,
    Path,
    Question,
)
from survey_server.domain.identities import identifying as identifying_questions

Kind = Literal["text", "integer", "decimal", "date", "time", "datetime", "flag"]
Cell = str | int | Decimal | None
Row = dict[str, Cell]

HOUSEHOLD = "household"

# A select with more choices than this keeps its codes in one column.
MOST_FLAGS = 100

_KINDS: Mapping[str, Kind] = {
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "datetime",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A key (no question), a question, or one code of a question with several answers."""

    name: str
    kind: Kind
    question: Question | None
    code: str | None = None
    identifying: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    keys: tuple[Column, ...]
    columns: tuple[Column, ...]

    def header(self) -> list[str]:
        return [column.name for column in (*self.keys, *self.columns)]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one form version puts into one table: where its columns stand, and what nests in it.

    `path` leads from the part around it; in a repeat it leads to the array.
    """

    table: str
    path: Path
    position: str | None
    always: bool
    columns: tuple[tuple[Path, Column], ...]
    below: tuple["_Part", ...]


def tables_of(
    descriptions: Iterable[FormDescription],
    keys: Sequence[str] = ("interview_id", "unit"),
    identifying: bool = True,
) -> tuple[Table, ...]:
    """The tables of all these versions together; without identifying columns if told so."""
    merged: dict[str, Table] = {}
    for description in descriptions:
        for part, positions in _parts(_root_part(description, frozenset(keys)), ()):
            table = _table(part, (*keys, *positions), identifying)
            known = merged.get(table.name)
            merged[table.name] = table if known is None else _merge(known, table)
    return tuple(merged.values())


def rows_of(
    description: FormDescription, answers: Answers, keys: Mapping[str, Cell]
) -> Iterator[tuple[str, Row]]:
    """Table and row, a household before its persons; `answers` as read_answers gave them."""
    yield from _rows(_root_part(description, frozenset(keys)), answers, dict(keys))


def _rows(part: _Part, answers: Answers, keys: Row) -> Iterator[tuple[str, Row]]:
    cells = dict(_cells(part, answers))
    if part.always or cells:
        yield part.table, {**keys, **cells}
    for below in part.below:
        entries = value_at(answers, below.path)
        if below.position is None:
            if isinstance(entries, dict):
                yield from _rows(below, entries, keys)
            continue
        for position, entry in enumerate(entries or (), 1):
            yield from _rows(below, entry, {**keys, below.position: position})


def _cells(part: _Part, answers: Answers) -> Iterator[tuple[str, Cell]]:
    for path, column in part.columns:
        value = value_at(answers, path)
        if value is None:
            continue
        if column.kind == "flag":
            yield column.name, int(column.code in value)
        else:
            yield column.name, _cell(value, column.kind)


def _cell(value: object, kind: Kind) -> Cell:
    """An answer that is no number of its column stays the text it is."""
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    if kind == "integer" and is_int(text):
        return int(text)
    if kind == "decimal" and is_decimal(text):
        return Decimal(text)
    return text


@lru_cache(maxsize=256)
def _root_part(description: FormDescription, keys: frozenset[str]) -> _Part:
    return _part(description.root, description, keys, None)


def _part(
    group: Group,
    description: FormDescription,
    keys: frozenset[str],
    position: str | None,
) -> _Part:
    questions, nested = _contents(group, description)
    depth = len(group.path)
    keys = keys | {position} if position else keys
    names = _names(questions, depth, keys)
    return _Part(
        table=group.table or (group.name if group.path else HOUSEHOLD),
        path=group.path,
        position=position,
        always=group.kind == "repeat" or not group.path,
        columns=tuple(
            (question.path[depth:], column)
            for question in questions
            for column in _columns(question, names[question.path], description)
        ),
        below=tuple(
            replace(_nested(below, description, keys), path=below.path[depth:]) for below in nested
        ),
    )


def _nested(group: Group, description: FormDescription, keys: frozenset[str]) -> _Part:
    position = f"{group.name}_no" if group.kind == "repeat" else None
    return _part(group, description, keys, position)


def _contents(group: Group, description: FormDescription) -> tuple[list[Question], list[Group]]:
    """This table's questions, plain groups opened, and the parts that are tables themselves."""
    questions: list[Question] = []
    nested: list[Group] = []
    for child in group.children:
        if isinstance(child, Question):
            if _is_asked(child, description):
                questions.append(child)
        elif child.kind == "repeat" or child.table:
            nested.append(child)
        elif not is_open_ended(child.path):
            inner_questions, inner_nested = _contents(child, description)
            questions += inner_questions
            nested += inner_nested
    return questions, nested


def _is_asked(question: Question, description: FormDescription) -> bool:
    """Not a note, nor the count that the compiler adds beside a repeat."""
    if question.is_note:
        return False
    repeat = question.name.removesuffix("_count")
    added = question.control is None and not (question.number or question.role)
    beside = (*question.path[:-1], repeat)
    return not (added and any(g.path == beside for g in description.groups()))


def _names(questions: list[Question], depth: int, keys: frozenset[str]) -> dict[Path, str]:
    """A question's own name, or its path where two questions of one table share a name."""
    called = Counter(question.name for question in questions)
    names = {}
    for question in questions:
        path = question.path[depth:]
        name = question.name if called[question.name] == 1 else "_".join(path)
        names[question.path] = f"{name}_answered" if name in keys else name
    return names


def _columns(question: Question, name: str, description: FormDescription) -> Iterator[Column]:
    choices = flagged_choices(question, description)
    hidden = question.path in identifying_questions(description)
    if choices is None:
        kind = _KINDS.get(question.type, "text")
        yield Column(name, kind, question, None, hidden)
        return
    for choice in choices:
        yield Column(f"{name}_{choice.value}", "flag", question, choice.value, hidden)


def flagged_choices(question: Question, description: FormDescription) -> tuple[Choice, ...] | None:
    """The choices that get a column each; None where the question has one column."""
    choices = description.choices_of(question)
    if question.type not in LIST_TYPES or question.type == "rank" or not choices:
        return None
    return choices if len(choices) <= MOST_FLAGS else None


def _parts(part: _Part, positions: tuple[str, ...]) -> Iterator[tuple[_Part, tuple[str, ...]]]:
    if part.position:
        positions = (*positions, part.position)
    yield part, positions
    for below in part.below:
        yield from _parts(below, positions)


def _table(part: _Part, keys: tuple[str, ...], identifying: bool) -> Table:
    return Table(
        name=part.table,
        keys=tuple(_key(name) for name in keys),
        columns=tuple(c for _, c in part.columns if identifying or not c.identifying),
    )


def _key(name: str) -> Column:
    kind: Kind = "integer" if name.endswith("_no") else "text"
    return Column(name, kind, None, identifying=name == "unit")


def _merge(one: Table, other: Table) -> Table:
    return replace(
        one, keys=_merged(one.keys, other.keys), columns=_merged(one.columns, other.columns)
    )


def _merged(one: tuple[Column, ...], other: tuple[Column, ...]) -> tuple[Column, ...]:
    """A new column comes after the one that it follows in its own form."""
    merged = {column.name: column for column in one}
    order = list(merged)
    before = -1
    for column in other:
        known = merged.get(column.name)
        if known is None:
            merged[column.name] = column
            order.insert(before + 1, column.name)
        elif known.kind != column.kind:
            merged[column.name] = replace(known, kind="text")
        before = order.index(column.name)
    return tuple(merged[name] for name in order)
