"""Areas form a tree: every level hangs from the one just above, up to the top.

Judged over the file and what is on file together, so that a file may bring a part of the tree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_server.domain.frame.mistakes import MOST_MISTAKES, Mistake
from survey_server.domain.frame.rows import AreaRow, Table


@dataclass(frozen=True, slots=True)
class AreaOnFile:
    """`level` is a place in the survey's levels, 0 at the top."""

    id: int
    level: int


def area_mistakes(
    table: Table[AreaRow], levels: Sequence[str], on_file: Mapping[str, AreaOnFile]
) -> list[Mistake]:
    depths = {name: depth for depth, name in enumerate(levels)}
    known = {code: area.level for code, area in on_file.items()}
    in_file = {row.code: depths[row.level] for row in table.rows if row.level in depths}
    tree = _Tree(depths, known, {**known, **in_file}, {r.code: r.parent for r in table.rows})
    mistakes: list[Mistake] = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        if wrong := tree.mistake(row):
            mistakes.append(Mistake(number, *wrong))
        if len(mistakes) >= MOST_MISTAKES:
            break
    return mistakes


@dataclass(frozen=True, slots=True)
class _Tree:
    depths: Mapping[str, int]
    known: Mapping[str, int]
    together: Mapping[str, int]
    parents: Mapping[str, str | None]

    def mistake(self, row: AreaRow) -> tuple[str, str] | None:
        """The column and what is wrong there."""
        if row.level not in self.depths:
            return "level", "unknown_level"
        depth = self.depths[row.level]
        if self.known.get(row.code, depth) != depth:
            return "level", "level_changed"
        if row.form_id and depth != len(self.depths) - 1:
            return "form_id", "form_above_ea"
        wrong = self._parent_mistake(row, depth)
        return ("parent", wrong) if wrong else None

    def _parent_mistake(self, row: AreaRow, depth: int) -> str | None:
        if depth == 0:
            return "parent_of_top" if row.parent else None
        if not row.parent:
            return "parent_needed"
        if row.parent not in self.parents and row.parent not in self.known:
            return "unknown_parent"
        # A parent with an unknown level is listed once, in its own row.
        if self.together.get(row.parent, depth - 1) == depth - 1:
            return None
        return "cycle" if self._in_circle(row.code) else "parent_level"

    def _in_circle(self, code: str) -> bool:
        above, seen = self.parents.get(code), {code}
        while above is not None and above not in seen:
            seen.add(above)
            above = self.parents.get(above)
        return above == code
