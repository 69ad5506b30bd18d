"""Questions and groups that come, go, move, or mean something else."""

import re
from collections.abc import Iterator

from survey_server.domain.forms.comparing.difference import Difference, Weight
from survey_server.domain.forms.comparing.pairing import Part
from survey_server.domain.forms.parts import (
    CHOICE_TYPES,
    LIST_TYPES,
    FormDescription,
    Group,
    Question,
)
from survey_server.domain.forms.patterns import PATTERNS

# Whatever was a value of the first is one of the second.
_WIDER = frozenset({("int", "decimal"), ("geotrace", "geoshape"), ("geoshape", "geotrace")})


def place_of(part: Part) -> str:
    return "/".join(part.path)


def appeared(part: Part) -> Iterator[Difference]:
    weight: Weight = "words" if _is_note(part) else "adds"
    yield Difference(f"{_sort(part)}_added", place_of(part), None, part.name, weight)


def gone(part: Part) -> Iterator[Difference]:
    weight: Weight = "words" if _is_note(part) else "breaks"
    yield Difference(f"{_sort(part)}_removed", place_of(part), part.name, None, weight)


def moved(old: Part, new: Part) -> Difference:
    """Its answers stand elsewhere now, so that old ones are not found where the new are."""
    change = "moved" if old.name == new.name else "renamed"
    weight: Weight = "words" if _is_note(old) and _is_note(new) else "breaks"
    kind = f"{_sort(new)}_{change}"
    return Difference(kind, place_of(new), place_of(old), place_of(new), weight)


def types_between(old: Question, new: Question, a: FormDescription) -> Iterator[Difference]:
    if old.type == new.type:
        return
    if stays_readable(old, new, a):
        yield Difference("type_widened", place_of(new), old.type, new.type, "adds")
    else:
        yield Difference("type_changed", place_of(new), old.type, new.type, "breaks")


def stays_readable(old: Question, new: Question, a: FormDescription) -> bool:
    """Whether every answer to the old question is a value of the new one's type.

    Codes that one list has and the other has not are a difference of their own.
    """
    if old.is_note:
        return True
    if new.type in LIST_TYPES:
        return old.type in CHOICE_TYPES
    if old.type in LIST_TYPES:
        return False
    if new.type in CHOICE_TYPES:
        return old.type in CHOICE_TYPES
    pattern = PATTERNS.get(new.type)
    if pattern is None or (old.type, new.type) in _WIDER:
        return True
    codes = a.choices_of(old) if old.type in CHOICE_TYPES else None
    return bool(codes) and all(re.fullmatch(pattern, choice.value) for choice in codes or ())


def meanings_between(old: Part, new: Part) -> Iterator[Difference]:
    """A part that had no meaning and gets one adds; any other change means something else."""
    place = place_of(new)
    weight: Weight
    if old.role != new.role:
        weight = "breaks" if old.role else "adds"
        yield Difference("role_changed", place, old.role, new.role, weight)
    if isinstance(old, Group) and isinstance(new, Group):
        if old.table != new.table:
            yield Difference("table_changed", place, old.table, new.table, "breaks")
    elif isinstance(old, Question) and isinstance(new, Question):
        yield from _spelled_between(old, new, place)


def _spelled_between(old: Question, new: Question, place: str) -> Iterator[Difference]:
    before, now = _pairs(old), _pairs(new)
    if before != now:
        weight: Weight = "breaks" if before else "adds"
        yield Difference("role_codes_changed", place, before or None, now or None, weight)
    lost, gained = sorted(old.missing - new.missing), sorted(new.missing - old.missing)
    if lost:
        yield Difference("missing_codes_removed", place, ", ".join(lost), None, "breaks")
    if gained:
        yield Difference("missing_codes_added", place, None, ", ".join(gained), "adds")


def _pairs(question: Question) -> str:
    return " ".join(f"{value}={code}" for value, code in sorted(question.codes.items()))


def _is_note(part: Part) -> bool:
    return isinstance(part, Question) and part.is_note


def _sort(part: Part) -> str:
    if isinstance(part, Group):
        return "group"
    return "note" if part.is_note else "question"
