"""A form's answers as JSON Schema (2020-12), for whoever writes or checks interviews elsewhere.

It describes the canonical tree: groups are objects, repeats arrays of objects, answers the text as
the tablet writes it, selects of several an array of codes, blanks left out. Such a tree fits the
schema exactly if the server finds nothing wrong with its shape: no answer that is no value of its
type or not in its list, no unknown question, and nothing missing that is required whatever else was
answered. Rules that are expressions are not in it; `relevant`, constraints and checks are judged by
the server. An answer may also be sent as a JSON number or boolean; the server spells it as text.
"""

from typing import Any
from urllib.parse import quote

from survey_server.domain.forms.meta import (
    CONFIRMED,
    CONFIRMED_TEXTS,
    LONGEST_CONFIRMED,
    META,
    MOST_CONFIRMED,
    is_carried,
    is_open_ended,
)
from survey_server.domain.forms.parts import (
    LIST_TYPES,
    FormDescription,
    Group,
    Labels,
    Question,
)
from survey_server.domain.forms.patterns import PATTERNS

Schema = dict[str, Any]

# A list longer than this is not told; its codes are in the media file that the form reads.
LONGEST_ENUM = 1000

# What the names of JSON Schema tell people; the patterns say it exactly.
_FORMATS = {"date": "date", "time": "time", "dateTime": "date-time"}


def json_schema_of(description: FormDescription) -> Schema:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:survey-server:form:{quote(description.form_id)}:{quote(description.version)}",
        "title": description.title,
        **_object(description.root, description),
    }
    schema["properties"].setdefault(META, _open_object({}))
    schema["properties"][META]["properties"].setdefault(CONFIRMED, _confirmed())
    demands = _demands(description.root, judged=True)
    return {**schema, "allOf": [demands]} if demands else schema


def _demands(group: Group, judged: bool) -> Schema:
    """Only what nothing can make irrelevant; {} where that is nothing."""
    judged = judged and group.relevant is None
    required: list[str] = []
    below: dict[str, Schema] = {}
    for child in group.children:
        if isinstance(child, Question):
            if judged and child.required and child.relevant is None:
                required.append(child.name)
            continue
        demands = _demands(child, judged)
        if demands and child.kind == "repeat":
            below[child.name] = {"items": demands}
        elif demands:
            below[child.name] = demands
            if _asks_at_once(demands):
                required.append(child.name)
    said: Schema = {"required": required, "properties": below}
    return {key: value for key, value in said.items() if value}


def _asks_at_once(demands: Schema) -> bool:
    """Repeats demand nothing before they have an entry."""
    return "required" in demands


def _part(part: Question | Group, description: FormDescription) -> Schema:
    if isinstance(part, Question):
        return {**_about(part, description), **_answer(part, description)}
    whole = _object(part, description)
    if part.kind == "repeat":
        whole = {"type": "array", "items": whole}
    return {**_about(part, description), **whole}


def _about(part: Question | Group, description: FormDescription) -> Schema:
    said = {
        "title": _words(part.labels, description),
        "x-number": part.number,
        "x-role": part.role,
    }
    return {key: value for key, value in said.items() if value}


def _words(labels: Labels, description: FormDescription) -> str | None:
    return labels.get("vi") or labels.get(description.default_language)


def _object(group: Group, description: FormDescription) -> Schema:
    properties = {child.name: _part(child, description) for child in group.children}
    if is_open_ended(group.path):
        return _open_object(properties)
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _open_object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": True}


def _confirmed() -> Schema:
    text = {"type": "string", "maxLength": LONGEST_CONFIRMED}
    entry = _open_object(dict.fromkeys(CONFIRMED_TEXTS, text))
    title = "Cảnh báo đã được xác nhận là đúng"
    return {"title": title, "type": "array", "maxItems": MOST_CONFIRMED, "items": entry}


def _answer(question: Question, description: FormDescription) -> Schema:
    if is_carried(question):
        return _open_object({})
    codes = _codes(question, description)
    if question.type in LIST_TYPES:
        return {"type": "array", "minItems": 1, "items": _text() if codes is None else codes}
    pattern = PATTERNS.get(question.type)
    if pattern is None:
        return _text() if codes is None else codes
    # In Python, $ also stands before a last line break, which is no part of any value.
    answer: Schema = {"type": "string", "pattern": rf"^(?:{pattern})(?!\n)$"}
    if question.type in _FORMATS:
        answer["format"] = _FORMATS[question.type]
    return answer


def _text() -> Schema:
    return {"type": "string", "minLength": 1}


def _codes(question: Question, description: FormDescription) -> Schema | None:
    choices = description.choices_of(question)
    if choices is None or len(choices) > LONGEST_ENUM:
        return None
    codes = dict.fromkeys(choice.value for choice in choices)
    return {"type": "string", "enum": [*codes, *sorted(question.missing - codes.keys())]}
