"""Whole interviews of the mid-term census: the answers tree of one visit to one unit.

A tree is what a tablet uploads: groups are objects, repeats are lists of objects, leaves are text,
and a question that is off the path or was left blank has no key. What a household says about
itself comes from `Household.seed`, what belongs to the visit (time, place) from the generator that
is passed in: two visits hear the same household tell the same.
"""

from datetime import datetime, timedelta
from random import Random

from survey_server.simulator.conversations import conversation
from survey_server.simulator.draws import between, happens, pick
from survey_server.simulator.dwelling_answers import dwelling_answers
from survey_server.simulator.moves import move_of
from survey_server.simulator.people import (
    REFERENCE_YEAR,
    UNKNOWN_MONTH,
    UNKNOWN_YEAR,
    Deceased,
    Household,
    Person,
)
from survey_server.simulator.person_answers import person_answers

SHORT, LONG = "census_2024_short", "census_2024_long"
FORM_TYPES = {SHORT: "1", LONG: "2"}
RESULTS = {
    "interviewed": "1",
    "moved": "2",
    "absent": "3",
    "refused": "4",
    "all_died": "5",
    "not_a_dwelling": "6",
}
ILLNESS, OTHER_CAUSE = "1", "6"

Answers = dict[str, object]


def interview(
    rng: Random,
    form_id: str,
    household: Household,
    unit: str,
    when: datetime,
    device: str = "",
) -> Answers:
    """A complete interview that breaks no rule of the form, begun at `when`."""
    told = Random(household.seed)
    long = form_id == LONG
    persons = household.persons
    minutes = 2 + len(persons) * between(rng, 2, 4 if long else 3)
    place = identification(rng, RESULTS["interviewed"], household, unit)
    place["form_type"] = FORM_TYPES[form_id]
    answers = visit(rng, place, (when, minutes), device)
    answers["residence"] = residence(told, household)
    answers["household_size"] = str(len(persons))
    move = move_of(told, unit[:2], unit[3:6], household.urban)
    answers["person"] = [
        person_answers(told, person, line, long, move)
        for line, person in enumerate(persons, start=1)
    ]
    if long:
        answers["deaths"] = deaths_answers(told, household.deaths)
    answers["dwelling"] = dwelling_answers(told, household, unit[17:20], long)
    answers["interview"] = conversation(told, household.head.ethnicity)
    return answers


def visit_without_interview(
    rng: Random,
    form_id: str,
    result: str,
    household: Household,
    unit: str,
    when: datetime,
    device: str = "",
) -> Answers:
    """A visit with any other result: the household of the list is named, and no more is asked.

    Only the long form still asks for the dead where all members died.
    """
    minutes = between(rng, 1, 4)
    place = identification(rng, RESULTS[result], household, unit)
    place["form_type"] = FORM_TYPES[form_id]
    answers = visit(rng, place, (when, minutes), device)
    answers["household_size"] = "0"
    if result == "all_died" and form_id == LONG:
        answers["deaths"] = all_died(rng, household)
    return answers


def visit(rng: Random, place: Answers, time: tuple[datetime, int], device: str) -> Answers:
    """Where and when: `time` is the beginning and how many minutes it took."""
    started, minutes = time
    finished = started + timedelta(minutes=minutes, seconds=between(rng, 0, 59))
    answers: Answers = {
        "started_at": started.isoformat(timespec="milliseconds"),
        "finished_at": finished.isoformat(timespec="milliseconds"),
    }
    if device:
        answers["device_id"] = device
    answers["identification"] = place
    return answers


def identification(rng: Random, result: str, household: Household, unit: str) -> Answers:
    """`result` is the code of the visit's result."""
    answers: Answers = {
        "unit_code": unit,
        "province": unit[:2],
        "district": unit[3:6],
        "commune": unit[7:12],
        "enumeration_area": unit[13:16],
        "area_type": "1" if household.urban else "2",
        "household_number": unit[17:20],
        "head_name": household.head.name,
        "address": household.address,
    }
    if household.phone and result == RESULTS["interviewed"]:
        answers["phone"] = household.phone
    answers["mode"] = "1"
    if happens(rng, 0.93):
        answers["location"] = location(rng, unit)
    answers["visit_result"] = result
    return answers


