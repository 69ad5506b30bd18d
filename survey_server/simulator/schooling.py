"""School and literacy of a person, at the reference time in the middle of a school year.

A child enters grade 1 in September of the year of the sixth birthday; on 1 April 2024 those born
in 2017 sit in grade 1. Who left school has a highest grade that depends on when they were young.
"""

from random import Random

from survey_server.simulator.draws import Weighted, between, happens
from survey_server.simulator.people import REFERENCE_YEAR, UNKNOWN_YEAR, Person

ATTENDING, LEFT, NEVER = "1", "2", "3"
PRESCHOOL_UNDER_5, PRESCHOOL_5 = "1", "2"
BELOW_PRIMARY, PRIMARY, LOWER, UPPER = "1", "2", "3", "4"

# Highest level completed, by age: the older, the less school; codes as in the form.
COMPLETED = (
    (34, Weighted({"1": 4, "2": 9, "3": 26, "4": 30, "5": 4, "6": 4, "7": 6, "8": 15, "9": 1})),
    (49, Weighted({"1": 8, "2": 18, "3": 32, "4": 20, "5": 4, "6": 5, "7": 4, "8": 9, "9": 1})),
    (64, Weighted({"1": 14, "2": 24, "3": 35, "4": 14, "5": 4, "6": 4, "7": 2, "8": 3})),
    (130, Weighted({"1": 38, "2": 28, "3": 20, "4": 7, "5": 2, "6": 2, "7": 1, "8": 2})),
)
YOUNGEST_WITH = {"4": 18, "5": 18, "6": 20, "7": 21, "8": 22, "9": 25, "10": 28}
TRAINING_YEARS = {"5": (1, 1), "6": (2, 2), "7": (3, 3), "8": (4, 5), "9": (6, 7), "10": (8, 10)}
GRADES = {"1": (0, 4), "2": (5, 8), "3": (9, 11), "5": (9, 12)}
TERTIARY_NOW = Weighted({"6": 4, "7": 8, "8": 28, "9": 60})
DISTANT_GROUPS = frozenset({"08", "09", "10", "11", "12", "15", "16", "19", "20", "24", "39"})

Answers = dict[str, object]


def education(rng: Random, person: Person) -> Answers:
    """For anybody of five or more."""
    grade = _grade_by_age(person)
    if grade <= 0:
        return _before_school(rng, grade)
    if happens(rng, _share_never(person)):
        return {"attendance": NEVER, "literacy_check": {"literate": _yes(happens(rng, 0.15))}}
    if happens(rng, _share_attending(grade)):
        return _attending(rng, grade)
    return _left(rng, person, grade)


def _grade_by_age(person: Person) -> int:
    """The grade of somebody who never repeated one; 13 and more is past school."""
    born = person.birth_year
    if born == UNKNOWN_YEAR:
        born = REFERENCE_YEAR - 1 - person.age
    return REFERENCE_YEAR - 6 - born


def _before_school(rng: Random, grade: int) -> Answers:
    if not happens(rng, 0.95):
        return {"attendance": NEVER, "literacy_check": {"literate": _yes(False)}}
    level = PRESCHOOL_5 if grade == 0 else PRESCHOOL_UNDER_5
    return {
        "attendance": ATTENDING,
        "level_now": level,
        "literacy_check": {"literate": _yes(happens(rng, 0.1))},
    }


def _share_never(person: Person) -> float:
    distant = 4.0 if person.ethnicity in DISTANT_GROUPS else 1.0
    return min(0.7, distant * (0.008 if person.age < 40 else 0.02 if person.age < 65 else 0.08))


def _share_attending(grade: int) -> float:
    if grade <= 9:
        return 0.985 if grade <= 5 else 0.95
    if grade <= 12:
        return 0.78
    return 0.34 if grade <= 16 else 0.03 if grade <= 24 else 0.0


def _attending(rng: Random, grade: int) -> Answers:
    if grade > 12:
        years = min(grade - 13, 3)
        training = between(rng, 0, years)
        return _schooled(rng, ATTENDING, TERTIARY_NOW.draw(rng), UPPER, 12, training)
    level, completed = _school_level(grade)
    return _schooled(rng, ATTENDING, level, completed, grade - 1, 0)


def _school_level(grade: int) -> tuple[str, str]:
    if grade <= 5:
        return "3", BELOW_PRIMARY
    return ("4", PRIMARY) if grade <= 9 else ("5", LOWER)


def _left(rng: Random, person: Person, grade: int) -> Answers:
    if grade <= 12:
        completed = _school_level(grade)[1]
        low, high = GRADES[completed]
        done = max(low, min(high, grade - between(rng, 1, 2)))
        return _schooled(rng, LEFT, "", completed, done, 0)
    level = next(shares for limit, shares in COMPLETED if person.age <= limit).draw(rng)
    if person.age < YOUNGEST_WITH.get(level, 0):
        level = UPPER
    low, high = GRADES.get(level, (12, 12))
    training = between(rng, *TRAINING_YEARS.get(level, (0, 0)))
    return _schooled(rng, LEFT, "", level, between(rng, low, high), training)


def _schooled(
    rng: Random, attendance: str, level: str, completed: str, grade: int, training: int
) -> Answers:
    answers: Answers = {"attendance": attendance}
    if level:
        answers["level_now"] = level
    answers["level_completed"] = completed
    answers["grade_completed"] = str(grade)
    answers["training_years"] = str(training)
    if completed == BELOW_PRIMARY:
        answers["literacy_check"] = {"literate": _yes(happens(rng, 0.2 + 0.2 * grade))}
    return answers


def _yes(said: bool) -> str:
    return "1" if said else "2"
