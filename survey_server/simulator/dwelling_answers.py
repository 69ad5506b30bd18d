"""Where a household lives and what it has, richer or poorer all through.

A durable house goes with grid electricity, piped or drilled water and a septic toilet; a poor one
seldom has a car. So the answers hang together and break none of the office's checks.
"""

from random import Random

from survey_server.simulator.draws import Weighted, around, between, happens, pick
from survey_server.simulator.moves import districts
from survey_server.simulator.names import kinh_names, kinh_surnames
from survey_server.simulator.people import REFERENCE_YEAR, Household

YES, NO = "1", "2"
SINCE_2010 = "4"
NO_TOILET = "4"
TOWN_WATER = Weighted({"1": 84, "2": 3, "3": 12, "8": 1})
COUNTRY_WATER = Weighted({"1": 38, "3": 36, "4": 10, "5": 3, "6": 6, "7": 6, "8": 1})
PERIODS = Weighted({"1": 3, "2": 23, "3": 31, "4": 42, "5": 1})
APARTMENT_PERIODS = Weighted({"2": 20, "3": 25, "4": 55})
TOWN_TENURE = Weighted({"1": 78, "2": 2, "3": 18, "4": 1, "5": 1})
COUNTRY_TENURE = Weighted({"1": 95, "2": 0.5, "3": 3.5, "4": 0.5, "5": 0.5})
OTHER_TEXTS = {
    "lighting": "Đèn năng lượng mặt trời",
    "cooking": "Vỏ trấu ép",
    "water": "Nước sông đã lắng",
}
OTHER_CODES = {"lighting": "5", "cooking": "5", "water": "8"}

# Share of the poorest and of the best-off households that own the thing.
ASSETS = (
    ("has_television", 0.75, 0.99),
    ("has_radio", 0.08, 0.2),
    ("has_computer", 0.01, 0.75),
    ("has_telephone", 0.82, 0.995),
    ("has_refrigerator", 0.45, 0.99),
    ("has_washing_machine", 0.08, 0.92),
    ("has_water_heater", 0.05, 0.85),
    ("has_air_conditioner", 0.01, 0.8),
    ("has_motorbike", 0.72, 0.95),
    ("has_bicycle", 0.35, 0.45),
    ("has_boat", 0.04, 0.005),
    ("has_car", 0.0, 0.25),
)
EXPENSIVE = ("has_air_conditioner", "has_car")

Answers = dict[str, object]


def dwelling_answers(rng: Random, household: Household, number: str, long: bool) -> Answers:
    answers: Answers = {}
    if happens(rng, 0.003):
        answers["has_dwelling"] = pick(rng, ("2", "3"))
    else:
        answers["has_dwelling"] = YES
        _own_dwelling(rng, answers, household, number, long)
    if long:
        conditions = _living_conditions(rng, household)
        answers["living_conditions"] = conditions
        answers["assets"] = _assets(rng, household.comfort, conditions["toilet"] != NO_TOILET)
    return answers


def _own_dwelling(
    rng: Random, answers: Answers, household: Household, number: str, long: bool
) -> None:
    shares = happens(rng, 0.02)
    answers["shares_dwelling"] = YES if shares else NO
    if shares:
        # The first household of an area answers for itself, and so for those that name it.
        represents = happens(rng, 0.5) or number == "001"
        answers["represents_dwelling"] = YES if represents else NO
        if not represents:
            answers["representative_name"] = _somebody(rng)
            answers["representative_number"] = _another_number(number)
            return
    answers["building"] = _building(rng, household, long)


def _somebody(rng: Random) -> str:
    return f"{kinh_surnames().draw(rng)} Văn {kinh_names('given_male').draw(rng)}"


def _another_number(number: str) -> str:
    return "001" if number != "001" else "002"


def _building(rng: Random, household: Household, long: bool) -> Answers:
    apartment = household.urban and happens(rng, 0.12)
    durable = apartment or happens(rng, 0.55 + 0.45 * household.comfort)
    bedrooms = around(rng, 1.6 + 1.8 * household.comfort, 0.8, 1, 8)
    area = around(rng, 35 + 80 * household.comfort, 25, 12 * bedrooms, 480)
    since = (APARTMENT_PERIODS if apartment else PERIODS).draw(rng)
    answers: Answers = {
        "dwelling_type": "1" if apartment else "2",
        "bedrooms": str(bedrooms),
        "floor_area": str(area),
        "pillars": _durable(durable),
        "roof": _durable(durable and (apartment or happens(rng, 0.8))),
        "walls": _durable(durable or happens(rng, 0.3)),
        "used_since": since,
    }
    if since == SINCE_2010:
        answers["used_since_year"] = str(between(rng, 2010, REFERENCE_YEAR - 1))
    if long:
        answers["tenure"] = _tenure(rng, household.urban)
    return answers


def _durable(durable: bool) -> str:
    return "1" if durable else "2"


def _tenure(rng: Random, urban: bool) -> str:
    return (TOWN_TENURE if urban else COUNTRY_TENURE).draw(rng)


def _living_conditions(rng: Random, household: Household) -> Answers:
    poor = 1 - household.comfort
    answers: Answers = {"plans_to_buy": NO}
    if happens(rng, 0.05):
        answers["plans_to_buy"] = YES
        answers["buy_province"] = pick(rng, tuple(districts()))
    _with_text(answers, "lighting", "1" if happens(rng, 1 - 0.015 * poor) else "5")
    _with_text(answers, "cooking", _cooking(rng, household))
    water = (TOWN_WATER if household.urban else COUNTRY_WATER).draw(rng)
    _with_text(answers, "water", water)
    answers["toilet"] = _toilet(rng, household.comfort)
    return answers


def _with_text(answers: Answers, name: str, code: str) -> None:
    answers[name] = code
    if code == OTHER_CODES[name]:
        answers[f"{name}_other"] = OTHER_TEXTS[name]


def _cooking(rng: Random, household: Household) -> str:
    if not household.urban and happens(rng, 0.75 * (1 - household.comfort)):
        return "4"
    return "2" if happens(rng, 0.8) else "1" if happens(rng, 0.97) else "5"


def _toilet(rng: Random, comfort: float) -> str:
    if happens(rng, 0.35 + 0.65 * comfort):
        return "1"
    if happens(rng, 0.6):
        return "2"
    return "3" if happens(rng, 0.85) else "4"


def _assets(rng: Random, comfort: float, has_toilet: bool) -> Answers:
    """Nobody has a car or an air conditioner before a toilet, and everybody has something."""
    answers: Answers = {
        name: YES if happens(rng, poorest + (best - poorest) * comfort) else NO
        for name, poorest, best in ASSETS
    }
    if not has_toilet:
        answers |= dict.fromkeys(EXPENSIVE, NO)
    if YES not in answers.values():
        answers["has_telephone"] = YES
    return answers
