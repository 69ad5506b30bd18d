"""All differences between two versions: of the form as a whole, part by part, and of its checks."""

from collections.abc import Iterator

from survey_server.domain.forms.comparing.codes import codes_between, relabelled_between
from survey_server.domain.forms.comparing.difference import WEIGHTS, Difference
from survey_server.domain.forms.comparing.pairing import Step, steps_between
from survey_server.domain.forms.comparing.questions import (
    appeared,
    gone,
    meanings_between,
    moved,
    types_between,
)
from survey_server.domain.forms.comparing.rules import checks_between, rules_between
from survey_server.domain.forms.comparing.wording import words_between
from survey_server.domain.forms.parts import FormDescription, Group, Question


def differences(a: FormDescription, b: FormDescription) -> tuple[Difference, ...]:
    """From version `a` to version `b`; by weight, then in the order of the form."""
    steps = tuple(steps_between(a, b))
    languages = tuple(name for name in b.languages if name in a.languages)
    found = [*_of_the_form(a, b)]
    for step in steps:
        found += _of_step(step, a, b, languages)
    found += relabelled_between(steps, a, b, languages)
    found += checks_between(a.checks, b.checks, languages)
    return tuple(sorted(found, key=lambda one: WEIGHTS.index(one.weight)))


def _of_the_form(a: FormDescription, b: FormDescription) -> Iterator[Difference]:
    if a.form_id != b.form_id:
        yield Difference("form_changed", "", a.form_id, b.form_id, "breaks")
    if a.time_zone != b.time_zone:
        yield Difference("time_zone_changed", "", a.time_zone, b.time_zone, "breaks")
    if a.instance_name != b.instance_name:
        yield Difference(
            "instance_name_changed", "", a.instance_name, b.instance_name, "changes rules"
        )
    for language in b.languages:
        if language not in a.languages:
            yield Difference("language_added", "", None, language, "words")
    for language in a.languages:
        if language not in b.languages:
            yield Difference("language_removed", "", language, None, "words")
    if a.default_language != b.default_language:
        yield Difference(
            "default_language_changed", "", a.default_language, b.default_language, "words"
        )
    if a.title != b.title:
        yield Difference("title_changed", "", a.title, b.title, "words")


def _of_step(
    step: Step, a: FormDescription, b: FormDescription, languages: tuple[str, ...]
) -> Iterator[Difference]:
    old, new = step.old, step.new
    if old is None or new is None:
        yield from () if new is None else appeared(new)
        yield from () if old is None else gone(old)
        return
    if step.is_moved:
        yield moved(old, new)
    if isinstance(old, Question) and isinstance(new, Question):
        yield from types_between(old, new, a)
        yield from codes_between(old, new, a, b)
    elif isinstance(old, Group) and isinstance(new, Group) and old.kind != new.kind:
        yield Difference("kind_changed", "/".join(new.path), old.kind, new.kind, "breaks")
    yield from meanings_between(old, new)
    yield from rules_between(old, new)
    yield from words_between(old, new, languages)
