"""Broken forms as their authors might send them, each with the problems that it has.

A file of `broken_forms` is a form in Markdown; below `## Problems` is what is wrong with it, one
line each: severity, code, place.
"""

from pathlib import Path

from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.sheets import Workbook, read_file

FOLDER = Path(__file__).parents[1] / "broken_forms"
FORMS = sorted(FOLDER.glob("*.md"))
_HEADING = "## Problems"

_SETTINGS = """
| settings |         |            |
|          | form_id | form_title |
|          | small   | Small      |
"""


def broken(file: Path) -> tuple[Workbook, list[str]]:
    form, _, told = file.read_text(encoding="utf-8").partition(_HEADING)
    lines = [line.removeprefix("- ") for line in told.splitlines() if line.startswith("- ")]
    return read_file(file.name, form.encode()), lines


def line_of(problem: FormProblem) -> str:
    return f"{problem.severity} {problem.code}: {problem.place}"


def small_form(sheets: str, **media: bytes) -> Workbook:
    """Sheets in Markdown, the settings added; `media` by name without `.csv`."""
    text = sheets if "| settings" in sheets else sheets + _SETTINGS
    files = {f"{name}.csv": content for name, content in media.items()}
    return read_file("small.md", text.encode(), files)


def survey(columns: str, *rows: str, choices: str = "", **media: bytes) -> Workbook:
    """`survey("type | name | relevant", "text | a | 1 = 1")`; labels are added where none is."""
    names = [cell.strip() for cell in columns.split("|")]
    labelled = any(name.startswith(("label", "caption")) for name in names)
    lines = ["| survey |", f"| | {columns}" + (" |" if labelled else " | label |")]
    for row in rows:
        lines.append(f"| | {row}" + (" |" if labelled else " | Label |"))
    return small_form("\n".join(lines) + "\n" + choices, **media)
