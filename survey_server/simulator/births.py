"""The births of a woman of 10 to 49, counted from the children she is known to have had."""

from collections.abc import Sequence
from random import Random

from survey_server.simulator.draws import Weighted, pick
from survey_server.simulator.people import (
    AWAY,
    CENSUS_MONTH,
    DIED,
    HOME,
    REFERENCE_YEAR,
    Birth,
)

SOMEBODY_ELSE = "3"
ATTENDANTS = Weighted({"1": 94, "2": 3, "3": 2, "4": 1})
OTHERS = ("Mẹ chồng", "Mẹ đẻ", "Chị gái", "Chồng")

Answers = dict[str, object]


def births_answers(
    rng: Random,
    births: Sequence[Birth],
    month: int = CENSUS_MONTH,
    attendants: Weighted[str] = ATTENDANTS,
) -> Answers:
    if not births:
        return {"ever_given_birth": "2"}
    last = min(births, key=lambda birth: birth.age)
    answers = _counted(births)
    answers["last_birth_month"] = str(last.month)
    answers["last_birth_year"] = str(last.year)
    answers["last_birth_sons"] = "0" if last.female else "1"
    answers["last_birth_daughters"] = "1" if last.female else "0"
    if since(last, REFERENCE_YEAR - 1, month):
        answers["sons_12_months"] = answers["last_birth_sons"]
        answers["daughters_12_months"] = answers["last_birth_daughters"]
    attendant = attendants.draw(rng)
    answers["birth_attendant"] = attendant
    if attendant == SOMEBODY_ELSE:
        answers["birth_attendant_other"] = pick(rng, OTHERS)
    return {"ever_given_birth": "1", "births": answers}


def since(birth: Birth, year: int, month: int) -> bool:
    """An unknown month counts as late in its year, as in the forms."""
    return (birth.year, birth.month) >= (year, month)


def _counted(births: Sequence[Birth]) -> Answers:
    def count(female: bool, fate: str) -> str:
        return str(sum(1 for birth in births if birth.female == female and birth.fate == fate))

    return {
        f"{children}_{place}": count(female, fate)
        for place, fate in (("at_home", HOME), ("elsewhere", AWAY), ("died", DIED))
        for children, female in (("sons", False), ("daughters", True))
    }
