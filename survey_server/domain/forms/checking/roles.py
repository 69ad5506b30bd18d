"""Our own columns: roles, the codes of roles, tables of datasets, and confirmations.

The table of roles stands here alone. A role that is not in it does nothing, so it is a warning.
"""

from collections.abc import Iterator

from survey_server.domain.forms.checking.lists import Lists
from survey_server.domain.forms.checking.nearest import Suggestions, nearest
from survey_server.domain.forms.checking.outline import Outline, Part
from survey_server.domain.forms.checking.report import Report
from survey_server.domain.forms.checking.vocabulary import Column

ROLES = frozenset(
    {
        "unit.code", "unit.area", "unit.number",
        "visit.mode", "visit.started", "visit.finished", "visit.location", "visit.result",
        "interview.language", "interview.interpreter",
        "household.size", "household.head_name", "household.address", "household.phone",
        "dwelling", "dwelling.representative", "dwelling.described",
        "person", "person.line", "person.name", "person.alias", "person.relation", "person.sex",
        "person.birth_month", "person.birth_year", "person.age", "person.ethnicity",
        "woman", "death", "commune", "identity", "confirmation",
    }
)  # fmt: skip
RESULT = "visit.result"
INTERVIEWED = "interviewed"


def _ours(name: str) -> Column:
    return ("bind", f"survey:{name}")


ROLE, CODES, TABLE, CONFIRMS = _ours("role"), _ours("codes"), _ours("table"), _ours("confirms")


def check_roles(outline: Outline, lists: Lists, checks: frozenset[str], report: Report) -> None:
    near_checks = Suggestions(checks)
    for part in outline.parts:
        role = part.line.get(ROLE)
        if role and role not in ROLES:
            near = nearest(role, ROLES)
            report.warning("role_unknown", part.line.where(ROLE), role=role, nearest=near)
        if part.is_question and part.line.get(TABLE):
            report.warning("table_misplaced", part.line.where(TABLE))
        confirms = part.line.get(CONFIRMS)
        if confirms and confirms not in checks:
            where, near = part.line.where(CONFIRMS), near_checks.near(confirms)
            report.error("confirms_unknown", where, check=confirms, nearest=near)
        _check_codes(part, lists, report)


def _check_codes(part: Part, lists: Lists, report: Report) -> None:
    where, known = part.line.where(CODES), lists.codes_of(part)
    pairs = dict(_pairs(part, report))
    for value, code in pairs.items():
        if known is not None and code not in known and part.select is not None:
            name = part.select.list_name
            report.error("codes_not_in_list", where, value=value, code=code, list=name)
    is_result = part.line.get(ROLE) == RESULT and known is not None
    if is_result and INTERVIEWED not in {*pairs, *(known or ())}:
        report.error("result_not_told", where)


def _pairs(part: Part, report: Report) -> Iterator[tuple[str, str]]:
    for pair in part.line.get(CODES).split():
        value, sign, code = pair.partition("=")
        if value and sign and code:
            yield value, code
        else:
            report.error("codes_malformed", part.line.where(CODES), pair=pair)
