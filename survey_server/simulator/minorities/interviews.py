"""Whole interviews of the survey of the 53 ethnic minorities, as the household form tells them.

What the census asks too comes out of the same lines as in the census, three months later. What a
household says follows from its seed, what belongs to the visit from the generator passed in.
"""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from survey_server.simulator.draws import Weighted, between, happens, pick
from survey_server.simulator.dwelling_answers import dwelling_answers
from survey_server.simulator.interviews import (
    RESULTS,
    all_died,
    deaths_answers,
    identification,
    residence,
    visit,
)
from survey_server.simulator.minorities.holdings import (
    POOR,
    animals_under_house,
    land,
    livelihood,
    livestock,
    poverty_of,
    services,
)
from survey_server.simulator.minorities.households import is_minority, spouses, takes_part
from survey_server.simulator.minorities.languages import conversation, customs, languages
from survey_server.simulator.minorities.motherhood import (
    UNRELATED,
    kinship,
    marriage_answers,
    woman_answers,
)
from survey_server.simulator.minorities.work import employment
from survey_server.simulator.moves import Move, migration, move_of
from survey_server.simulator.people import MARRIED, Household, Person
from survey_server.simulator.person_answers import disability, identity
from survey_server.simulator.schooling import LEFT, NEVER, education

ETHNIC_HOUSEHOLD = "ethnic_2024_household"
NOT_ELIGIBLE = "not_eligible"
SURVEY_RESULTS: Mapping[str, str] = RESULTS | {NOT_ELIGIBLE: "7"}
YES, NO = "1", "2"
MARRIED_OR_MOTHER, ANOTHER_REASON, COMPLETED = "7", "10", "9"
WHY_NEVER = Weighted({"1": 20, "3": 20, "4": 12, "5": 18, "6": 14, "8": 12, "10": 4})
WHY_LEFT = Weighted({"1": 36, "2": 14, "3": 18, "4": 16, "5": 5, "6": 3, "9": 5, "10": 3})
REMARKS = ("Người trả lời là con dâu", "Đường vào bản sạt lở", "Chủ hộ đi nương, hẹn lại buổi tối")
OTHER_REASONS = ("Chờ năm học mới", "Không có giấy khai sinh")

Answers = dict[str, object]


def ethnic_interview(
    rng: Random, household: Household, unit: str, when: datetime, device: str = ""
) -> Answers:
    """A complete interview that breaks no rule of the form; a household of Kinh only is asked
    no more than who lives there."""
    if not takes_part(household):
        return ethnic_visit(rng, NOT_ELIGIBLE, household, unit, when, device)
    told = Random(household.seed)
    persons = household.persons
    minutes = 10 + len(persons) * between(rng, 4, 8)
    answers = _visit(rng, "interviewed", household, unit, (when, minutes), device)
    dwelling = dwelling_answers(told, household, unit[17:20], long=True)
    poverty = poverty_of(told, household, dwelling)
    entries = _persons(told, household, unit, poverty == POOR)
    answers["interview"] = conversation(told, household.head, entries)
    answers["residence"] = residence(told, household)
    answers["household_size"] = str(len(persons))
    answers["person"] = entries
    answers["minority_members"] = str(sum(is_minority(person.ethnicity) for person in persons))
    answers["deaths"] = deaths_answers(told, household.deaths)
    answers |= _holdings(told, household, dwelling, poverty)
    if happens(rng, 0.04):
        answers["remarks"] = pick(rng, REMARKS)
    return answers


def ethnic_visit(
    rng: Random, result: str, household: Household, unit: str, when: datetime, device: str = ""
) -> Answers:
    """A visit with any other result; only where all members died is anything more asked."""
    answers = _visit(rng, result, household, unit, (when, between(rng, 1, 6)), device)
    answers |= {"household_size": "0", "minority_members": "0"}
    if result == "all_died":
        answers["deaths"] = all_died(rng, household)
    return answers


def _visit(
    rng: Random,
    result: str,
    household: Household,
    unit: str,
    time: tuple[datetime, int],
    device: str,
) -> Answers:
    place = identification(rng, SURVEY_RESULTS[result], household, unit)
    commune, area = Random(unit[:12]), Random(unit[:16])
    zone = pick(commune, ("", "1", "2", "3", "3"))
    if zone:
        place["zone"] = zone
    place["area_group"] = pick(area, ("1", "2", "3"))
    if happens(area, 0.8):
        place["village"] = f"{between(area, 1, 24):03d}"
    return visit(rng, place, time, device)


