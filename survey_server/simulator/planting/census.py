"""Checks of the census that an interview can be made to break, alone and by one change.

The survey of the minorities repeats the checks of the census, and shares these.
"""

from random import Random

from survey_server.simulator.draws import pick
from survey_server.simulator.planting.slips import Expected, Slip, put
from survey_server.simulator.planting.spots import Tree, spots

HEAD, SPOUSE, CHILD, PARENT = "1", "2", "3", "5"
FEMALE = "2"


def parent_younger_than_head(rng: Random, answers: Tree) -> Expected | None:
    """Somebody not older than the head becomes the head's parent. Own children of a woman who
    heads the household are left alone: they are counted among her births."""
    head = answers["person"][0]
    spared = (HEAD, SPOUSE, PARENT, CHILD if head["sex"] == FEMALE else "")
    younger = [
        spot
        for spot in spots(answers, ("person", "birth_year"))
        if spot.entry["relation"] not in spared and int(spot.entry["age"]) <= int(head["age"])
    ]
    if not younger:
        return None
    spot = pick(rng, younger)
    spot.entry["relation"] = PARENT
    return "PEO07", spot.path


def nothing_owned(_: Random, answers: Tree) -> Expected | None:
    assets = answers["dwelling"].get("assets")
    if assets is None:
        return None
    assets |= dict.fromkeys(set(assets) - {"has_internet"}, "2")
    if "services" in answers:
        answers["services"]["watches_television"] = "2"
    return "HOU08", "dwelling/assets/has_television"


def not_married_to_head(_: Random, answers: Tree) -> Expected | None:
    """Only where nothing hangs on the answer: the short form asks for the status alone."""
    for number, person in enumerate(answers["person"], start=1):
        if person["relation"] == SPOUSE and len(person["marriage"]) == 1:
            person["marriage"]["marital_status"] = "1"
            return "MAR01", f"person[{number}]/marriage/marital_status"
    return None


def _is_small(building: Tree) -> bool:
    return int(building["bedrooms"]) < 10


ERRORS: tuple[Slip, ...] = (
    parent_younger_than_head,
    put("PEO12", "person/full_name", "Páo 2", "Nguyễn Văn ?", "Mỷ/Sua"),
)
WARNINGS: tuple[Slip, ...] = (
    not_married_to_head,
    nothing_owned,
    put("HOU01", "dwelling/building/bedrooms", "0"),
    put("HOU02", "dwelling/building/floor_area", "500", "1200", where=_is_small),
)
