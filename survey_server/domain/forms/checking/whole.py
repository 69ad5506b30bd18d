"""A form from its sheets to its rules: what we find, and what the compiler finds besides."""

from collections.abc import Sequence

from survey_server.domain.forms.checking.report import in_order
from survey_server.domain.forms.checking.sheets import sheet_problems
from survey_server.domain.forms.checking.xform import xform_problems
from survey_server.domain.forms.checks import checks_of
from survey_server.domain.forms.description import description_of
from survey_server.domain.forms.invalid import FormInvalid, FormProblem
from survey_server.domain.forms.media import media_problems
from survey_server.domain.forms.sheets import CHECKS, Workbook
from survey_server.domain.forms.xlsform import converted

_VERSION = "check"


def check_workbook(workbook: Workbook) -> tuple[FormProblem, ...]:
    """Everything, in the order of sheets and rows. Nothing is raised for a form that is wrong."""
    if workbook.xform is not None:
        return in_order(_of_xform(workbook.xform, workbook))
    found = sheet_problems(workbook)
    return in_order((*found, *_besides(found, _of_compiler(workbook))))


def _of_compiler(workbook: Workbook) -> Sequence[FormProblem]:
    """Its warnings are left out: we read the same sheets, and say more about them."""
    try:
        xform, media, _ = converted(workbook, _VERSION)
    except FormInvalid as refused:
        return refused.problems
    return _of_xform(xform, Workbook(workbook.sheets, media))


def _of_xform(xform: bytes, workbook: Workbook) -> Sequence[FormProblem]:
    try:
        description = description_of(xform, workbook.media)
        checks_of(workbook.sheets.get(CHECKS, ()), description)
    except FormInvalid as refused:
        return refused.problems
    found = media_problems(xform, description, workbook.media)
    return (*found, *xform_problems(description))


def _besides(found: Sequence[FormProblem], more: Sequence[FormProblem]) -> Sequence[FormProblem]:
    """What our own errors do not explain already: the compiler stops at a mistake that we named
    with more words, and the XForm has the rules of the sheets once more."""
    errors = [problem for problem in found if problem.severity == "error"]
    rows = {(problem.sheet, problem.row) for problem in errors}
    told = {(problem.code, problem.question) for problem in found}
    return [
        problem
        for problem in more
        if not (errors and problem.row is None and problem.severity == "error")
        and (problem.sheet, problem.row) not in rows
        and (problem.code, problem.question) not in told
    ]
