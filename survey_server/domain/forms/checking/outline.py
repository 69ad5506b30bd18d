"""The tree of a survey sheet: which row begins and ends what, and which question stands where.

Goes on after every mistake, so that one missing `end_group` does not hide what comes after it.
"""

from dataclasses import dataclass, field

from survey_server.domain.forms.checking import vocabulary
from survey_server.domain.forms.checking.nearest import nearest
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.forms.checking.table import Line, Table
from survey_server.domain.forms.checking.vocabulary import NAME, TYPE, Select
from survey_server.domain.forms.parts import Path

NO_TYPE = "note"
_ROOT = "data"
MOST_NESTED = 100
_MOST_TOLD = 5


@dataclass(slots=True)
class Part:
    """A question, a group or a repeat, as its row says."""

    line: Line
    type: str
    name: str
    path: Path
    # group, repeat or loop; None for a question
    container: str | None = None
    select: Select | None = None
    # The paths of the repeats that it stands in, outermost first.
    repeats: tuple[Path, ...] = ()

    @property
    def is_question(self) -> bool:
        return self.container is None


@dataclass(slots=True)
class Outline:
    parts: list[Part] = field(default_factory=list)
    root: str = _ROOT
    # Where the tree is in doubt, nothing is said about where paths lead.
    is_broken: bool = False

    @property
    def by_name(self) -> dict[str, list[Part]]:
        """Those of one name with different paths, and no more than somebody would look up."""
        found: dict[str, list[Part]] = {}
        for part in self.parts:
            same = found.setdefault(part.name, [])
            if len(same) < _MOST_TOLD and all(part.path != other.path for other in same):
                same.append(part)
        return found


def outline_of(survey: Table, root: str, report: Report) -> Outline:
    reading = _Reading(Outline(root=root), report)
    for line in survey.lines:
        if line.cells and not reading.is_given_up and not _is_disabled(line):
            reading.take(line)
    reading.finish()
    return reading.outline


def _is_disabled(line: Line) -> bool:
    return line.get(("disabled",)) in vocabulary.IS_YES


@dataclass
class _Reading:
    outline: Outline
    report: Report
    open: list[Part] = field(default_factory=list)
    is_given_up: bool = False

    def take(self, line: Line) -> None:
        question_type = line.get(TYPE)
        if not question_type:
            if any(column[0] in ("name", "label") for column in line.cells):
                self.report.error("type_missing", line.where(TYPE))
                self._add(Part(line, NO_TYPE, line.get(NAME), ()))
            return
        if vocabulary.is_setting(question_type):
            return
        closes = vocabulary.ends(question_type)
        if closes:
            self._close(line, closes)
            return
        container = vocabulary.begins(question_type)
        part = Part(line, question_type, _name(line, question_type), (), container)
        if container is None:
            part.select = vocabulary.select_of(question_type)
            self._check_type(part)
        self._add(part)
        if container is not None:
            self._open(part)

    def finish(self) -> None:
        for part in self.open:
            self._tell_unclosed(part)

    def _open(self, part: Part) -> None:
        """What is nested without end is not read further: no tablet could show it."""
        self.open.append(part)
        if len(self.open) > MOST_NESTED:
            self.report.error("nested_too_deep", part.line.where(TYPE), limit=MOST_NESTED)
            self.is_given_up = self.outline.is_broken = True
            self.open.clear()

    def _add(self, part: Part) -> None:
        parents = tuple(each.name for each in self.open)
        part.path = (*parents, part.name)
        part.repeats = tuple(each.path for each in self.open if each.container == "repeat")
        self.outline.parts.append(part)
        if part.container == "loop":
            self.outline.is_broken = True

    def _close(self, line: Line, container: str) -> None:
        """What was begun further in and never ended is told, and ended with it."""
        kinds = [part.container for part in self.open]
        if container not in kinds:
            self._tell_unmatched(line, container)
            return
        while self.open[-1].container != container:
            self._tell_unclosed(self.open.pop())
        self.open.pop()

    def _tell_unmatched(self, line: Line, container: str) -> None:
        """Where something of another kind is open, the row was meant to end that."""
        self.outline.is_broken = True
        end, where = line.get(TYPE), line.where(TYPE)
        if not self.open:
            self.report.error("end_unmatched", where, end=end, begin=f"begin_{container}")
            return
        begun = self.open.pop()
        words = {"name": begun.name, "row": begun.line.row, "begin": begun.type}
        self.report.error("end_wrong", where, end=end, right=f"end_{begun.container}", **words)

    def _tell_unclosed(self, part: Part) -> None:
        self.report.error(
            "begin_unclosed",
            part.line.where(TYPE),
            begin=part.type,
            name=part.name,
            row=part.line.row,
            end=f"end_{part.container}",
        )
        self.outline.is_broken = True

    def _check_type(self, part: Part) -> None:
        if part.select is not None:
            return
        where = part.line.where(TYPE)
        if vocabulary.wants_list(part.type):
            self.report.error("type_needs_list", where, type=part.type)
            return
        if vocabulary.is_type(part.type):
            return
        self.report.error("type_unknown", where, type=part.type, nearest=_type_meant(part.type))


def _type_meant(question_type: str) -> str:
    """ "select multiple things" was meant as select_multiple things."""
    words = question_type.split()
    for count in (1, 2):
        near = nearest("_".join(words[:count]), vocabulary.spellings_of_types())
        if near:
            return " ".join((near, *words[count:]))
    return ""


def _name(line: Line, question_type: str) -> str:
    """Notes get a name from the compiler, and an audit always has the same."""
    name = line.get(NAME)
    if name:
        return name
    if question_type == "note":
        return f"generated_note_name_{line.row}"
    return "audit" if question_type == "audit" else ""
