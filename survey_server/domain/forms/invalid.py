"""What is wrong with a form, and where its author finds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_server.domain.forms.parts import Severity


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Rows are counted as a spreadsheet shows them, the header is row 1. Messages by language.

    A warning does not stop a form from being published.
    """

    code: str
    messages: Mapping[str, str]
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    question: str | None = None
    severity: Severity = "error"

    @property
    def place(self) -> str:
        """survey, row 12, column relevant (age)"""
        row = f"row {self.row}" if self.row else ""
        column = f"column {self.column}" if self.column else ""
        parts = ", ".join(part for part in (self.sheet or "", row, column) if part)
        return f"{parts} ({self.question})".strip() if self.question else parts

    def __str__(self) -> str:
        sentence = self.messages.get("en", self.code)
        return f"{self.place}: {sentence}" if self.place else sentence


class FormInvalid(ValueError):
    """A form that cannot be used: a sentence for its author, or a list of problems.

    `place` is a sheet, a file or a path.
    """

    def __init__(self, reason: str, place: str = "", problems: Sequence[FormProblem] = ()) -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.place = place
        self.problems = tuple(problems) or (
            FormProblem("form_invalid", {"en": reason, "vi": reason}, sheet=place or None),
        )
