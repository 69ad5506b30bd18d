"""What a person of the roster answers, in the words of the census forms.

Each function fills the part of the person's answers that it is named for, and nothing that the
form would not ask: a question off the path has no key at all. Leaves are text, as a tablet writes
them. The long form asks more; what both ask comes out of the same lines.
"""

from random import Random

from survey_server.simulator.births import births_answers
from survey_server.simulator.draws import happens
from survey_server.simulator.moves import Move, migration
from survey_server.simulator.names import KINH
from survey_server.simulator.people import SINGLE, UNKNOWN_YEAR, Person
from survey_server.simulator.schooling import education

Answers = dict[str, object]

RELATION_CODES = {
    "head": "1",
    "spouse": "2",
    "child": "3",
    "grandchild": "4",
    "parent": "5",
    "other_relative": "6",
    "not_related": "7",
}
DIFFICULTIES = (
    ("seeing", 0.006, 0.5),
    ("hearing", 0.004, 0.35),
    ("walking", 0.005, 0.55),
    ("remembering", 0.006, 0.4),
    ("self_care", 0.003, 0.25),
    ("communicating", 0.004, 0.15),
)


def person_answers(rng: Random, person: Person, line: int, long: bool, move: Move) -> Answers:
    answers = identity(person, line)
    if person.age < 5:
        registered = "1" if happens(rng, 0.97) else "2"
        answers["early_childhood"] = {"birth_registration": registered}
    if long and person.age >= 1:
        answers["migration"] = migration(person, move)
    if long and person.age >= 5:
        answers["disability"] = disability(rng, person.age)
    if person.age >= 5:
        answers["education"] = education(rng, person)
    if person.age >= 15:
        answers["marriage"] = marriage(person, long)
    if long and person.female and 10 <= person.age <= 49:
        answers["woman"] = births_answers(rng, person.births)
    return answers


def identity(person: Person, line: int) -> Answers:
    answers: Answers = {"line": str(line), "full_name": person.name}
    if person.alias:
        answers["other_name"] = person.alias
    answers["relation"] = RELATION_CODES[person.relation]
    answers["sex"] = "2" if person.female else "1"
    answers["birth_month"] = str(person.birth_month)
    answers["birth_year"] = str(person.birth_year)
    if person.birth_year == UNKNOWN_YEAR:
        answers["age_stated"] = str(person.age)
    answers["age"] = str(person.age)
    if person.ethnicity == KINH:
        answers["kinh_or_other"] = "1"
    else:
        answers["kinh_or_other"] = "2"
        answers["other_ethnicity"] = person.ethnicity
    answers["ethnicity"] = person.ethnicity
    if person.religion:
        answers["has_religion"] = "1"
        answers["religion"] = person.religion
    else:
        answers["has_religion"] = "2"
    return answers


def disability(rng: Random, age: int) -> Answers:
    """Hardly anybody has a difficulty before 40; of those past 90, about half."""
    years = max(0, age - 40) / 50
    return {
        name: _difficulty(rng, young + old * years * years) for name, young, old in DIFFICULTIES
    }


def _difficulty(rng: Random, probability: float) -> str:
    if not happens(rng, probability):
        return "1"
    return "2" if happens(rng, 0.75) else "3" if happens(rng, 0.85) else "4"


def marriage(person: Person, long: bool) -> Answers:
    answers: Answers = {"marital_status": person.marital}
    wed = person.marriage
    if not long or person.marital == SINGLE or wed is None:
        return answers
    answers["marriage_month"] = str(wed.month)
    answers["marriage_year"] = str(wed.year)
    if wed.year == UNKNOWN_YEAR:
        answers["marriage_age"] = str(wed.age)
    return answers
