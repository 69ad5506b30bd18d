"""The sheet `checks`: rules over several questions or several persons.

XLSForm has no place for them, so they are a sheet of our own beside the others. `${name}` stands
for the absolute path of a question, a group or a repeat; within the scope of a repeat such a path
is read in the entry that is being judged, as everywhere in a form.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from survey_server.domain.forms.invalid import FormInvalid, FormProblem
from survey_server.domain.forms.parts import Check, FormDescription, Labels, Path
from survey_server.domain.forms.wording import language_code

Row = Mapping[str, str]

SHEET = "checks"
SEVERITIES = ("error", "warning")
# Findings that no sheet has to ask for. A check may not take one of these names.
BUILT_IN = frozenset(
    {
        "calculate_differs", "clock_skew", "constraint", "new_household", "not_assigned",
        "not_in_list", "not_offered", "not_relevant", "out_of_range", "repeat_count",
        "required_missing", "rule_failed", "type", "unit_unknown", "unknown_question",
    }
)  # fmt: skip
REFERENCE = re.compile(r"\$\{\s*([^{}\s]+)\s*\}")
_ID = re.compile(r"[A-Z][A-Za-z0-9_-]{0,39}")
_MESSAGE = re.compile(r"message(?:::\s*(.+))?")

# code: (Vietnamese, English)
_WORDS = {
    "check_id": (
        "mã quy tắc phải bắt đầu bằng chữ hoa, chỉ gồm chữ cái không dấu, chữ số, - và _",
        "the id of a check begins with a capital letter and has letters, digits, - and _",
    ),
    "check_twice": ("mã quy tắc {value} bị lặp lại", "the check {value} is there twice"),
    "check_severity": (
        "mức độ phải là error hoặc warning",
        "the severity is error or warning",
    ),
    "check_scope": (
        "không có nhóm hoặc nhóm lặp nào tên {value}",
        "there is no group or repeat {value}",
    ),
    "check_question": ("không có câu hỏi {value}", "there is no question {value}"),
    "check_question_outside": (
        "câu hỏi {value} nằm trong một nhóm lặp ngoài phạm vi của quy tắc",
        "the question {value} is in a repeat outside the scope of the check",
    ),
    "check_condition": ("thiếu điều kiện", "the condition is missing"),
    "check_message": ("thiếu lời nhắn", "the message is missing"),
    "check_date": ("ngày phải viết dạng 2024-04-01", "a date is written 2024-04-01"),
    "check_dates": ("until sớm hơn since", "until is before since"),
    "unknown_reference": ("không có câu hỏi nào tên {value}", "no question is called {value}"),
    "ambiguous_reference": (
        "có nhiều câu hỏi cùng tên {value}",
        "several questions are called {value}",
    ),
}


def checks_of(rows: Sequence[Row], description: FormDescription) -> tuple[Check, ...]:
    """`rows` as read from the sheet: the first is row 2. Raises FormInvalid with all problems."""
    reading = _Reading(_paths_by_name(description), description)
    checks = [reading.check(row, number) for number, row in enumerate(rows, 2) if any(row.values())]
    if reading.problems:
        raise FormInvalid(str(reading.problems[0]), SHEET, reading.problems)
    return tuple(check for check in checks if check is not None)


def absolute(path: Path, root: str) -> str:
    return "/".join(("", root, *path))


def checks_as_json(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """As they are stored with their version and told to clients."""
    return [
        {
            "id": one.id,
            "severity": one.severity,
            "scope": "/".join(one.scope),
            "question": "/".join(one.question),
            "condition": one.condition,
            "message": dict(one.messages),
            "since": one.since.isoformat() if one.since else None,
            "until": one.until.isoformat() if one.until else None,
        }
        for one in checks
    ]


def checks_of_json(stored: Sequence[Mapping[str, Any]]) -> tuple[Check, ...]:
    return tuple(
        Check(
            id=one["id"],
            severity=one["severity"],
            scope=_path(one["scope"]),
            condition=one["condition"],
            question=_path(one["question"]),
            messages=one["message"],
            since=date.fromisoformat(one["since"]) if one.get("since") else None,
            until=date.fromisoformat(one["until"]) if one.get("until") else None,
        )
        for one in stored
    )


def _path(spelled: str) -> Path:
    return tuple(spelled.split("/")) if spelled else ()


def _paths_by_name(description: FormDescription) -> dict[str, list[Path]]:
    paths: dict[str, list[Path]] = {}
    for group in description.groups():
        paths.setdefault(group.name, []).append(group.path)
    for question in description.questions():
        paths.setdefault(question.name, []).append(question.path)
    return paths


@dataclass
class _Reading:
    """One sheet while it is read."""

    paths: Mapping[str, Sequence[Path]]
    description: FormDescription
    problems: list[FormProblem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    row: int = 0

    def check(self, row: Row, number: int) -> Check | None:
        """None where there were problems."""
        self.row = number
        before = len(self.problems)
        scope, question = self._scope(row), self._question(row)
        since, until = self._day(row, "since"), self._day(row, "until")
        if since and until and until < since:
            self._problem("check_dates", "until")
        check = Check(
            id=self._id(row),
            severity="warning" if self._severity(row) == "warning" else "error",
            scope=scope,
            condition=self._condition(row),
            question=scope if question is None else question,
            messages=self._messages(row),
            since=since,
            until=until,
        )
        self._check_place(check)
        return check if len(self.problems) == before else None

    def _problem(self, code: str, column: str, value: str = "") -> None:
        vi, en = (sentence.format(value=value) for sentence in _WORDS[code])
        self.problems.append(FormProblem(code, {"vi": vi, "en": en}, SHEET, self.row, column))

    def _id(self, row: Row) -> str:
        name = row.get("id", "")
        if not _ID.fullmatch(name) or name in BUILT_IN:
            self._problem("check_id", "id")
        elif name in self.seen:
            self._problem("check_twice", "id", name)
        self.seen.add(name)
        return name

    def _severity(self, row: Row) -> str:
        severity = row.get("severity", "")
        if severity not in SEVERITIES:
            self._problem("check_severity", "severity")
        return severity

    def _scope(self, row: Row) -> Path:
        name = row.get("scope", "")
        if not name:
            return ()
        found = [group.path for group in self.description.groups() if group.name == name]
        if not found:
            self._problem("check_scope", "scope", name)
        return found[0] if found else ()

    def _question(self, row: Row) -> Path | None:
        name = row.get("question", "")
        return self._named(name, "question", "check_question") if name else None

    def _named(self, name: str, column: str, code: str) -> Path | None:
        found = self.paths.get(name, ())
        if len(found) > 1:
            self._problem("ambiguous_reference", column, name)
        elif not found:
            self._problem(code, column, name)
        return found[0] if found else None

    def _condition(self, row: Row) -> str:
        text = row.get("condition", "")
        if not text:
            self._problem("check_condition", "condition")
        root = self.description.root.name

        def path(reference: re.Match[str]) -> str:
            found = self._named(reference[1], "condition", "unknown_reference")
            return absolute(found or (reference[1],), root)

        return REFERENCE.sub(path, text)

    def _messages(self, row: Row) -> Labels:
        messages = {}
        for column, cell in row.items():
            named = _MESSAGE.fullmatch(column)
            if named and cell:
                language = named[1] or self.description.default_language
                messages[language_code(language)] = cell
        if not messages:
            self._problem("check_message", "message")
        return messages

    def _day(self, row: Row, column: str) -> date | None:
        text = row.get(column, "")[:10]
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._problem("check_date", column)
            return None

    def _check_place(self, check: Check) -> None:
        """The finding's place has to be the one question of each entry that is judged."""
        repeats = [
            group.path
            for group in self.description.groups()
            if group.kind == "repeat" and check.question[: len(group.path)] == group.path
        ]
        around = [path for path in repeats if path != check.question]
        if any(check.scope[: len(path)] != path for path in around):
            self._problem("check_question_outside", "question", "/".join(check.question))