def _persons(rng: Random, household: Household, unit: str, poor: bool) -> list[Answers]:
    move = move_of(rng, unit[:2], unit[3:6], household.urban)
    couples = _couples(rng, household)
    return [
        _person(rng, household, line, move, couples.get(line), poor)
        for line in range(1, len(household.persons) + 1)
    ]


def _couples(rng: Random, household: Household) -> dict[int, tuple[int, str, str]]:
    """The spouse's line and people, and how they are related, by the line of the married."""
    persons, lines = household.persons, spouses(household.persons)
    couples: dict[int, tuple[int, str, str]] = {}
    for line, person in enumerate(persons, start=1):
        other = lines.get(line, 0)
        if other and other in couples:
            couples[line] = (other, persons[other - 1].ethnicity, couples[other][2])
            continue
        theirs = persons[other - 1].ethnicity if other else person.ethnicity
        alike = theirs == person.ethnicity
        couples[line] = (other, theirs, kinship(rng) if alike else UNRELATED)
    return couples


def _person(
    rng: Random,
    household: Household,
    line: int,
    move: Move,
    couple: tuple[int, str, str] | None,
    poor: bool,
) -> Answers:
    person = household.persons[line - 1]
    spouse_line, spouse_ethnicity, related = couple or (0, person.ethnicity, UNRELATED)
    minority = is_minority(person.ethnicity)
    answers = identity(person, line) | {"is_minority": "1" if minority else "0"}
    if person.age >= 5:
        answers |= _abilities(rng, person)
    if minority and person.age >= 15:
        answers["culture"] = customs(rng, person.age)
    if person.age >= 1:
        answers["migration"] = migration(person, move)
    answers["health_insurance"] = _insurance(rng, person.age, poor)
    if person.age >= 10:
        answers["marriage"] = marriage_answers(person, (spouse_line, spouse_ethnicity), related)
    if person.age >= 15:
        schooled = answers["education"]
        assert isinstance(schooled, Mapping)
        answers["employment"] = employment(rng, person, schooled)
    if person.female and 10 <= person.age <= 49:
        answers["woman"] = woman_answers(rng, person, spouse_line, household.month)
    return answers


def _abilities(rng: Random, person: Person) -> Answers:
    schooled = education(rng, person)
    answers: Answers = {
        "languages": languages(rng, person, schooled),
        "disability": disability(rng, person.age),
        "education": schooled,
    }
    if 6 <= person.age <= 17 and schooled["attendance"] in (LEFT, NEVER):
        schooled |= _why_not_at_school(rng, person, schooled["attendance"] == NEVER)
    return answers


def _why_not_at_school(rng: Random, person: Person, never: bool) -> Answers:
    reason = (WHY_NEVER if never else WHY_LEFT).draw(rng)
    if person.marital == MARRIED:
        reason = MARRIED_OR_MOTHER
    answers: Answers = {"no_school_reason": reason}
    if reason == ANOTHER_REASON:
        answers["no_school_reason_other"] = pick(rng, OTHER_REASONS)
    return answers


def _insurance(rng: Random, age: int, poor: bool) -> Answers:
    """Children under six and members of poor households are given the card."""
    card = age < 6 or poor or happens(rng, 0.92)
    care = happens(rng, 0.5 if age < 6 else 0.35 + age / 250)
    answers: Answers = {
        "insurance_card": YES if card else NO,
        "care_12_months": YES if care else NO,
    }
    if card and care:
        answers["card_used"] = YES if happens(rng, 0.88) else NO
    return answers


def _holdings(rng: Random, household: Household, dwelling: Answers, poverty: str) -> Answers:
    animals = livestock(rng, household)
    conditions, assets = dwelling["living_conditions"], dwelling["assets"]
    assert isinstance(conditions, dict)
    assert isinstance(assets, dict)
    conditions["animals_under_house"] = animals_under_house(rng, animals, dwelling)
    online = assets["has_telephone"] == YES and happens(rng, 0.4 + 0.55 * household.comfort)
    assets["has_internet"] = YES if online else NO
    return {
        "dwelling": dwelling,
        "land": land(rng, household, dwelling),
        "livestock": animals,
        "livelihood": livelihood(rng, household, poverty),
        "services": services(rng, household, dwelling),
    }
