"""The rules of a survey sheet, cell by cell, and the answers they are about."""

from collections.abc import Iterator, Mapping

from pyxform.utils import default_is_dynamic

from survey_server.domain.forms.checking import vocabulary
from survey_server.domain.forms.checking.expressions import Rule, in_list, parsed, resolved
from survey_server.domain.forms.checking.lists import Lists
from survey_server.domain.forms.checking.model import Model, Node
from survey_server.domain.forms.checking.outline import Outline, Part
from survey_server.domain.forms.checking.references import are_sound, are_spelled_well
from survey_server.domain.forms.checking.report import Report, Where
from survey_server.domain.forms.checking.vocabulary import Column, Kind
from survey_server.domain.forms.parts import Path
from survey_server.domain.logic.syntax import Call, Path as PathSyntax, Step, Text

_ASPECTS: Mapping[Column, str] = {
    vocabulary.RELEVANT: "relevant",
    vocabulary.CONSTRAINT: "constraint",
    vocabulary.CALCULATE: "calculate",
    vocabulary.REQUIRED: "required",
    vocabulary.READ_ONLY: "readonly",
    vocabulary.COUNT: "count",
    vocabulary.CHOICE_FILTER: "choice_filter",
    vocabulary.DEFAULT: "default",
}
# All expressions of a form together: some seconds' work.
MOST_CHARACTERS = 600_000

_LISTS_MADE = frozenset({"__last-saved"})
_MAYBE_DYNAMIC = "(+*|$-/"


class Reader:
    """Turns cells into rules, with every reference of the form at hand."""

    def __init__(self, outline: Outline, report: Report) -> None:
        self._by_name = outline.by_name
        self._paths = {name: parts[0].path for name, parts in self._by_name.items()}
        self._paths["instanceID"] = ("meta", "instanceID")
        self._root = outline.root
        self._report = report
        self._characters_left = MOST_CHARACTERS

    def rule(
        self, at: Path, aspect: str, text: str, where: Where, nodes: PathSyntax | None = None
    ) -> Rule | None:
        """None where the text is no expression, or has references that lead nowhere."""
        if not are_spelled_well(text) or not self._has_time_for(text, where):
            return None
        syntax = parsed(text, where, self._report)
        if syntax is None or not are_sound(text, self._by_name):
            return None
        tree = resolved(syntax, self._paths, self._root)
        read = tree if nodes is None else in_list(tree, nodes)
        return Rule(at, aspect, where, text, tree, read)

    def _has_time_for(self, text: str, where: Where) -> bool:
        """Told once, at the expression that is too much."""
        had_time = self._characters_left >= 0
        self._characters_left -= len(text)
        has_time = self._characters_left >= 0
        if had_time and not has_time:
            self._report.error("rules_too_long", where, limit=MOST_CHARACTERS)
        return has_time

    def of_part(self, part: Part) -> Iterator[Rule]:
        for column, aspect in _ASPECTS.items():
            text = part.line.cells.get(column, "")
            if not text or _is_no_expression(column, text, part.type):
                continue
            at = part.path
            if column == vocabulary.COUNT:
                at = (*at[:-1], f"{at[-1]}_count")
            nodes = self._nodes_filtered(part) if column == vocabulary.CHOICE_FILTER else None
            rule = self.rule(at, aspect, text, part.line.where(column), nodes)
            if rule is not None:
                yield rule

    def _nodes_filtered(self, part: Part) -> PathSyntax:
        select = part.select
        name = select.list_name if select else ""
        if select is not None and select.is_from_answers:
            path = self._paths.get(name.strip("${}"), part.path)
            return PathSyntax("/", (), _down((self._root, *path[:-1])))
        return PathSyntax(Call("instance", (Text(name),), 0), (), _down(("root", "item")))


def _down(path: Path) -> tuple[Step, ...]:
    return tuple(Step("child", name) for name in path)


def _is_no_expression(column: Column, text: str, question_type: str) -> bool:
    if column == vocabulary.DEFAULT:
        may_be = any(sign in text for sign in _MAYBE_DYNAMIC) or " " in text
        return not (may_be and default_is_dynamic(text, question_type))
    return column[0] == "bind" and text.strip() in vocabulary.YES_OR_NO


def model_of(outline: Outline, lists: Lists) -> Model:
    nodes = {
        part.path: Node(part.path, _kind(part), lists.codes_of(part), part.repeats)
        for part in outline.parts
        if part.is_question
    }
    groups = {part.path: part.container for part in outline.parts if part.container}
    return Model(
        nodes={**nodes, **_made_by_compiler(outline)},
        groups=groups,
        root=outline.root,
        lists=frozenset({*lists.choices, *_stems(outline, lists), *lists.served, *_LISTS_MADE}),
        is_whole=not outline.is_broken,
    )


def _made_by_compiler(outline: Outline) -> dict[Path, Node]:
    made: list[Path] = []
    for part in outline.parts:
        above = part.path[:-1]
        if part.container == "repeat":
            made.append((*above, f"{part.name}_count"))
        if part.select is not None and part.select.with_other:
            made.append((*above, f"{part.name}_other"))
        if "table-list" in part.line.get(vocabulary.APPEARANCE):
            made.append((*part.path, f"generated_table_list_label_{part.line.row}"))
    return {path: Node(path, "unknown") for path in made}


def _stems(outline: Outline, lists: Lists) -> Iterator[str]:
    """Files are lists too: those that are there, and those a question brings along."""
    for name in lists.media:
        yield name.rpartition(".")[0] or name
    for part in outline.parts:
        if part.type in ("csv-external", "xml-external"):
            yield part.name
        elif part.select is not None and part.select.file:
            yield part.select.file.rpartition(".")[0]


def _kind(part: Part) -> Kind:
    line = part.line
    bind_type = line.get(vocabulary.BIND_TYPE)
    if bind_type and part.select is None:
        return vocabulary.kind_of_bind(bind_type)
    kind = part.select.kind if part.select else vocabulary.kind_of_type(part.type)
    if kind == "text" and not _is_free_text(part):
        return "unknown"
    is_set = line.cells.get(vocabulary.CALCULATE) or line.cells.get(vocabulary.DEFAULT)
    return "unknown" if kind in ("note", "text") and is_set else kind


def _is_free_text(part: Part) -> bool:
    """A text that is asked for in digits, or has to look like something, may well be a number."""
    return "number" not in part.line.get(vocabulary.APPEARANCE) and not part.line.cells.get(
        vocabulary.CONSTRAINT
    )
