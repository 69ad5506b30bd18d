"""Codes that come and go, and codes that are worded otherwise.

A code that takes over the words of another one is the worst that can happen to a list: the data
stay readable and say something else.
"""

from collections.abc import Iterable, Iterator, Mapping

from survey_server.domain.forms.comparing.difference import Difference, Weight
from survey_server.domain.forms.comparing.pairing import Step, shared_words
from survey_server.domain.forms.comparing.questions import place_of
from survey_server.domain.forms.parts import FormDescription, Labels, Question

# More codes than this are told by the first ones and their number.
MOST_TOLD = 20

_Codes = Mapping[str, Labels]


def codes_between(
    old: Question, new: Question, a: FormDescription, b: FormDescription
) -> Iterator[Difference]:
    """A list that is not at hand tells nothing. Codes that stay readable as missing ones stay."""
    before, now = _codes(old, a), _codes(new, b)
    if before is None or now is None:
        return
    lost = [code for code in before if code not in now and code not in new.missing]
    gained = [code for code in now if code not in before and code not in old.missing]
    if lost:
        yield Difference("codes_removed", place_of(new), _told(lost), None, "breaks")
    if gained:
        yield Difference("codes_added", place_of(new), None, _told(gained), "adds")


def relabelled_between(
    steps: Iterable[Step], a: FormDescription, b: FormDescription, languages: tuple[str, ...]
) -> Iterator[Difference]:
    """Once for each list, at the first question that asks it."""
    told = set()
    for step in steps:
        old, new = step.old, step.new
        if not (isinstance(old, Question) and isinstance(new, Question)):
            continue
        lists = (old.choices, new.choices)
        before, now = _codes(old, a), _codes(new, b)
        if before is None or now is None or lists in told:
            continue
        told.add(lists)
        yield from _relabelled(place_of(new), before, now, languages)


def _relabelled(
    place: str, before: _Codes, now: _Codes, languages: tuple[str, ...]
) -> Iterator[Difference]:
    changed = [
        code
        for code, labels in now.items()
        if code in before and shared_words(labels, languages) != _words(before, code, languages)
    ]
    reused = [code for code in changed if _took_over(code, before, now, languages)]
    reworded = [code for code in changed if code not in reused]
    if reused:
        yield _difference("codes_reused", "breaks", place, reused, before, now, languages)
    if reworded:
        yield _difference("codes_relabelled", "words", place, reworded, before, now, languages)


def _took_over(code: str, before: _Codes, now: _Codes, languages: tuple[str, ...]) -> bool:
    words = dict(shared_words(now[code], languages))
    others = (labels for other, labels in before.items() if other != code)
    kept = dict(_words(before, code, languages)).items() & words.items()
    return not kept and any(
        dict(shared_words(o, languages)).items() & words.items() for o in others
    )


def _words(codes: _Codes, code: str, languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return shared_words(codes[code], languages)


def _codes(question: Question, description: FormDescription) -> _Codes | None:
    choices = description.choices_of(question)
    return None if choices is None else {choice.value: choice.labels for choice in choices}


def _told(codes: list[str]) -> str:
    return _short(codes, ", ")


def _difference(
    kind: str,
    weight: Weight,
    place: str,
    codes: list[str],
    before: _Codes,
    now: _Codes,
    languages: tuple[str, ...],
) -> Difference:
    """In the first language that any of them is worded otherwise in."""
    language = next(
        name
        for name in languages
        if any(before[code].get(name) != now[code].get(name) for code in codes)
    )
    old, new = (
        _short([f"{c} {of[c].get(language, '')}" for c in codes], "; ") for of in (before, now)
    )
    return Difference(kind, place, old, new, weight, language)


def _short(told: list[str], between: str) -> str:
    more = f"{between}… (+{len(told) - MOST_TOLD})" if len(told) > MOST_TOLD else ""
    return between.join(told[:MOST_TOLD]) + more
