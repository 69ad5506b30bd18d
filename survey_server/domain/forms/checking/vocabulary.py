"""What XLSForm calls things: columns and question types with all their other names.

The compiler's own tables are asked, so that whatever it accepts is known here too.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pyxform import aliases, constants
from pyxform.entities.entities_parsing import EC
from pyxform.parsing.sheet_headers import process_header, to_snake_case
from pyxform.question import MultipleChoiceQuestion, Option
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.survey import Survey
from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL, RE_OSM, RE_SELECT

# A column as the compiler understands it: ("bind", "relevant"), ("label", "English (en)").
Column = tuple[str, ...]

Kind = Literal[
    "integer", "decimal", "text", "date", "code", "codes", "place", "file", "note", "unknown"
]

TYPE: Column = ("type",)
NAME: Column = ("name",)
LIST_NAME: Column = (constants.LIST_NAME_S,)
RELEVANT: Column = ("bind", "relevant")
CONSTRAINT: Column = ("bind", "constraint")
CALCULATE: Column = ("bind", "calculate")
REQUIRED: Column = ("bind", "required")
READ_ONLY: Column = ("bind", "readonly")
COUNT: Column = ("control", "jr:count")
CHOICE_FILTER: Column = ("choice_filter",)
DEFAULT: Column = ("default",)
TRIGGER: Column = ("trigger",)
PARAMETERS: Column = ("parameters",)
APPEARANCE: Column = ("control", "appearance")
BIND_TYPE: Column = ("bind", "type")

# Columns whose cells are expressions.
EXPRESSIONS = (RELEVANT, CONSTRAINT, CALCULATE, REQUIRED, READ_ONLY, COUNT, CHOICE_FILTER, DEFAULT)
YES_OR_NO = frozenset(aliases.BINDING_CONVERSIONS)
IS_YES = frozenset(word for word, truth in aliases.yes_no.items() if truth)
IS_NO = frozenset(word for word, truth in aliases.yes_no.items() if not truth)

FILE_SUFFIXES = frozenset(constants.EXTERNAL_INSTANCE_EXTENSIONS)
OTHER_CODE = constants.OR_OTHER_CHOICE[constants.NAME]

_KINDS: dict[str, Kind] = {
    "int": "integer", "integer": "integer", "decimal": "decimal", "date": "date",
    "dateTime": "date", "geopoint": "place", "geotrace": "place", "geoshape": "place",
    "binary": "file",
}  # fmt: skip
_LIST_CONTROLS = frozenset({"select", "select1", "odk:rank"})
# By sheet: other names of columns, and the names the compiler itself uses.
_SHEETS: dict[str, tuple[dict[str, str | tuple[str, ...]], frozenset[str]]] = {
    "survey": (aliases.survey_header, frozenset(MultipleChoiceQuestion.get_slot_names())),
    "choices": (aliases.list_header, frozenset(Option.get_slot_names())),
    "external_choices": (aliases.list_header, frozenset(Option.get_slot_names())),
    "osm": (aliases.list_header, frozenset(Option.get_slot_names())),
    "settings": (aliases.settings_header, frozenset(Survey.get_slot_names())),
    "entities": (aliases.entities_header, frozenset(str(name.value) for name in EC)),
}
# What authors write that is not in the compiler's tables, or only below `bind` and `body`.
_ALSO_KNOWN = frozenset(
    {"bind", "body", "control", "media", "instance", "disabled", "choice_filter", "parameters",
     "trigger", "default", "save_to", "label", "hint", "guidance_hint", "name", "type", "intent"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Select:
    command: str
    kind: Literal["code", "codes"]
    list_name: str
    with_other: bool

    @property
    def file(self) -> str | None:
        suffix = "." + self.list_name.rpartition(".")[2]
        return self.list_name if suffix in FILE_SUFFIXES else None

    @property
    def is_external(self) -> bool:
        return self.command == "select_one_external"

    @property
    def is_from_answers(self) -> bool:
        return "${" in self.list_name


def column_of(sheet: str, header: str, double_colon: bool) -> Column:
    """`double_colon`: some header of the sheet has `::`, so that a single `:` is only a sign."""
    known, columns = _SHEETS.get(sheet, ({}, frozenset()))
    try:
        tokens = process_header(header, double_colon, known, columns)[1]
    except IndexError:
        return (header,)
    return tuple(str(token) for token in tokens)


@cache
def known_columns(sheet: str) -> frozenset[str]:
    """First words that mean something on a sheet."""
    known, columns = _SHEETS.get(sheet, ({}, frozenset()))
    return frozenset({*known, *columns, *(_ALSO_KNOWN if sheet == "survey" else ())})


def is_known_column(sheet: str, header: str) -> bool:
    first = to_snake_case(re.split("::?", header)[0])
    return first in known_columns(sheet)


@cache
def known_types() -> frozenset[str]:
    """All that a cell in `type` may be, lists and the ends of groups aside."""
    return frozenset(
        {*QUESTION_TYPE_DICT, *aliases._type_alias_map, *aliases.settings_header, "audit"}
    )


@cache
def spellings_of_types() -> tuple[str, ...]:
    """For suggestions: how authors spell types today."""
    controls = [f"{word}_{what}" for word in ("begin", "end") for what in ("group", "repeat")]
    plain = [name for name in known_types() if " " not in name and ":" not in name]
    return tuple(sorted({*plain, *controls, *(name for name in aliases.select if "_" in name)}))


def is_setting(question_type: str) -> bool:
    """A row of the survey that is a setting in truth."""
    return question_type in aliases.settings_header


def begins(question_type: str) -> str | None:
    """group, repeat or loop."""
    found = RE_BEGIN_CONTROL.search(question_type)
    return aliases.control[found["type"]] if found else None


def ends(question_type: str) -> str | None:
    found = RE_END_CONTROL.search(question_type)
    return aliases.control[found["type"]] if found else None


def select_of(question_type: str) -> Select | None:
    found = RE_SELECT.search(question_type)
    if found is None:
        return None
    many = aliases.select[found["select_command"]] in (
        constants.SELECT_ALL_THAT_APPLY,
        constants.RANK,
    )
    return Select(
        command=found["select_command"],
        kind="codes" if many else "code",
        list_name=found["list_name"],
        with_other=found["specify_other"] is not None,
    )


def wants_list(question_type: str) -> bool:
    """`select_one` without the name of a list."""
    control = QUESTION_TYPE_DICT.get(question_type, {}).get("control", {})
    return question_type in aliases.select or control.get("tag") in _LIST_CONTROLS


def is_type(question_type: str) -> bool:
    return question_type in known_types() or RE_OSM.search(question_type) is not None


def kind_of_type(question_type: str) -> Kind:
    """What answers are. Computed and hidden ones may be anything."""
    spelled = aliases._type_alias_map.get(question_type, question_type)
    if spelled == "range":
        return "decimal"
    entry = QUESTION_TYPE_DICT.get(spelled, {})
    bind, control = entry.get("bind", {}), entry.get("control", {})
    if "jr:preload" in bind or control.get("tag") == "trigger":
        return "unknown"
    if control and bind.get("readonly"):
        return "note"
    if control.get("tag") == "input" and bind.get("type") in ("string", "barcode"):
        return "text"
    return kind_of_bind(bind.get("type", "")) if control else "unknown"


def kind_of_bind(bind_type: str) -> Kind:
    return _KINDS.get(bind_type.removeprefix("xsd:"), "unknown")


def is_shown(question_type: str) -> bool:
    """Has a control on the screen, so that somebody reads its label."""
    spelled = aliases._type_alias_map.get(question_type, question_type)
    entry = QUESTION_TYPE_DICT.get(spelled, {})
    tag = entry.get("control", {}).get("tag", "action")
    return tag != "action" and "hint" not in entry and not spelled.startswith("background-")
