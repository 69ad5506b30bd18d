"""Problems as they are collected: each with its place, and no more than somebody can read."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from survey_server.domain.forms.checking.wording import sentences
from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.parts import Severity

MOST = 500

# The order in which an author goes through a form.
_SHEETS = ("survey", "choices", "external_choices", "settings", "entities", "osm", "checks")


@dataclass(frozen=True, slots=True)
class Where:
    """Columns are told as the author spelled them."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    question: str | None = None

    def at(self, column: str | None) -> "Where":
        return replace(self, column=column)


@dataclass
class Report:
    problems: list[FormProblem] = field(default_factory=list)

    def error(self, code: str, where: Where, /, **words: object) -> None:
        self._add(code, where, "error", words)

    def warning(self, code: str, where: Where, /, **words: object) -> None:
        self._add(code, where, "warning", words)

    def _add(self, code: str, where: Where, severity: Severity, words: dict[str, object]) -> None:
        self.problems.append(
            FormProblem(
                code=code,
                messages=sentences(code, words),
                sheet=where.sheet,
                row=where.row,
                column=where.column,
                question=where.question,
                severity=severity,
            )
        )


def in_order(problems: Iterable[FormProblem]) -> tuple[FormProblem, ...]:
    """By sheet and row, each once, at most `MOST`: where there are more, warnings go first."""
    found = list(_each_once(problems).values())
    if len(found) <= MOST:
        return tuple(sorted(found, key=_order))
    by_weight = sorted(found, key=lambda one: (one.severity != "error", _order(one)))
    kept, left = by_weight[: MOST - 1], by_weight[MOST - 1 :]
    return (*sorted(kept, key=_order), _how_many_more(left))


def _each_once(
    problems: Iterable[FormProblem],
) -> dict[tuple[object, ...], FormProblem]:
    """Messages are dictionaries, which cannot be compared by hash."""
    return {
        (one.code, one.sheet, one.row, one.column, one.question, one.messages["en"]): one
        for one in problems
    }


def _order(problem: FormProblem) -> tuple[int, str, int]:
    sheet = problem.sheet or ""
    rank = _SHEETS.index(sheet) if sheet in _SHEETS else len(_SHEETS)
    return rank, sheet, problem.row or 0


def _how_many_more(left: list[FormProblem]) -> FormProblem:
    severity: Severity = "error" if any(one.severity == "error" for one in left) else "warning"
    messages = sentences("more_problems", {"count": len(left)})
    return FormProblem("more_problems", messages, severity=severity)
