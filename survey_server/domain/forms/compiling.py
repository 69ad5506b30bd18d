"""From a questionnaire's sheets to a form version that tablets can hold.

A version is named by its content: the same sheets and media give the same name and the same bytes
on every machine, whatever kind of file they came in, and any change, even of one label, gives
another version. A ready XForm is kept byte for byte under the version that it states; one without
a version gets a name by its content written in, since its interviews could not be told from those
of the next version otherwise.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from survey_server.domain.forms.checks import checks_of
from survey_server.domain.forms.description import description_of
from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.media import media_problems
from survey_server.domain.forms.parts import FormDescription
from survey_server.domain.forms.problem_texts import refusal_of
from survey_server.domain.forms.ready import version_of, with_version
from survey_server.domain.forms.sheets import (
    CHECKS,
    Workbook,
    read_file,
    read_folder,
    rows_of_sheet,
)
from survey_server.domain.forms.xlsform import converted, setting


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """`problems` are the warnings with their places; `warnings` say the same in English."""

    form_id: str
    version: str
    title: str
    xform: bytes
    media: Mapping[str, bytes]
    description: FormDescription
    warnings: tuple[str, ...]
    problems: tuple[FormProblem, ...] = ()


def compile_folder(folder: Path) -> CompiledForm:
    return compile_workbook(read_folder(folder))


def compile_file(
    name: str,
    content: bytes,
    media: Mapping[str, bytes] = MappingProxyType({}),
    checks: bytes | None = None,
) -> CompiledForm:
    """A form in one file (.xlsx, .csv, .md, .xml), with the files it reads.

    `checks` is the sheet of checks as CSV, for an XForm, which has no place for it; it replaces
    the sheet of a workbook. Raises FormInvalid, whatever the file holds.
    """
    workbook = read_file(name, content, media)
    if checks is not None:
        rows = rows_of_sheet(checks, CHECKS)
        workbook = replace(workbook, sheets={**workbook.sheets, CHECKS: rows})
    return compile_workbook(workbook)


def compile_workbook(workbook: Workbook) -> CompiledForm:
    """Raises FormInvalid with all problems; those of the sheets name row and column."""
    judged = _judged(workbook)
    if workbook.xform is None:
        version = setting(workbook, "version") or content_version(workbook)
        xform, media, remarks = converted(workbook, version)
    else:
        version = version_of(workbook.xform) or content_version(workbook)
        xform, media, remarks = with_version(workbook.xform, version), workbook.media, ()
    description = description_of(xform, media)
    found = (*_judged_form(workbook, description), *media_problems(xform, description, media))
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise refusal_of(errors)
    problems = (*judged, *remarks, *found)
    return CompiledForm(
        form_id=description.form_id,
        version=description.version,
        title=description.title,
        xform=xform,
        media=media,
        description=_with_checks(description, workbook),
        warnings=tuple(str(problem) for problem in problems),
        problems=problems,
    )


def _judged(workbook: Workbook) -> tuple[FormProblem, ...]:
    """The warnings of the sheets. The errors stop a form before it is compiled."""
    # Imported here, as the compiler is: only publishing needs it.
    from survey_server.domain.forms.checking import problems_of

    found = problems_of(workbook)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise refusal_of([*errors, *(one for one in found if one not in errors)])
    return found


def _judged_form(workbook: Workbook, description: FormDescription) -> tuple[FormProblem, ...]:
    """Of a ready XForm, which has no sheets to be judged by."""
    from survey_server.domain.forms.checking import problems_of_form

    return () if workbook.xform is None else problems_of_form(description)


def content_version(workbook: Workbook) -> str:
    """Blank rows and columns without a cell say nothing, so they do not count."""
    content: dict[str, object] = {
        "sheets": {
            name: [dict(row) for row in rows if row]
            for name, rows in workbook.sheets.items()
            if any(rows)
        },
        "media": {name: hashlib.sha256(data).hexdigest() for name, data in workbook.media.items()},
    }
    if workbook.xform is not None:
        content["xform"] = hashlib.sha256(workbook.xform).hexdigest()
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _with_checks(description: FormDescription, workbook: Workbook) -> FormDescription:
    rows = workbook.sheets.get(CHECKS, ())
    return replace(description, checks=checks_of(rows, description)) if rows else description
