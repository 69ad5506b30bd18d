"""A form's description as JSON, for clients that do not read XForms.

Blank attributes are left out, so that what stands there was said by the form's author.
"""

from typing import Any

from survey_server.domain.forms.checks import checks_as_json
from survey_server.domain.forms.parts import Choice, FormDescription, Group, Question

# A list longer than this is told by its size; clients read the media file it comes from.
LONGEST_LIST = 1000


def count_of_questions(description: FormDescription) -> int:
    """Those that somebody answers: neither notes nor what is calculated."""
    return sum(bool(one.control) and not one.is_note for one in description.questions())


def as_json(description: FormDescription) -> dict[str, Any]:
    return {
        "form_id": description.form_id,
        "version": description.version,
        "title": description.title,
        "time_zone": description.time_zone,
        "languages": list(description.languages),
        "default_language": description.default_language,
        "questions": [_part(part) for part in description.root.children],
        "choice_lists": {
            name: _choices(choices) for name, choices in description.choice_lists.items()
        },
        "checks": checks_as_json(description.checks),
        "files": sorted(i.source for i in description.instances.values() if i.source),
    }


def _part(part: Question | Group) -> dict[str, Any]:
    return _group(part) if isinstance(part, Group) else _question(part)


def _group(group: Group) -> dict[str, Any]:
    said = {
        "number": group.number,
        "role": group.role,
        "table": group.table,
        "label": dict(group.labels),
        "relevant": group.relevant,
        "count": group.count,
        "appearance": group.appearance,
    }
    children = [_part(child) for child in group.children]
    return {"name": group.name, "kind": group.kind, **_not_blank(said), "children": children}


def _question(question: Question) -> dict[str, Any]:
    said = {
        "control": question.control,
        "number": question.number,
        "role": question.role,
        "codes": dict(question.codes),
        "missing": sorted(question.missing),
        "label": dict(question.labels),
        "hint": dict(question.hints),
        "required": question.required_expr or question.required,
        "required_message": dict(question.required_messages),
        "relevant": question.relevant,
        "constraint": question.constraint,
        "constraint_message": dict(question.constraint_messages),
        "calculate": question.calculate,
        "readonly": question.readonly,
        "default": question.default,
        "appearance": question.appearance,
        "choices": question.choices,
        "choice_filter": question.choice_filter,
        "preload": question.preload,
        "itemset": _itemset(question),
        "bounds": _bounds(question),
        "confirms": question.confirms,
    }
    return {"name": question.name, "kind": "question", "type": question.type, **_not_blank(said)}


def _itemset(question: Question) -> dict[str, str]:
    itemset = question.itemset
    return {"nodeset": itemset.nodeset, "value": itemset.value} if itemset else {}


def _bounds(question: Question) -> dict[str, str | None]:
    bounds = question.bounds
    return {"start": bounds.start, "end": bounds.end} if bounds else {}


def _choices(choices: tuple[Choice, ...]) -> list[dict[str, Any]] | dict[str, int]:
    if len(choices) > LONGEST_LIST:
        return {"count": len(choices)}
    return [{"value": choice.value, "label": dict(choice.labels)} for choice in choices]


def _not_blank(said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value}
