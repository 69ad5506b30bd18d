"""Rules that answers are judged by: those of a question or a group, and the checks of the form."""

from collections.abc import Callable, Iterator, Mapping

from survey_server.domain.forms.comparing.difference import Difference
from survey_server.domain.forms.comparing.pairing import Part
from survey_server.domain.forms.comparing.questions import place_of
from survey_server.domain.forms.parts import Check, Group, Labels, Question

_ALWAYS = "true()"


def _required(question: Question) -> str | None:
    return _ALWAYS if question.required else question.required_expr


def _readonly(question: Question) -> str | None:
    return _ALWAYS if question.readonly else None


def _bounds(question: Question) -> str | None:
    bounds = question.bounds
    return f"{bounds.start or ''} … {bounds.end or ''}" if bounds else None


def _offered(question: Question) -> str | None:
    """A select that reads nodes of the interview has no list, and its filter is in the nodes."""
    return question.choice_filter or (
        question.itemset.nodeset if question.itemset and not question.choices else None
    )


_OF_QUESTION: Mapping[str, Callable[[Question], str | None]] = {
    "relevant": lambda question: question.relevant,
    "required": _required,
    "constraint": lambda question: question.constraint,
    "calculate": lambda question: question.calculate,
    "readonly": _readonly,
    "choice_filter": _offered,
    "bounds": _bounds,
    "default": lambda question: question.default,
    "preload": lambda question: question.preload,
    "confirms": lambda question: question.confirms,
}
_OF_GROUP: Mapping[str, Callable[[Group], str | None]] = {
    "relevant": lambda group: group.relevant,
    "repeat_count": lambda group: group.count,
}
_OF_CHECK: Mapping[str, Callable[[Check], str | None]] = {
    "severity": lambda check: check.severity,
    "scope": lambda check: "/".join(check.scope) or None,
    "question": lambda check: "/".join(check.question) or None,
    "condition": lambda check: check.condition,
    "since": lambda check: check.since.isoformat() if check.since else None,
    "until": lambda check: check.until.isoformat() if check.until else None,
}


def rules_between(old: Part, new: Part) -> Iterator[Difference]:
    said: list[tuple[str, str | None, str | None]] = []
    if isinstance(old, Question) and isinstance(new, Question):
        said = [(name, read(old), read(new)) for name, read in _OF_QUESTION.items()]
    elif isinstance(old, Group) and isinstance(new, Group):
        said = [(name, read(old), read(new)) for name, read in _OF_GROUP.items()]
    for name, before, now in said:
        if before != now:
            yield Difference(f"{name}_changed", place_of(new), before, now, "changes rules")


def checks_between(
    olds: tuple[Check, ...], news: tuple[Check, ...], languages: tuple[str, ...]
) -> Iterator[Difference]:
    """Known again by their id, which is their path here."""
    before, now = {check.id: check for check in olds}, {check.id: check for check in news}
    for name, check in now.items():
        if name in before:
            yield from _check_between(before[name], check, languages)
        else:
            yield Difference("check_added", name, None, check.condition, "changes rules")
    for name, check in before.items():
        if name not in now:
            yield Difference("check_removed", name, check.condition, None, "changes rules")


def _check_between(old: Check, new: Check, languages: tuple[str, ...]) -> Iterator[Difference]:
    for name, read in _OF_CHECK.items():
        before, now = read(old), read(new)
        if before != now:
            yield Difference("check_changed", new.id, before, now, "changes rules", name)
    yield from texts_between("check_message_changed", new.id, old.messages, new.messages, languages)


def texts_between(
    kind: str, place: str, old: Labels, new: Labels, languages: tuple[str, ...]
) -> Iterator[Difference]:
    for language in languages:
        before, now = old.get(language), new.get(language)
        if before != now:
            yield Difference(kind, place, before, now, "words", language)
