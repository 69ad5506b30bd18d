"""What a household has and can reach: land, animals, crafts, support, services.

The land a household needs hangs together with what it has, the animals with the land, poverty with
its comfort, and the distances with how far the village lies from the roads.
"""

from collections.abc import Mapping
from random import Random

from survey_server.simulator.draws import Weighted, around, between, happens
from survey_server.simulator.people import Household

YES, NO = "1", "2"
POOR, NEAR_POOR, NOT_POOR = "1", "2", "3"
OWNED, SEPARATE_HOUSE, APARTMENT, NO_DWELLING = "1", "2", "1", "3"
CERTIFICATES = Weighted({"1": 72, "2": 10, "3": 18})
EXPENSIVE = ("has_air_conditioner", "has_car")
# The share of farming households with such land, and its square metres on average.
LAND = (
    ("annual_crop_land", 0.9, 6000),
    ("perennial_crop_land", 0.4, 8000),
    ("forest_land", 0.35, 15000),
    ("aquaculture_land", 0.15, 500),
    ("other_production_land", 0.03, 800),
)
# The share of farming households that keep such animals, and the most of them.
ANIMALS = (
    ("buffaloes", 0.3, 5),
    ("cattle", 0.3, 8),
    ("horses", 0.05, 2),
    ("goats", 0.1, 20),
    ("pigs", 0.55, 12),
    ("poultry", 0.8, 60),
)
# Kilometres to the nearest in a village far from the roads; hospitals have no limit of the checks.
DISTANCES = (
    ("distance_primary", 4.0, 18.0),
    ("distance_lower_secondary", 8.0, 35.0),
    ("distance_upper_secondary", 25.0, 90.0),
    ("distance_health_station", 8.0, 35.0),
    ("distance_hospital", 35.0, 120.0),
    ("distance_market", 12.0, 80.0),
    ("distance_commune_office", 8.0, 35.0),
)

Answers = dict[str, object]


def poverty_of(rng: Random, household: Household, dwelling: Mapping[str, object]) -> str:
    """No household with a car or an air conditioner is classed as poor."""
    assets = dwelling["assets"]
    assert isinstance(assets, Mapping)
    if any(assets[thing] == YES for thing in EXPENSIVE):
        return NOT_POOR
    if happens(rng, 0.75 * (1 - household.comfort) ** 1.5):
        return POOR
    return NEAR_POOR if happens(rng, 0.4 * (1 - household.comfort)) else NOT_POOR


def land(rng: Random, household: Household, dwelling: Mapping[str, object]) -> Answers:
    farms = not household.urban or happens(rng, 0.4)
    kinds = {name: _area(rng, share if farms else 0.0, mean) for name, share, mean in LAND}
    total = sum(kinds.values())
    residential = _residential(rng, household, dwelling)
    answers: Answers = {"residential_land": str(residential)}
    if residential:
        answers["land_certificate"] = CERTIFICATES.draw(rng)
    answers["production_land_kinds"] = {name: str(area) for name, area in kinds.items()}
    answers["production_land"] = str(total)
    if total:
        answers["land_lent_out"] = str(between(rng, 1, total) if happens(rng, 0.05) else 0)
    answers["land_taken_in"] = str(_area(rng, 0.08, 1500))
    answers["land_transferred"] = str(_area(rng, 0.03, 900))
    answers["needs_residential_land"] = _yes(happens(rng, 0.08 if residential else 0.7))
    answers["needs_production_land"] = _yes(farms and happens(rng, 0.2 if total > 4000 else 0.5))
    return answers


def _area(rng: Random, share: float, mean: int) -> int:
    """Square metres: none, or something around the mean, at least a plot."""
    return 10 * around(rng, mean / 10, mean / 25, 5, 4000) if happens(rng, share) else 0


def _residential(rng: Random, household: Household, dwelling: Mapping[str, object]) -> int:
    """Nobody owns a separate house on no land."""
    building = dwelling.get("building")
    owns = isinstance(building, Mapping) and (
        (building["tenure"], building["dwelling_type"]) == (OWNED, SEPARATE_HOUSE)
    )
    if not owns and happens(rng, 0.6):
        return 0
    return around(rng, 120 if household.urban else 320, 90, 40, 1500)


def livestock(rng: Random, household: Household) -> Answers:
    keeps = not household.urban or happens(rng, 0.25)
    return {
        name: str(between(rng, 1, most) if keeps and happens(rng, share) else 0)
        for name, share, most in ANIMALS
    }


def animals_under_house(
    rng: Random, animals: Mapping[str, object], dwelling: Mapping[str, object]
) -> str:
    building = dwelling.get("building")
    apartment = isinstance(building, Mapping) and building["dwelling_type"] == APARTMENT
    can = dwelling["has_dwelling"] != NO_DWELLING and not apartment
    some = any(count != "0" for count in animals.values())
    return _yes(can and some and happens(rng, 0.15))


def livelihood(rng: Random, household: Household, poverty: str) -> Answers:
    needy = poverty != NOT_POOR
    return {
        "traditional_craft": _yes(happens(rng, 0.08)),
        "tourism": _yes(happens(rng, 0.02 + 0.04 * household.comfort)),
        "poverty_status": poverty,
        "preferential_credit": _yes(happens(rng, 0.45 if needy else 0.15)),
        "policy_support": _yes(happens(rng, 0.8 if needy else 0.25)),
    }


def services(rng: Random, household: Household, dwelling: Mapping[str, object]) -> Answers:
    """Who has Internet uses it, and nobody watches television on nothing."""
    assets = dwelling["assets"]
    assert isinstance(assets, Mapping)
    far = (0.05 if household.urban else 0.3) + 0.7 * rng.random() * (1 - household.comfort)
    screens = [assets[thing] for thing in ("has_television", "has_computer", "has_telephone")]
    return {
        "distances": {name: _kilometres(rng, far * mean, most) for name, mean, most in DISTANCES},
        "watches_television": _yes(
            assets["has_television"] == YES or (YES in screens and happens(rng, 0.3))
        ),
        "listens_radio": _yes(assets["has_radio"] == YES or happens(rng, 0.4)),
        "uses_internet": _yes(assets["has_internet"] == YES or happens(rng, 0.1)),
    }


def _kilometres(rng: Random, mean: float, most: float) -> str:
    """As people say it: whole kilometres from five on."""
    distance = min(most, max(0.1, rng.gauss(mean, mean / 2)))
    return f"{distance:.1f}" if distance < 5 else f"{distance:.0f}"


def _yes(said: bool) -> str:
    return YES if said else NO
