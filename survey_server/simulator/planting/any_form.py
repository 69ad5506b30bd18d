"""Mistakes in any question of any form, as its description tells the questions.

They are drawn from every answer of an interview: whatever depends on the spoilt answer is in doubt
then, and must not be found as well.
"""

from collections.abc import Callable, Iterator
from random import Random

from survey_server.domain.forms.meta import META
from survey_server.domain.forms.parts import FormDescription, Question
from survey_server.simulator.draws import between, pick
from survey_server.simulator.planting.slips import Expected, NothingToSpoil
from survey_server.simulator.planting.spots import Spot, Tree, spots

NUMBERS = frozenset({"int", "decimal"})
NO_CODES = ("0", "77", "khác")
NO_NUMBERS = ("khoảng 3", "1 2", "hai", "1.9e3x")
NO_DATES = ("hôm qua", "31/02/2024", "2024-13-40")
UNKNOWN = "identity_card"


def code_not_in_list(rng: Random, answers: Tree, description: FormDescription) -> Expected:
    """Codes that the form computes are codes too."""
    found = [
        spot
        for question in description.questions()
        if question.choices or question.itemset
        for spot in spots(answers, question.path)
        if spot.answered
    ]
    if not found:
        raise NothingToSpoil
    chosen = pick(rng, found)
    chosen.entry[chosen.name] = pick(rng, NO_CODES)
    return "not_in_list", chosen.path


def wrong_type(rng: Random, answers: Tree, description: FormDescription) -> Expected:
    chosen = _drawn(rng, answers, description, lambda one: one.type in NUMBERS | {"date"})
    dated = "-" in str(chosen.entry[chosen.name])
    chosen.entry[chosen.name] = pick(rng, NO_DATES if dated else NO_NUMBERS)
    return "type", chosen.path


def required_missing(rng: Random, answers: Tree, description: FormDescription) -> Expected:
    chosen = _drawn(rng, answers, description, lambda one: one.required)
    del chosen.entry[chosen.name]
    return "required_missing", chosen.path


def unknown_question(rng: Random, answers: Tree, description: FormDescription) -> Expected:
    groups = [("",), *((*group.path, "") for group in description.groups())]
    found = [spot for path in groups for spot in spots(answers, path)]
    spot = pick(rng, found)
    spot = Spot(spot.entry, UNKNOWN, spot.place)
    spot.entry[UNKNOWN] = f"{between(rng, 0, 999_999_999):09d}"
    return "unknown_question", spot.path


def calculate_differs(rng: Random, answers: Tree, description: FormDescription) -> Expected:
    """Another number of as many digits. A code that is computed may then not be in its list, which
    is another mistake."""
    found = [
        spot
        for question in description.questions()
        if question.calculate and not question.choices
        for spot in spots(answers, question.path)
        if spot.answered and str(spot.entry[spot.name]).isdigit()
    ]
    if not found:
        raise NothingToSpoil
    spot = pick(rng, found)
    told = str(spot.entry[spot.name])
    last = (int(told[-1]) + between(rng, 1, 9)) % 10
    spot.entry[spot.name] = f"{told[:-1]}{last}"
    return "calculate_differs", spot.path


def _drawn(
    rng: Random, answers: Tree, description: FormDescription, wanted: Callable[[Question], bool]
) -> Spot:
    found = list(_answered(answers, description, wanted))
    if not found:
        raise NothingToSpoil
    return pick(rng, found)


def _answered(
    answers: Tree, description: FormDescription, wanted: Callable[[Question], bool]
) -> Iterator[Spot]:
    """What people answer; what the form computes is spoilt by `calculate_differs`."""
    for question in description.questions():
        if question.calculate or question.path[0] == META or not wanted(question):
            continue
        yield from (spot for spot in spots(answers, question.path) if spot.answered)
