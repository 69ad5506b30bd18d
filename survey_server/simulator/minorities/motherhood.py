"""Marriages, births, the care around them, and contraception."""

from random import Random

from survey_server.simulator.births import births_answers, since
from survey_server.simulator.draws import Weighted, between, happens, pick
from survey_server.simulator.people import MARRIED, REFERENCE_YEAR, SINGLE, Birth, Person
from survey_server.simulator.person_answers import marriage

YES, NO = "1", "2"
UNRELATED, FIRST_COUSINS, OTHER_RELATIVES, DOES_NOT_KNOW = "1", "2", "3", "4"
HEALTH_STAFF = "1"
FACILITY, AT_HOME, ELSEWHERE = "1", "2", "3"
NO_METHOD, OTHER_METHOD, OTHER_REASON = "1", "8", "9"
KINSHIP = Weighted({UNRELATED: 96, FIRST_COUSINS: 1, OTHER_RELATIVES: 1.5, DOES_NOT_KNOW: 1.5})
ATTENDANTS = Weighted({"1": 84, "2": 7, "3": 7, "4": 2})
METHODS = Weighted({"1": 26, "2": 30, "3": 20, "4": 5, "5": 9, "6": 4, "7": 5, "8": 1})
REASONS = Weighted({"1": 45, "3": 20, "5": 12, "6": 5, "7": 12, "8": 4, "9": 2})
OTHER_PLACES = ("Trên đường đi", "Nhà mẹ đẻ", "Lán nương")
OTHER_METHODS = ("Thuốc lá cây", "Miếng dán tránh thai")
OTHER_REASONS = ("Chưa tính đến", "Vừa ngừng thuốc")

Answers = dict[str, object]


def kinship(rng: Random) -> str:
    """Whether spouses of one people are relatives, as both of them tell."""
    return KINSHIP.draw(rng)


def marriage_answers(person: Person, spouse: tuple[int, str] | None, consanguinity: str) -> Answers:
    """From age 10. `spouse` is the present one's line, 0 for somebody outside, and people."""
    if person.age < 15:
        return {"marital_status": SINGLE}
    answers = marriage(person, long=True)
    if person.marital != SINGLE:
        answers["consanguinity"] = consanguinity
    if person.marital == MARRIED and spouse:
        line, ethnicity = spouse
        answers["spouse_line"] = str(line)
        if line == 0:
            answers["spouse_ethnicity"] = ethnicity
    return answers


def woman_answers(rng: Random, person: Person, spouse_line: int, month: int) -> Answers:
    answers = births_answers(rng, person.births, month, ATTENDANTS)
    last = min(person.births, key=lambda birth: birth.age, default=None)
    if last and since(last, REFERENCE_YEAR - 2, month):
        births = answers["births"]
        assert isinstance(births, dict)
        answers["maternity_care"] = _care(rng, births["birth_attendant"] == HEALTH_STAFF)
    if person.marital == MARRIED:
        answers["family_planning"] = _planning(rng, person, last, spouse_line)
    return answers


def _care(rng: Random, with_staff: bool) -> Answers:
    answers: Answers = {"antenatal_care": NO}
    if happens(rng, 0.93 if with_staff else 0.6):
        answers = {"antenatal_care": YES, "antenatal_visits": str(between(rng, 1, 9))}
    place = FACILITY if with_staff and happens(rng, 0.95) else AT_HOME
    if not with_staff and happens(rng, 0.08):
        place = ELSEWHERE
        answers["birth_place_other"] = pick(rng, OTHER_PLACES)
    answers["birth_place"] = place
    return answers


def _planning(rng: Random, person: Person, last: Birth | None, spouse_line: int) -> Answers:
    if spouse_line == 0 and happens(rng, 0.6):
        return {"contraception": NO_METHOD, "no_contraception_reason": "4"}
    if last and last.age == 0 and happens(rng, 0.5):
        return {"contraception": NO_METHOD, "no_contraception_reason": "2"}
    method = METHODS.draw(rng)
    answers: Answers = {"contraception": method}
    if method == OTHER_METHOD:
        answers["contraception_other"] = pick(rng, OTHER_METHODS)
    if method == NO_METHOD:
        reason = "3" if person.age > 44 else REASONS.draw(rng)
        answers["no_contraception_reason"] = reason
        if reason == OTHER_REASON:
            answers["no_contraception_reason_other"] = pick(rng, OTHER_REASONS)
    return answers
