"""The questionnaire as its authors keep it: one file with all sheets, or a folder of CSV sheets.

In a folder `survey.csv`, `choices.csv`, `settings.csv` … are the sheets of an XLSForm and
`checks.csv` is ours; every other file is media, read by the form under its own name.
"""

import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePath
from types import MappingProxyType

from survey_server.domain.forms.invalid import FormInvalid
from survey_server.domain.forms.problem_texts import refusal
from survey_server.domain.forms.workbooks.grid import (
    CHECKS,
    SHEETS,
    Row,
    Sheet,
    Workbook,
    workbook_of,
)
from survey_server.domain.forms.workbooks.tables import (
    sheet_in_csv,
    sheets_in_csv,
    sheets_in_markdown,
)

__all__ = ["CHECKS", "SHEETS", "Row", "Workbook", "read_file", "read_folder", "rows_of_sheet"]

MAX_FILE_BYTES = 64 * 1024 * 1024
_OLD_EXCEL = (".xls", ".xlt", ".doc")
_MACROS = (".xlsm", ".xltm", ".xlsb", ".xlam")


def read_file(
    name: str, content: bytes, media: Mapping[str, bytes] = MappingProxyType({})
) -> Workbook:
    """A workbook, or a ready XForm, with the files it reads. Raises FormInvalid."""
    files = checked_media(media)
    suffix = PurePath(name).suffix.lower()
    if suffix == ".xml":
        return Workbook(sheets={}, media=files, xform=content)
    sheets, names = _sheets_in(content, suffix, name)
    return workbook_of(sheets, names, files)


def read_folder(folder: Path) -> Workbook:
    sheets: dict[str, Sheet] = {}
    media: dict[str, bytes] = {}
    if not (folder / "survey.csv").is_file():
        raise FormInvalid("there is no survey.csv", str(folder.name))
    for file in sorted(folder.iterdir()):
        if not file.is_file() or file.name.startswith((".", "~")) or file.suffix == ".md":
            continue
        if file.suffix == ".csv" and file.stem in (*SHEETS, CHECKS):
            sheets[file.stem] = sheet_in_csv(_bytes_of(file), file.stem)
        else:
            media[file.name] = _bytes_of(file)
    return workbook_of(sheets, tuple(sheets), checked_media(media))


def rows_of_sheet(content: bytes, name: str) -> tuple[Row, ...]:
    """One sheet as CSV. Blank cells are left out; a blank line stays an empty row."""
    return sheet_in_csv(content, name).rows


def checked_media(media: Mapping[str, bytes]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for written, content in media.items():
        name = unicodedata.normalize("NFC", written)
        if not _is_file_name(name):
            raise refusal("media_name", name=name[:100])
        if len(content) > MAX_FILE_BYTES:
            raise refusal("file_too_large", sheet=name, limit=MAX_FILE_BYTES)
        files[name] = content
    return files


def _is_file_name(name: str) -> bool:
    plain = name.isprintable() and not any(sign in name for sign in '/\\:*?"<>|')
    return plain and 0 < len(name.encode()) <= 255 and not name.startswith((".", " "))


def _sheets_in(
    content: bytes, suffix: str, name: str
) -> tuple[Mapping[str, Sheet], tuple[str, ...]]:
    if suffix == ".xlsx":
        from survey_server.domain.forms.workbooks.spreadsheet import sheets_in_spreadsheet

        return sheets_in_spreadsheet(content, name)
    if suffix == ".csv":
        return sheets_in_csv(content, name)
    if suffix == ".md":
        return sheets_in_markdown(content, name)
    if suffix in _OLD_EXCEL:
        raise refusal("old_excel", sheet=name)
    raise refusal("macros" if suffix in _MACROS else "file_type", sheet=name)


def _bytes_of(file: Path) -> bytes:
    if file.stat().st_size > MAX_FILE_BYTES:
        raise refusal("file_too_large", sheet=file.name, limit=MAX_FILE_BYTES)
    return file.read_bytes()
