"""From a questionnaire's sheets to a form version that tablets can hold.

A version is named by its content: the same sheets and media give the same name and the same bytes
on every machine, and any change, even of one label, gives another version.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from survey_server.domain.forms.description import description_of
from survey_server.domain.forms.invalid import FormInvalid
from survey_server.domain.forms.parts import FormDescription
from survey_server.domain.forms.sheets import (
    CHECKS,
    Workbook,
    read_file,
    read_folder,
    rows_of_sheet,
)


@dataclass(frozen=True, slots=True)
class CompiledForm:
    form_id: str
    version: str
    title: str
    xform: bytes
    media: Mapping[str, bytes]
    description: FormDescription
    warnings: tuple[str, ...]


def compile_folder(folder: Path) -> CompiledForm:
    return compile_workbook(read_folder(folder))


def compile_file(
    name: str,
    content: bytes,
    media: Mapping[str, bytes] = MappingProxyType({}),
    checks: bytes | None = None,
) -> CompiledForm:
    """A form in one file, with the files it reads and, as CSV, its sheet of checks."""
    workbook = read_file(name, content, media)
    if checks is not None:
        rows = rows_of_sheet(checks, "checks.csv")
        workbook = replace(workbook, sheets={**workbook.sheets, CHECKS: rows})
    return compile_workbook(workbook)


def compile_workbook(workbook: Workbook) -> CompiledForm:
    """Raises FormInvalid with the compiler's own sentence, which names sheet and row."""
    version = _stated_version(workbook) or content_version(workbook)
    xform, warnings = _compiled(_with_version(workbook, version))
    description = description_of(xform, workbook.media)
    _check_media(description, workbook.media)
    return CompiledForm(
        form_id=description.form_id,
        version=description.version,
        title=description.title,
        xform=xform,
        media=workbook.media,
        description=description,
        warnings=warnings,
    )


def content_version(workbook: Workbook) -> str:
    content = {
        "sheets": {name: [dict(row) for row in rows] for name, rows in workbook.sheets.items()},
        "media": {name: hashlib.sha256(data).hexdigest() for name, data in workbook.media.items()},
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _compiled(sheets: dict[str, list[dict[str, str]]]) -> tuple[bytes, tuple[str, ...]]:
    # Imported here, because only publishing needs the compiler; web processes and workers read
    # descriptions all day and should not carry it.
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    warnings: list[str] = []
    try:
        result = convert(sheets, warnings=warnings, form_name="data", validate=False)
    except PyXFormError as fault:
        raise FormInvalid(str(fault)) from None
    return str(result.xform).encode(), tuple(warnings)


def _stated_version(workbook: Workbook) -> str | None:
    settings = workbook.sheets.get("settings", ())
    return settings[0].get("version") if settings else None


def _with_version(workbook: Workbook, version: str) -> dict[str, list[dict[str, str]]]:
    sheets = {
        name: [dict(row) for row in rows]
        for name, rows in workbook.sheets.items()
        if name != CHECKS
    }
    settings = sheets.get("settings") or [{}]
    if not settings[0].get("form_id"):
        raise FormInvalid("form_id is missing", "settings")
    sheets["settings"] = [{**settings[0], "version": version}]
    return sheets


def _check_media(description: FormDescription, media: Mapping[str, bytes]) -> None:
    for instance in description.instances.values():
        if instance.source and instance.source.startswith("jr://file"):
            name = instance.source.rpartition("/")[2]
            if name not in media:
                raise FormInvalid("the form reads this file, but it is not there", name)
