"""All that the sheets of a form get wrong, told at once and before anything is compiled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_server.domain.entities import HOUSEHOLDS
from survey_server.domain.forms.checking import references, vocabulary
from survey_server.domain.forms.checking.checks_sheet import ChecksReading, ids_of
from survey_server.domain.forms.checking.columns import check_columns, check_sheets
from survey_server.domain.forms.checking.expressions import Rule
from survey_server.domain.forms.checking.filters import check_filter
from survey_server.domain.forms.checking.judging import check_rules
from survey_server.domain.forms.checking.lists import Lists, check_selects, lists_of
from survey_server.domain.forms.checking.model import Model
from survey_server.domain.forms.checking.naming import check_names
from survey_server.domain.forms.checking.outline import Outline, outline_of
from survey_server.domain.forms.checking.questions import check_count, check_questions
from survey_server.domain.forms.checking.report import Report, Where
from survey_server.domain.forms.checking.roles import check_roles
from survey_server.domain.forms.checking.rules import Reader, model_of
from survey_server.domain.forms.checking.settings import (
    INSTANCE_NAME,
    Settings,
    check_settings,
)
from survey_server.domain.forms.checking.table import Table, table_of
from survey_server.domain.forms.checking.translations import check_translations, languages_of
from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.sheets import CHECKS, SHEETS, Workbook

# Expressions of the sheet entities.
_ENTITY_RULES = (("create_if",), ("update_if",), ("entity_id",), ("label",))


@dataclass(frozen=True, slots=True)
class _Form:
    tables: Mapping[str, Table]
    settings: Settings
    outline: Outline
    lists: Lists


def sheet_problems(workbook: Workbook) -> tuple[FormProblem, ...]:
    """In the order they were found; `in_order` sorts and bounds them."""
    report = Report()
    check_sheets(workbook, report)
    if not workbook.sheets.get("survey"):
        report.error("sheet_missing", Where("survey"), sheet="survey")
        return tuple(report.problems)
    form = _read(workbook, report)
    names = references.references_in(form.outline, report)
    references.check_survey(form.tables["survey"], form.outline, names)
    references.check_choices(form.tables["choices"], names)
    references.check_other(form.tables["settings"], names)
    references.check_other(form.tables["entities"], names)
    model = model_of(form.outline, form.lists)
    rules = _rules(form, names, model, report)
    check_questions(form.outline, model, report)
    check_roles(form.outline, form.lists, ids_of(form.tables[CHECKS]), report)
    check_rules(rules, model, report)
    return tuple(report.problems)


def _read(workbook: Workbook, report: Report) -> _Form:
    tables = {sheet: table_of(workbook, sheet) for sheet in (*SHEETS, CHECKS)}
    for sheet in ("survey", "choices", "settings"):
        check_columns(tables[sheet], report)
    settings = Settings(tables["settings"])
    spoken = (tables["survey"], tables["choices"])
    check_settings(settings, spoken, report)
    default = settings.default_language
    check_translations(spoken, default, report)
    check_translations((tables[CHECKS],), default, report, languages_of(spoken, default))
    outline = outline_of(tables["survey"], settings.root, report)
    check_names(outline, report)
    lists = Lists(
        choices=lists_of(tables["choices"], settings.may_repeat_codes, report),
        external=lists_of(tables["external_choices"], may_repeat=True, report=Report()),
        media=workbook.media,
        served=_served(tables["entities"]),
    )
    check_selects(outline, lists, report)
    return _Form(tables, settings, outline, lists)


def _served(entities: Table) -> frozenset[str]:
    """Lists that come from the server: of the households, and of what forms tell of."""
    told = {line.get(("dataset",)) for line in entities.lines}
    return frozenset({HOUSEHOLDS.removesuffix(".csv"), *told})


def _rules(
    form: _Form, names: references.References, model: Model, report: Report
) -> Sequence[Rule]:
    reader = Reader(form.outline, report)
    rules: list[Rule] = []
    for part in form.outline.parts:
        for rule in reader.of_part(part):
            rules.append(rule)
            if rule.aspect == "count":
                check_count(rule, model, report)
            elif rule.aspect == "choice_filter":
                check_filter(rule, part, form.lists, report)
    name = form.settings.instance_name
    if name:
        where = form.settings.line.where(INSTANCE_NAME)
        found = reader.rule(("meta", "instanceName"), "instance_name", name, where)
        rules += [found] if found else []
    rules += _entity_rules(form.tables["entities"], reader)
    checks = ChecksReading(form.outline, names, reader, report)
    return [*rules, *checks.rules_of(form.tables[CHECKS])]


def _entity_rules(entities: Table, reader: Reader) -> Sequence[Rule]:
    found = []
    for line in entities.lines:
        for column in _ENTITY_RULES:
            text = line.cells.get(column)
            if text and text.strip() not in vocabulary.YES_OR_NO:
                place = ("meta", "entity")
                found.append(reader.rule(place, column[0], text, line.where(column)))
    return [rule for rule in found if rule is not None]
