"""Lists of choices: rows that belong to one, with a code that nobody else has."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from survey_server.domain.forms.checking import vocabulary
from survey_server.domain.forms.checking.nearest import Suggestions, nearest
from survey_server.domain.forms.checking.outline import Outline, Part
from survey_server.domain.forms.checking.report import Report, Where
from survey_server.domain.forms.checking.table import Line, Table
from survey_server.domain.forms.checking.vocabulary import (
    LIST_NAME,
    NAME,
    OTHER_CODE,
    PARAMETERS,
    TYPE,
    Select,
)

# A question of such a type is a file of that name.
_EXTERNAL_SUFFIXES = {"csv-external": ".csv", "xml-external": ".xml"}
_MOST_ROWS_READ = 100_000


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """`columns`: those that at least one of its rows fills in."""

    codes: Mapping[str, Line]
    columns: frozenset[str]


@dataclass
class Lists:
    choices: Mapping[str, ChoiceList]
    external: Mapping[str, ChoiceList]
    media: Mapping[str, bytes]
    # Lists that the server hands to tablets as files: entities.
    served: frozenset[str] = frozenset()
    _files: dict[tuple[str, str], frozenset[str] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._suggestions = {
            "choices": Suggestions(self.choices),
            "external_choices": Suggestions(self.external),
        }

    def near(self, name: str, sheet: str) -> str:
        return self._suggestions[sheet].near(name)

    def codes_of(self, part: Part) -> frozenset[str] | None:
        """None where they are not known, so that no code can be judged."""
        select = part.select
        if select is None or select.is_from_answers or select.is_external:
            return None
        if select.file:
            return self._codes_of_file(select.file, _value_column(part))
        known = self.choices.get(select.list_name)
        if known is None:
            return None
        return frozenset({*known.codes, *({OTHER_CODE} if select.with_other else ())})

    def _codes_of_file(self, name: str, column: str) -> frozenset[str] | None:
        if (name, column) not in self._files:
            self._files[name, column] = _codes_in(self.media.get(name), name, column)
        return self._files[name, column]


def _value_column(part: Part) -> str:
    words = part.line.get(PARAMETERS).replace(",", " ").replace(";", " ").split()
    said = dict(word.partition("=")[::2] for word in words)
    return said.get("value", "name")


def _codes_in(content: bytes | None, name: str, column: str) -> frozenset[str] | None:
    if content is None or not name.endswith(".csv"):
        return None
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        codes = {row[column] for row, _ in zip(rows, range(_MOST_ROWS_READ), strict=False)}
        is_whole = next(rows, None) is None
    except (UnicodeDecodeError, csv.Error, KeyError):
        return None
    return frozenset(codes) if is_whole else None


def lists_of(table: Table, may_repeat: bool, report: Report) -> dict[str, ChoiceList]:
    """Reports rows without a code or a list, and codes that are there twice."""
    lists: dict[str, dict[str, Line]] = {}
    columns: dict[str, set[str]] = {}
    for line in table.lines:
        name, code = line.get(LIST_NAME), line.cells.get(NAME, "").strip()
        if not name:
            if code:
                report.warning("choice_without_list", line.where(LIST_NAME), code=code)
            continue
        codes = lists.setdefault(name, {})
        columns.setdefault(name, set()).update(column[0] for column in line.cells)
        if not code:
            report.error("choice_code_missing", line.where(NAME), list=name)
        elif code in codes and not may_repeat:
            words = {"code": code, "list": name, "other": codes[code].row}
            report.error("choice_twice", line.where(NAME), **words)
        if code:
            codes.setdefault(code, line)
            _check_label(line, name, code, report)
    return {name: ChoiceList(codes, frozenset(columns[name])) for name, codes in lists.items()}


def _check_label(line: Line, name: str, code: str, report: Report) -> None:
    if not any(column[0] in ("label", "media") for column in line.cells):
        report.warning("choice_label_missing", line.where(("label",)), code=code, list=name)


def check_selects(outline: Outline, lists: Lists, report: Report) -> None:
    told: set[str] = set()
    for part in outline.parts:
        if part.select is not None:
            _check_select(part, part.select, lists, report, told)
        elif part.type in _EXTERNAL_SUFFIXES and part.name:
            file = part.name + _EXTERNAL_SUFFIXES[part.type]
            _check_there(file, lists, part.line.where(NAME), report)


def _check_select(part: Part, select: Select, lists: Lists, report: Report, told: set[str]) -> None:
    where = part.line.where(TYPE)
    if select.with_other and part.line.cells.get(vocabulary.CHOICE_FILTER):
        report.error("other_with_filter", part.line.where(vocabulary.CHOICE_FILTER))
    if select.is_from_answers:
        return
    if "from" in select.command and "file" in select.command:
        _check_file(select, lists, where, report)
        return
    sheet = "external_choices" if select.is_external else "choices"
    known = lists.external if select.is_external else lists.choices
    if select.file and not select.is_external:
        return
    if select.list_name not in known:
        near = lists.near(select.list_name, sheet)
        words = {"list": select.list_name, "sheet": sheet, "nearest": near}
        report.error("list_missing", where, **words)
    elif select.kind == "codes" and select.list_name not in told:
        told.add(select.list_name)
        _check_spaces(part, select.list_name, known[select.list_name], report)


def _check_file(select: Select, lists: Lists, where: Where, report: Report) -> None:
    if select.file is None:
        report.error("file_needs_suffix", where, type=select.command)
    else:
        _check_there(select.file, lists, where, report)


def _check_there(file: str, lists: Lists, where: Where, report: Report) -> None:
    if file not in lists.media and _stem(file) not in lists.served:
        near = nearest(file, lists.media)
        report.error("file_missing", where, file=file, nearest=near)


def _stem(file: str) -> str:
    return file.rpartition(".")[0]


def _check_spaces(part: Part, name: str, known: ChoiceList, report: Report) -> None:
    for code, line in known.codes.items():
        if " " in code:
            words = {"code": code, "list": name, "question": part.name}
            report.error("choice_code_space", line.where(NAME), **words)
