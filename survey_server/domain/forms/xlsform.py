"""Sheets of an XLSForm through pyxform: an XForm, and the files that come out beside it.

pyxform is given columns by name, so that a column filled first in row 200 is known as well, and
its complaints are given their place: the sheet and the row that it names in its sentence.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.parts import Severity
from survey_server.domain.forms.problem_texts import problem, refusal, refusal_of
from survey_server.domain.forms.workbooks.grid import SHEETS, Workbook, snake_case

Converted = tuple[bytes, Mapping[str, bytes], tuple[FormProblem, ...]]

ITEMSETS = "itemsets.csv"
# Names that pyxform also takes for a setting.
_ALSO = {
    "form_id": ("form_id", "set_form_id", "id_string"),
    "version": ("version",),
}
_ROW = re.compile(r"\[\s*row\s*:\s*(\d+)\s*\]\s*")
_NAMES = "|".join(SHEETS)
_SHEET = re.compile(rf"(?:[Oo]n|[Ii]n) (?:the )?'({_NAMES})' sheet|sheet: '({_NAMES})'")
_COLUMN = re.compile(r"sheet, the '([^']+)' value")
_QUOTED = re.compile(r"'([^'\s]+)'|\b(?:type|named|name|list): ?(\S+)")
# Where a word that pyxform quotes is looked for.
_NAMING = (
    ("survey", ("name", "type")),
    ("choices", ("list_name", "list name", "name")),
)
_LIST_COLUMNS = {"list_name": "list_name", "name": "name", "value": "name"}


def converted(workbook: Workbook, version: str) -> Converted:
    """The XForm, the form's media with what pyxform adds, and its warnings."""
    # Imported here, because only publishing needs the compiler; web processes and workers read
    # descriptions all day and should not carry it.
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    sheets = for_pyxform(workbook, version)
    warnings: list[str] = []
    try:
        result = convert(sheets, warnings=warnings, form_name="data", validate=False)
    except PyXFormError as fault:
        raise refusal_of([_placed("xlsform", str(fault), "error", workbook)]) from None
    except Exception as fault:  # noqa: BLE001 - a strange sheet makes pyxform raise anything.
        raise refusal("xlsform_not_understood", fault=type(fault).__name__) from None
    media = dict(workbook.media)
    if result.itemsets is not None:
        media.setdefault(ITEMSETS, _itemsets(workbook))
    remarks = tuple(
        _placed("xlsform_warning", warning, "warning", workbook) for warning in warnings
    )
    return str(result.xform).encode(), media, remarks


def setting(workbook: Workbook, name: str) -> str | None:
    return _first_settings(workbook).get(_setting_column(workbook, name))


def _first_settings(workbook: Workbook) -> Mapping[str, str]:
    """pyxform takes the first row, be it blank; an author means the first with something in it."""
    return next((row for row in workbook.sheets.get("settings", ()) if row), {})


def _setting_column(workbook: Workbook, name: str) -> str:
    columns = workbook.header("settings") if "settings" in workbook.sheets else ()
    return next((column for column in columns if snake_case(column) in _ALSO[name]), name)


def for_pyxform(workbook: Workbook, version: str) -> dict[str, Any]:
    """What pyxform's `convert` takes for a workbook: rows and columns of its sheets by name."""
    if not setting(workbook, "form_id"):
        raise refusal("form_id_missing", sheet="settings", column="form_id")
    sheets: dict[str, Any] = {"sheet_names": list(workbook.names) or None}
    for name in SHEETS:
        if name in workbook.sheets:
            sheets[name] = [dict(row) for row in workbook.sheets[name]]
            sheets[f"{name}_header"] = [dict.fromkeys(workbook.header(name))]
    column = _setting_column(workbook, "version")
    sheets["settings"] = [{**_first_settings(workbook), column: version}]
    sheets["settings_header"][0][column] = None
    return sheets


def _placed(code: str, sentence: str, severity: Severity, workbook: Workbook) -> FormProblem:
    """ "[row : 5] Question with no type" was said of row 5 of the sheet survey."""
    row, sheet, column = _ROW.search(sentence), _SHEET.search(sentence), _COLUMN.search(sentence)
    said = " ".join(_ROW.sub("", sentence).split())
    if row is None and sheet is None:
        name, number, at = _first_quoted(said, workbook)
    else:
        name = (sheet[1] or sheet[2]) if sheet else "survey"
        number, at = int(row[1]) if row else None, column[1] if column else None
    return problem(code, name, number, at, severity, fault=said)


def _first_quoted(said: str, workbook: Workbook) -> tuple[str | None, int | None, str | None]:
    """Without a row, pyxform quotes what it stumbled over: sheet, row, column of that word."""
    for match in _QUOTED.finditer(said):
        word = match[1] or match[2]
        for sheet, columns in _NAMING:
            for number, row in enumerate(workbook.sheets.get(sheet, ()), 2):
                at = next((column for column in columns if row.get(column) == word), None)
                if at:
                    return sheet, number, at
    return None, None, None


def _itemsets(workbook: Workbook) -> bytes:
    """As Collect reads it. pyxform's own file moves cells to the left where one is blank."""
    columns = workbook.header("external_choices")
    written = [_LIST_COLUMNS.get(snake_case(column), column) for column in columns]
    file = io.StringIO(newline="")
    lines = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    lines.writerow(written)
    for row in workbook.sheets["external_choices"]:
        if row:
            lines.writerow(_cells(row, columns))
    return file.getvalue().encode()


def _cells(row: Mapping[str, str], columns: Sequence[str]) -> list[str]:
    return [row.get(column, "") for column in columns]
