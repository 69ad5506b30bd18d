"""The sheet checks, before the form is compiled: every cell that a check cannot do with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from survey_server.domain.forms.checking.expressions import Rule
from survey_server.domain.forms.checking.outline import Outline, Part
from survey_server.domain.forms.checking.references import References
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.forms.checking.rules import Reader
from survey_server.domain.forms.checking.table import Line, Table
from survey_server.domain.forms.checks import BUILT_IN, SEVERITIES
from survey_server.domain.forms.parts import Path

ID, SEVERITY, SCOPE, QUESTION = ("id",), ("severity",), ("scope",), ("question",)
CONDITION, SINCE, UNTIL = ("condition",), ("since",), ("until",)
_ID = re.compile(r"[A-Z][A-Za-z0-9_-]{0,39}")
_DAY_LENGTH = 10


def ids_of(checks: Table) -> frozenset[str]:
    return frozenset(line.get(ID) for line in checks.lines if line.get(ID))


@dataclass
class ChecksReading:
    outline: Outline
    references: References
    reader: Reader
    report: Report
    _seen: dict[str, int] = field(default_factory=dict)

    def rules_of(self, checks: Table) -> Iterator[Rule]:
        """The conditions; all other cells are judged on the way."""
        for line in checks.lines:
            if line.cells:
                yield from self._rule(line)

    def _rule(self, line: Line) -> Iterator[Rule]:
        self._check_id(line)
        self._check_words(line)
        self._check_days(line)
        scope = self._scope(line)
        if scope is not None:
            self._check_question(line, scope)
        for column, cell in line.cells.items():
            if column == CONDITION or column[0] == "message":
                self.references.check(cell, line.where(column))
        text = line.cells.get(CONDITION)
        if text and scope is not None:
            rule = self.reader.rule(scope, "condition", text, line.where(CONDITION))
            if rule is not None:
                yield rule

    def _check_id(self, line: Line) -> None:
        name, where = line.get(ID), line.where(ID)
        if name in BUILT_IN:
            self.report.error("check_built_in", where, id=name)
        elif not _ID.fullmatch(name):
            self.report.error("check_id", where)
        elif name in self._seen:
            self.report.error("check_twice", where, id=name, other=self._seen[name])
        self._seen.setdefault(name, line.row)

    def _check_words(self, line: Line) -> None:
        if line.get(SEVERITY) not in SEVERITIES:
            self.report.error("check_severity", line.where(SEVERITY))
        if not line.get(CONDITION):
            self.report.error("check_condition", line.where(CONDITION))
        if not any(column[0] == "message" for column in line.cells):
            self.report.error("check_message", line.where(("message",)))

    def _check_days(self, line: Line) -> None:
        days = [self._day(line, column) for column in (SINCE, UNTIL)]
        if days[0] and days[1] and days[1] < days[0]:
            self.report.error("check_dates", line.where(UNTIL))

    def _day(self, line: Line, column: tuple[str, ...]) -> date | None:
        text = line.get(column)[:_DAY_LENGTH]
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.report.error("check_date", line.where(column), date=text)
            return None

    def _scope(self, line: Line) -> Path | None:
        """None where there is no such group."""
        name = line.get(SCOPE)
        if not name:
            return ()
        found = [part for part in self.references.by_name.get(name, ()) if part.container]
        if found:
            return found[0].path
        near = self.references.near(name)
        self.report.error("check_scope", line.where(SCOPE), name=name, nearest=near)
        return None

    def _check_question(self, line: Line, scope: Path) -> None:
        name, where = line.get(QUESTION), line.where(QUESTION)
        if not name:
            return
        found = list(self.references.by_name.get(name, ()))
        if not found:
            near = self.references.near(name)
            self.report.error("check_question", where, name=name, nearest=near)
        elif len({part.path for part in found}) > 1:
            rows = ", ".join(str(part.line.row) for part in found)
            self.report.error("ambiguous_reference", where, name=name, rows=rows)
        elif _is_outside(found[0], scope):
            self.report.error("check_question_outside", where, name=name)


def _is_outside(part: Part, scope: Path) -> bool:
    """A finding has to point at the one question of the entry that is judged."""
    return any(scope[: len(repeat)] != repeat for repeat in part.repeats)
