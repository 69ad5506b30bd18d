"""Made-up interviews of every form, and how they are judged."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from random import Random

from survey_server.domain.answers import read_answers
from survey_server.domain.answers.reading import Finding
from survey_server.domain.forms.compiling import compile_folder
from survey_server.domain.forms.parts import FormDescription
from survey_server.domain.rules import Rules, rules_of
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import (
    LONG,
    RESULTS,
    SHORT,
    interview,
    visit_without_interview,
)
from survey_server.simulator.listing import HOUSEHOLD_LISTING, listing_interview
from survey_server.simulator.minorities.communes import (
    COMMUNE_RESULTS,
    ETHNIC_COMMUNE,
    commune_interview,
    commune_visit,
)
from survey_server.simulator.minorities.households import minority_household, takes_part
from survey_server.simulator.minorities.interviews import (
    ETHNIC_HOUSEHOLD,
    NOT_ELIGIBLE,
    SURVEY_RESULTS,
    ethnic_interview,
    ethnic_visit,
)
from survey_server.simulator.people import Household

FORMS = (SHORT, LONG, ETHNIC_HOUSEHOLD, ETHNIC_COMMUNE, HOUSEHOLD_LISTING)
WHEN = datetime(2024, 7, 5, 9, tzinfo=timezone(timedelta(hours=7)))
UNIT = "12-107-03391-004-017"
AREA = UNIT[:16]
PROVINCES = ("02", "10", "12", "14", "22", "51", "64", "66", "84", "01")
MINORITIES = tuple((f"{code:02d}", 1.0) for code in range(2, 55))
KINH_TOO = (*MINORITIES, ("01", 6.0), ("55", 0.5), ("99", 0.5))

Answers = dict[str, object]


@cache
def description(form_id: str) -> FormDescription:
    return compile_folder(Path(__file__).parents[2] / "forms" / form_id).description


@cache
def rules(form_id: str) -> Rules:
    return rules_of(description(form_id))


def judged(form_id: str, answers: Mapping[str, object]) -> tuple[Finding, ...]:
    return rules(form_id).judge(read_answers(description(form_id), answers), WHEN)


def mixed(urban: bool = False) -> Profile:
    return Profile(KINH_TOO, urban=urban, mixed_marriages=0.2)


def met(form_id: str, rng: Random, urban: bool) -> Household:
    if form_id == ETHNIC_HOUSEHOLD:
        return minority_household(rng, mixed(urban))
    return household(rng, mixed(urban))


def complete(form_id: str, number: int, seed: int = 1) -> Iterator[Answers]:
    """Interviews as complete as the form knows them."""
    rng = Random(f"{seed}/{form_id}")
    for place in range(number):
        yield _complete(form_id, rng, place)


def _complete(form_id: str, rng: Random, place: int) -> Answers:
    if form_id == ETHNIC_COMMUNE:
        return commune_interview(rng, commune(place), WHEN)
    urban = place % 4 == 0
    if form_id == HOUSEHOLD_LISTING:
        neighbours = [met(form_id, rng, urban) for _ in range(place % 30 + 1)]
        return listing_interview(rng, AREA, neighbours, WHEN)
    told = met(form_id, rng, urban)
    if form_id != ETHNIC_HOUSEHOLD:
        return interview(rng, form_id, told, UNIT, WHEN, "may-01")
    while not takes_part(told):
        told = met(form_id, rng, urban)
    return ethnic_interview(rng, told, UNIT, WHEN, "may-01")


def commune(place: int) -> str:
    return f"{PROVINCES[place % len(PROVINCES)]}-080-{place:05d}-000-001"


def results_of(form_id: str) -> tuple[str, ...]:
    """Results of a visit other than an interview; a list is no visit."""
    if form_id == HOUSEHOLD_LISTING:
        return ()
    if form_id == ETHNIC_COMMUNE:
        return tuple(set(COMMUNE_RESULTS) - {"informed"})
    known = SURVEY_RESULTS if form_id == ETHNIC_HOUSEHOLD else RESULTS
    return tuple(set(known) - {"interviewed"})


def without_interview(form_id: str, result: str, number: int) -> Iterator[Answers]:
    rng = Random(f"{result}/{form_id}")
    for place in range(number):
        if form_id == ETHNIC_COMMUNE:
            yield commune_visit(rng, result, commune(place), WHEN)
            continue
        told = met(form_id, rng, urban=place % 4 == 0)
        if form_id == ETHNIC_HOUSEHOLD:
            yield ethnic_visit(rng, result, told, UNIT, WHEN)
        else:
            yield visit_without_interview(rng, form_id, result, told, UNIT, WHEN)


def of_kinh_only(number: int) -> Iterator[Answers]:
    """Where the survey of the minorities finds nobody to ask."""
    rng = Random(9)
    for _ in range(number):
        answers = ethnic_interview(rng, minority_household(rng, Profile()), UNIT, WHEN)
        place = answers["identification"]
        assert isinstance(place, dict)
        assert place["visit_result"] == SURVEY_RESULTS[NOT_ELIGIBLE]
        yield answers


def questions_answered(answers: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(answers, Mapping):
        for name, below in answers.items():
            yield from questions_answered(below, (*path, name))
    elif isinstance(answers, list):
        for entry in answers:
            yield from questions_answered(entry, path)
    else:
        yield path
