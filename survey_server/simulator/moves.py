"""Where people lived one and five years before the census.

Most never moved. A household that came from elsewhere came together, and names the same place;
nobody of another district names the district where the interview takes place.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

from survey_server.simulator.draws import Weighted, happens, pick
from survey_server.simulator.names import rows_of
from survey_server.simulator.people import SINGLE, Person

ABROAD, SAME_COMMUNE, OTHER_COMMUNE, OTHER_DISTRICT = "1", "2", "3", "4"
MARRIAGE, ANOTHER_REASON = "4", "6"
REASONS = Weighted({"1": 40, "2": 6, "3": 28, "4": 10, "5": 8, "6": 8})
OTHER_REASONS = ("Mua được nhà", "Về gần nơi làm việc", "Chữa bệnh", "Tái định cư")

Answers = dict[str, object]


@dataclass(frozen=True, slots=True)
class Move:
    """`place` is where the household was before; `recent` when it came within a year."""

    place: str
    province: str
    district: str
    urban: bool
    reason: str
    reason_text: str
    recent: bool


STAYED = Move(SAME_COMMUNE, "", "", False, "", "", False)


@cache
def districts() -> dict[str, tuple[str, ...]]:
    return {row["province"]: tuple(row["districts"].split(";")) for row in rows_of("districts.csv")}


def move_of(rng: Random, province: str, district: str, urban: bool) -> Move:
    """How a household came to live in this district."""
    if not happens(rng, 0.07 if urban else 0.03):
        return STAYED
    place = OTHER_COMMUNE if happens(rng, 0.4) else OTHER_DISTRICT
    if happens(rng, 0.02):
        place = ABROAD
    from_province, from_district = "", ""
    if place == OTHER_DISTRICT:
        from_province, from_district = _elsewhere(rng, province, district)
    reason = REASONS.draw(rng)
    text = pick(rng, OTHER_REASONS) if reason == ANOTHER_REASON else ""
    town = happens(rng, 0.4)
    return Move(place, from_province, from_district, town, reason, text, happens(rng, 0.2))


def _elsewhere(rng: Random, province: str, district: str) -> tuple[str, str]:
    known = districts()
    near = [code for code in known.get(province, ()) if code != district]
    if near and happens(rng, 0.45):
        return province, pick(rng, near)
    other = pick(rng, [code for code in known if code != province])
    return other, pick(rng, known[other])


def migration(person: Person, move: Move) -> Answers:
    answers: Answers = {}
    if person.age >= 5:
        answers["residence_5y"] = move.place
        if move.place == OTHER_DISTRICT:
            answers["province_5y"] = move.province
            answers["district_5y"] = move.district
        if move.place in (OTHER_COMMUNE, OTHER_DISTRICT):
            answers["urban_5y"] = "1" if move.urban else "2"
            answers.update(_reason(person, move))
    place = move.place if move.recent else SAME_COMMUNE
    answers["residence_1y"] = place
    if place == OTHER_DISTRICT:
        answers["province_1y"] = move.province
        answers["district_1y"] = move.district
    return answers


def _reason(person: Person, move: Move) -> Answers:
    """Nobody who never married came to marry: such a one came with the family."""
    if move.reason == MARRIAGE and person.marital in ("", SINGLE):
        return {"move_reason": "3"}
    if move.reason == ANOTHER_REASON:
        return {"move_reason": ANOTHER_REASON, "move_reason_other": move.reason_text}
    return {"move_reason": move.reason}
