"""The sheet settings: what the form is called, in which language it begins, where its clock is."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from survey_server.domain.forms.checking import vocabulary
from survey_server.domain.forms.checking.nearest import nearest
from survey_server.domain.forms.checking.report import Report, Where
from survey_server.domain.forms.checking.table import Line, Table
from survey_server.domain.forms.checking.translations import NO_LANGUAGE, languages_of

FORM_ID = ("id_string",)
TITLE = ("title",)
LANGUAGE = ("default_language",)
INSTANCE_NAME = ("instance_name",)
_NAME = ("name",)
_DUPLICATES = ("allow_choice_duplicates",)
_TIME_ZONE = ("attribute", "survey:time_zone")
_ROOT = "data"


class Settings:
    def __init__(self, table: Table) -> None:
        filled = (line for line in table.lines if line.cells)
        self.line = next(filled, Line("settings", 2, {}, {}))

    @property
    def default_language(self) -> str:
        return self.line.get(LANGUAGE) or NO_LANGUAGE

    @property
    def root(self) -> str:
        return self.line.get(_NAME) or _ROOT

    @property
    def may_repeat_codes(self) -> bool:
        return self.line.get(_DUPLICATES) in vocabulary.IS_YES

    @property
    def instance_name(self) -> str:
        return self.line.cells.get(INSTANCE_NAME, "")

    def where(self, column: tuple[str, ...], otherwise: str) -> Where:
        spelled = self.line.headers.get(column, otherwise)
        return Where("settings", self.line.row, spelled)


def check_settings(settings: Settings, tables: Sequence[Table], report: Report) -> None:
    if not settings.line.get(FORM_ID):
        report.error("form_id_missing", settings.where(FORM_ID, "form_id"))
    if not settings.line.get(TITLE):
        report.warning("title_missing", settings.where(TITLE, "form_title"))
    _check_language(settings, tables, report)
    zone = settings.line.get(_TIME_ZONE)
    if zone and not _is_zone(zone):
        where = settings.line.where(_TIME_ZONE)
        report.error("time_zone_unknown", where, zone=zone)


def _check_language(settings: Settings, tables: Sequence[Table], report: Report) -> None:
    """A column that names no language is in the default one, so that any name will do."""
    language = settings.line.get(LANGUAGE)
    if not language:
        return
    spoken = languages_of(tables, NO_LANGUAGE)
    if spoken and NO_LANGUAGE not in spoken and language not in spoken:
        where = settings.line.where(LANGUAGE)
        near = nearest(language, spoken)
        near = near or next((one for one in spoken if f"({language.lower()})" in one.lower()), "")
        report.error("default_language_unknown", where, language=language, nearest=near)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