def location(rng: Random, unit: str) -> str:
    """Latitude, longitude, altitude, accuracy: the units of a commune lie near each other.

    A commune's place on land is made up from its code, within the country's bounds.
    """
    commune = int(unit[7:12])
    latitude = 9.0 + commune * 7919 % 13000 / 1000 + rng.random() / 40
    longitude = 105.0 + commune * 104729 % 1500 / 1000 + rng.random() / 40
    return f"{latitude:.7f} {longitude:.7f} 0.0 {between(rng, 4, 25)}.0"


def residence(rng: Random, household: Household) -> Answers:
    """Q1 to Q6, such that the counts add up to the persons of the roster."""
    size = len(household.persons)
    newborn = sum(
        1 for person in household.persons if _younger_than_6_months(person, household.month)
    )
    away = 1 if size - newborn > 1 and happens(rng, 0.06) else 0
    pupils = 1 if happens(rng, 0.01) else 0
    answers: Answers = {"usual_residents": str(size - newborn - away + pupils)}
    if size - newborn - away + pupils > 0:
        answers["usual_not_counted"] = str(pupils)
    answers["newcomers"] = str(newborn)
    if newborn:
        answers["newcomers_not_counted"] = "0"
    answers["temporarily_absent"] = str(away)
    answers["died_after_reference"] = "0"
    answers["head_confirmed"] = household.head.name
    answers["registered_here"] = str(size if happens(rng, 0.88) else between(rng, 0, size))
    return answers


def _younger_than_6_months(person: Person, reference: int) -> bool:
    if person.age > 0:
        return False
    if person.birth_month == UNKNOWN_MONTH:
        return person.birth_year == REFERENCE_YEAR
    months = (REFERENCE_YEAR - person.birth_year) * 12 + reference - person.birth_month
    return months <= 6


def all_died(rng: Random, household: Household) -> Answers:
    return deaths_answers(rng, tuple(_dead(one, household.month) for one in household.persons))


def deaths_answers(rng: Random, deaths: tuple[Deceased, ...]) -> Answers:
    if not deaths:
        return {"any_death": "2"}
    return {
        "any_death": "1",
        "death_count": str(len(deaths)),
        "death": [_death(rng, deceased) for deceased in deaths],
    }


def _death(rng: Random, deceased: Deceased) -> Answers:
    answers: Answers = {
        "deceased_name": deceased.name,
        "deceased_sex": "2" if deceased.female else "1",
        "death_month": str(deceased.death_month),
        "death_year": str(deceased.death_year),
        "deceased_birth_month": str(deceased.birth_month),
        "deceased_birth_year": str(deceased.birth_year),
    }
    if deceased.birth_year == UNKNOWN_YEAR:
        answers["death_age_stated"] = str(deceased.age)
    answers["death_age"] = str(deceased.age)
    cause = ILLNESS if deceased.age < 6 or happens(rng, 0.8) else pick(rng, ("3", "4", "6"))
    answers["death_cause"] = cause
    if cause == OTHER_CAUSE:
        answers["death_cause_other"] = "Tuổi già"
    if deceased.female and 10 <= deceased.age <= 49:
        answers["maternal_death"] = "5"
        answers["maternal_death_other"] = "Không liên quan đến thai sản"
    return answers


def _dead(person: Person, reference: int) -> Deceased:
    """The person, had the whole household died in one month, as a fire or a flood may do."""
    month, year = reference + 2, REFERENCE_YEAR - 1
    unknown = person.birth_year == UNKNOWN_YEAR
    after = not unknown and (person.birth_year, person.birth_month) > (year, month)
    birth_month, birth_year = (month, year) if after else (person.birth_month, person.birth_year)
    counted = max(0, year - birth_year - (1 if month < birth_month else 0))
    age = person.age if unknown else counted
    return Deceased(person.name, person.female, birth_month, birth_year, month, year, age)
