"""Small forms for the tests of rules, written as tables and compiled like any other."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from survey_server.domain.answers import read_answers
from survey_server.domain.answers.reading import Finding
from survey_server.domain.forms import FormDescription
from survey_server.domain.forms.compiling import compile_file
from survey_server.domain.rules import Rules, rules_of

NOW = datetime(2024, 4, 3, 9, tzinfo=UTC)

LISTS = """
    list_name | name | label | region
    yes_no    | 1    | Yes   |
    yes_no    | 2    | No    |
    province  | 01   | North | n
    province  | 02   | South | s
    district  | 011  | A     | 01
    district  | 012  | B     | 01
    district  | 021  | C     | 02
    commune   | 0111 | Aa    | 011
    commune   | 0121 | Ba    | 012
    commune   | 0211 | Ca    | 021
"""


@cache
def form(survey: str, choices: str = LISTS, checks: str = "") -> FormDescription:
    sheets = {"survey": _labelled(_cells(survey)), "choices": _cells(choices)}
    if checks:
        sheets["checks"] = _with_messages(_cells(checks))
    sheets["settings"] = [["form_id", "namespaces"], ["small", 'survey="urn:survey-server:form"']]
    text = "\n".join(line for name, rows in sheets.items() for line in _sheet(name, rows))
    return compile_file("small.md", text.encode()).description


@cache
def rules(survey: str, checks: str = "", choices: str = LISTS) -> Rules:
    return rules_of(form(survey, choices, checks))


def findings(made: Rules, answers: object, day: date | None = None) -> tuple[Finding, ...]:
    return made.judge(read_answers(made.logic.description, answers), NOW, day)


def judged(
    survey: str, answers: dict[str, Any], checks: str = "", choices: str = LISTS
) -> list[tuple[str, str]]:
    return told(findings(rules(survey, checks, choices), answers))


def told(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, one.path) for one in found]


def _cells(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line.strip()]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [row + [""] * (len(rows[0]) - len(row)) for row in rows]


def _labelled(rows: list[list[str]]) -> list[list[str]]:
    head, *below = rows
    name = head.index("name")
    return [[*head, "label"], *([*row, row[name]] for row in below)]


def _with_messages(rows: list[list[str]]) -> list[list[str]]:
    head, *below = rows
    return [[*head, "message"], *([*row, "Look again"] for row in below)]


def _sheet(name: str, rows: list[list[str]]) -> list[str]:
    return [f"| {name} |", *("| | " + " | ".join(row) + " |" for row in rows)]
