"""One form written down in every kind of file, and small forms in Markdown."""

import csv
import io
from collections.abc import Mapping, Sequence

import openpyxl

from survey_server.domain.forms import CompiledForm, compile_file

Cell = str | int | float | bool | None
Table = Sequence[Sequence[object]]

SETTINGS: Table = (("form_id", "form_title"), ("small", "Nhỏ"))


def spreadsheet(tables: Mapping[str, Table]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def one_csv(tables: Mapping[str, Table]) -> bytes:
    file = io.StringIO(newline="")
    lines = csv.writer(file)
    for name, rows in tables.items():
        lines.writerow([name])
        lines.writerows(["", *row] for row in rows)
    return file.getvalue().encode()


def markdown(tables: Mapping[str, Table]) -> bytes:
    lines = []
    for name, rows in tables.items():
        lines.append(f"| {name} |")
        for row in rows:
            cells = ("" if cell is None else str(cell).replace("|", r"\|") for cell in row)
            lines.append("| | " + " | ".join(cells) + " |")
    return "\n".join(lines).encode()


def small(text: str, media: Mapping[str, bytes] | None = None) -> CompiledForm:
    """A form in Markdown that needs no settings of its own."""
    settings = "| settings |\n| | form_id | form_title |\n| | small | Small |\n"
    whole = text if "| settings" in text else f"{text}\n{settings}"
    return compile_file("small.md", whole.encode(), media or {})
