"""`${name}`: in every cell where the compiler would replace it, is there exactly one such name?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyxform import aliases
from pyxform.parsing.expression import RE_PYXFORM_REF_INNER, RE_PYXFORM_REF_OUTER

from survey_server.domain.forms.checking import vocabulary
from survey_server.domain.forms.checking.nearest import Suggestions
from survey_server.domain.forms.checking.outline import Outline, Part
from survey_server.domain.forms.checking.report import Report, Where
from survey_server.domain.forms.checking.table import Table

# The compiler makes these questions itself.
_MADE = frozenset({"instanceID"})
# Cells of `type` and `name` have rules of their own.
_NOT_IN_SURVEY = frozenset({"type", "name"})
_NOT_IN_ENTITIES = frozenset({"dataset", "list_name", "list name", "repeat"})
_LONGEST_QUOTE = 40


@dataclass
class References:
    """All names that a reference may use, with the parts that have them."""

    by_name: Mapping[str, Sequence[Part]]
    report: Report

    def __post_init__(self) -> None:
        self._suggestions = Suggestions(self.by_name)

    def check(self, text: str, where: Where, only_questions: bool = False) -> None:
        if "${" not in text:
            return
        for name in self._names_in(text, where):
            if name in _MADE and not only_questions:
                continue
            found = self.by_name.get(name, ())
            if only_questions:
                found = [part for part in found if part.is_question]
            if not found:
                self.report.error("unknown_reference", where, name=name, nearest=self.near(name))
            elif len({part.path for part in found}) > 1:
                rows = ", ".join(str(part.line.row) for part in found)
                self.report.error("ambiguous_reference", where, name=name, rows=rows)

    def _names_in(self, text: str, where: Where) -> Iterator[str]:
        names: dict[str, None] = {}
        for outer in RE_PYXFORM_REF_OUTER.finditer(text):
            inner = RE_PYXFORM_REF_INNER.fullmatch(outer["pyxform_ref"] or "")
            if inner:
                names[inner["ncname"]] = None
            else:
                quote = outer.group()[:_LONGEST_QUOTE]
                self.report.error("malformed_reference", where, text=quote)
        return iter(names)

    def near(self, name: str) -> str:
        return self._suggestions.near(name)


def references_in(outline: Outline, report: Report) -> References:
    return References(outline.by_name, report)


def check_survey(survey: Table, outline: Outline, references: References) -> None:
    for line in survey.lines:
        for column, cell in line.cells.items():
            if column[0] in _NOT_IN_SURVEY or "${" not in cell:
                continue
            triggers = column == vocabulary.TRIGGER
            references.check(cell, line.where(column), only_questions=triggers)
    for part in outline.parts:
        if part.select is not None and part.select.is_from_answers:
            references.check(part.select.list_name, part.line.where(vocabulary.TYPE))


def check_choices(choices: Table, references: References) -> None:
    words = {name.split("::")[0] for name in aliases.TRANSLATABLE_CHOICES_COLUMNS} | {"media"}
    for line in choices.lines:
        for column, cell in line.cells.items():
            if column[0] in words:
                references.check(cell, line.where(column))


def check_other(table: Table, references: References) -> None:
    """Settings and entities."""
    for line in table.lines:
        for column, cell in line.cells.items():
            if table.sheet != "entities" or column[0] not in _NOT_IN_ENTITIES:
                references.check(cell, line.where(column))


def are_spelled_well(text: str) -> bool:
    return all(
        RE_PYXFORM_REF_INNER.fullmatch(outer["pyxform_ref"] or "")
        for outer in RE_PYXFORM_REF_OUTER.finditer(text)
    )


def are_sound(text: str, by_name: Mapping[str, Sequence[Part]]) -> bool:
    """Every reference is one, and leads to one part."""
    for outer in RE_PYXFORM_REF_OUTER.finditer(text):
        inner = RE_PYXFORM_REF_INNER.fullmatch(outer["pyxform_ref"] or "")
        if inner is None:
            return False
        found = by_name.get(inner["ncname"], ())
        if inner["ncname"] not in _MADE and len({part.path for part in found}) != 1:
            return False
    return True
