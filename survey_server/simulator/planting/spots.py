"""Places in an answers tree where a question is answered, or could be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# An answers tree while it is spoilt: text, lists and trees at any depth.
Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spot:
    """The question `name` in `entry`, the group or entry that holds it; `entry` is reached by
    `place`, with the numbers of repeats: person[2]/education."""

    entry: Tree
    name: str
    place: str

    @property
    def path(self) -> str:
        return f"{self.place}/{self.name}" if self.place else self.name

    @property
    def answered(self) -> bool:
        return self.name in self.entry


def spots(answers: Tree, path: Sequence[str]) -> list[Spot]:
    """Wherever the groups above the question are there, answered or not."""
    return [Spot(entry, path[-1], place) for entry, place in _entries(answers, path[:-1], "")]


def _entries(at: Tree, steps: Sequence[str], place: str) -> Iterator[tuple[Tree, str]]:
    if not steps:
        yield at, place
        return
    below = at.get(steps[0])
    path = f"{place}/{steps[0]}" if place else steps[0]
    if isinstance(below, list):
        for number, entry in enumerate(below, start=1):
            yield from _entries(entry, steps[1:], f"{path}[{number}]")
    elif isinstance(below, dict):
        yield from _entries(below, steps[1:], path)
