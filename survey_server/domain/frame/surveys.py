"""A survey's definition, as a file: its names, its levels, its calendar."""

import re
from dataclasses import dataclass, field, fields
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from survey_server.domain.frame.mistakes import Mistake

_CODE = re.compile(r"[a-z][a-z0-9_]{1,62}")
_FORM = re.compile(r"[\w-]{1,100}")
MOST_FORMS = 100


@dataclass(frozen=True, slots=True)
class SurveyDefinition:
    """`levels` go from the top to the enumeration area; every name is by language, vi and en.

    `forms` are the folders of the questionnaires that `setup` publishes in it.
    """

    code: str
    name: dict[str, str]
    levels: list[str]
    level_names: dict[str, dict[str, str]]
    match_level: str
    timezone: str
    starts_on: date
    ends_on: date
    training: bool = False
    forms: list[str] = field(default_factory=list)


def read_survey(data: bytes) -> tuple[SurveyDefinition | None, list[Mistake]]:
    """A definition, or what is wrong with it."""
    try:
        entries = msgspec.json.decode(data, type=dict[str, object])
        definition = msgspec.convert(entries, SurveyDefinition)
    except UnicodeDecodeError:
        return None, [Mistake(0, "", "not_utf_8")]
    except msgspec.DecodeError as error:
        return None, [Mistake(0, _place(str(error)), "bad_definition")]
    known = {field.name for field in fields(SurveyDefinition)}
    mistakes = [Mistake(0, "", "bad_definition")] if entries.keys() - known else []
    mistakes += survey_mistakes(definition)
    return (None if mistakes else definition), mistakes


def survey_mistakes(definition: SurveyDefinition) -> list[Mistake]:
    holds = {
        "code": bool(_CODE.fullmatch(definition.code)),
        "name": _in_both_languages(definition.name),
        "levels": 2 <= len(definition.levels) == len(set(definition.levels)) <= 12,
        "level_names": all(
            _in_both_languages(definition.level_names.get(level, {})) for level in definition.levels
        ),
        "match_level": definition.match_level in definition.levels,
        "forms": len(definition.forms) == len(set(definition.forms)) <= MOST_FORMS
        and all(_FORM.fullmatch(form) for form in definition.forms),
        "ends_on": definition.starts_on <= definition.ends_on,
    }
    mistakes = [
        Mistake(0, entry, "bad_definition") for entry, holding in holds.items() if not holding
    ]
    if not _is_time_zone(definition.timezone):
        mistakes.append(Mistake(0, "timezone", "bad_time_zone"))
    return mistakes


def _in_both_languages(names: dict[str, str]) -> bool:
    return all(names.get(language, "").strip() for language in ("vi", "en"))


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _place(sentence: str) -> str:
    """msgspec's errors name either a path ("$.levels[0]") or a field (`code`)."""
    found = re.search(r"\$\.(\w+)|field `(\w+)`", sentence)
    return (found[1] or found[2] or "") if found else ""
