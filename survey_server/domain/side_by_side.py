"""Versions of one submission, question by question: what each says, and where they differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_server.domain.answers.lexical import spelled
from survey_server.domain.forms.parts import FormDescription, Group, Labels, Path, Question
from survey_server.domain.identities import naming

MOST_ROWS = 2000
LONGEST_VALUE = 1000
FILE_TYPE = "binary"
# Each step of a place: its name, and its position in a repeat, 0 elsewhere.
Place = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Value:
    """`labels` are what the form calls the choice, by language; of several, one after the other."""

    text: str
    labels: Labels


@dataclass(frozen=True, slots=True)
class Row:
    """A question of one entry. `values` are in the order of the versions, None where a version says
    nothing; `hidden`: they name somebody, and the viewer may not see that."""

    path: str
    label: Labels
    values: tuple[Value | None, ...]
    differs: bool
    hidden: bool
    file: bool


def side_by_side(
    description: FormDescription, trees: Sequence[Any], with_identities: bool
) -> list[Row]:
    """Where they differ first, then everything else; what nobody is asked, like times, after the
    questions; each in the order of the form. Entries of a repeat stand beside each other by their
    position. A tree that is None says nothing."""
    told = [dict(_leaves(tree)) for tree in trees]
    places = {place for one in told for place in one}
    order = {path: number for number, path in enumerate(_paths(description.root))}
    ordered = sorted(places, key=lambda place: _key(place, order))
    rows = [_row(description, place, told, with_identities) for place in ordered]
    return sorted(rows, key=lambda row: (not row.differs, not row.label))[:MOST_ROWS]


def _paths(group: Group) -> Iterator[Path]:
    for child in group.children:
        yield child.path
        if isinstance(child, Group):
            yield from _paths(child)


def _key(place: Place, order: Mapping[Path, int]) -> list[tuple[int, int, str]]:
    path = tuple(name for name, _ in place)
    return [
        (order.get(path[: depth + 1], len(order)), position, name)
        for depth, (name, position) in enumerate(place)
    ]


def _leaves(tree: Any) -> Iterator[tuple[Place, str]]:
    """Of any JSON value, without recursion: nobody has said that it is a tree of the form."""
    open_ones: list[tuple[Place, Any]] = [((), tree)]
    while open_ones:
        place, value = open_ones.pop()
        if isinstance(value, Mapping):
            open_ones += [((*place, (str(name), 0)), below) for name, below in value.items()]
        elif isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
            name = place[-1][0] if place else ""
            open_ones += [
                ((*place[:-1], (name, number)), below) for number, below in enumerate(value, 1)
            ]
        elif place and (text := _text(value)):
            yield place, text


def _text(value: Any) -> str:
    told = value if isinstance(value, list) else [value]
    return " ".join(spelled(one) or "" for one in told).strip()[:LONGEST_VALUE]


def _row(
    description: FormDescription,
    place: Place,
    told: Sequence[Mapping[Place, str]],
    with_identities: bool,
) -> Row:
    path = tuple(name for name, _ in place)
    question = _question(description, path)
    # Nobody has said what an answer is that the form does not ask for.
    hidden = not with_identities and (question is None or path in naming(description))
    texts = [one.get(place) for one in told]
    choices: dict[str, Labels] = {}
    if question is not None and question.choices is not None:
        known = description.choices_of(question) or ()
        choices = {one.value: one.labels for one in known}
    return Row(
        path="/".join(f"{name}[{at}]" if at else name for name, at in place),
        label=question.labels if question is not None else {},
        values=tuple(
            None if text is None else Value("" if hidden else text, _labels(choices, text))
            for text in texts
        ),
        differs=len(set(texts)) > 1,
        hidden=hidden,
        file=question is not None and question.type == FILE_TYPE,
    )


def _question(description: FormDescription, path: Path) -> Question | None:
    try:
        return description.question(path)
    except KeyError:
        return None


def _labels(choices: Mapping[str, Labels], text: str) -> Labels:
    chosen = [choices[code] for code in text.split() if code in choices]
    languages = {language for one in chosen for language in one}
    return {
        language: ", ".join(one[language] for one in chosen if language in one)
        for language in sorted(languages)
    }
