"""Who is visited by which tablet, and what goes wrong there: the plan, before anybody sets out.

The plan is made for all tablets together, because a household that was counted twice is usually
met by two enumerators. It follows from the seed and the units alone, whatever order they come in.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from survey_server.simulator.draws import Weighted, happens

INTERVIEWED = "interviewed"
OTHER_RESULTS = Weighted(
    {"absent": 55, "moved": 20, "refused": 8, "not_a_dwelling": 15, "all_died": 2}
)


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of the work is not as it should be, each from 0 to 1.

    errors: interviews with planted mistakes. duplicates: households told under a second unit.
    doubles: units interviewed twice. edits: interviews sent again, changed. not_interviewed:
    visits that end in another result.
    """

    errors: float = 0.05
    duplicates: float = 0.01
    doubles: float = 0.005
    edits: float = 0.03
    not_interviewed: float = 0.06


@dataclass(frozen=True, slots=True)
class Place:
    """A unit on some tablet's list, and the form that its area is asked."""

    device: str
    unit: str
    form_id: str
    urban: bool

    @property
    def district(self) -> str:
        return self.unit[:6]


@dataclass(frozen=True, slots=True)
class Visit:
    """`home` is the unit whose household answers; elsewhere than `place` it is a duplicate."""

    place: Place
    home: Place
    result: str = INTERVIEWED
    mistaken: bool = False
    edited: bool = False
    second: bool = False

    @property
    def duplicate(self) -> bool:
        return self.home.unit != self.place.unit


def plan(places: Sequence[Place], households: int, seed: int, shares: Shares) -> list[Visit]:
    """Visits to as many of the places as there are households to be told, in no special order."""
    rng = Random(f"{seed}/plan")
    chosen = sorted(places, key=lambda place: (place.unit, place.device))
    rng.shuffle(chosen)
    visits = [_visit(rng, place, shares) for place in chosen[:households]]
    visits = _with_duplicates(rng, visits, shares.duplicates)
    told_twice = {visit.home.unit for visit in visits if visit.duplicate}
    doubles = [
        replace(visit, second=True, edited=False, mistaken=False)
        for visit in visits
        if visit.result == INTERVIEWED
        and not visit.duplicate
        and visit.place.unit not in told_twice
        and happens(rng, shares.doubles)
    ]
    return visits + doubles


def _visit(rng: Random, place: Place, shares: Shares) -> Visit:
    other = happens(rng, shares.not_interviewed)
    result = OTHER_RESULTS.draw(rng) if other else INTERVIEWED
    mistaken = happens(rng, shares.errors) and not other
    edited = happens(rng, shares.edits)
    return Visit(place=place, home=place, result=result, mistaken=mistaken, edited=edited)


def _with_duplicates(rng: Random, visits: list[Visit], share: float) -> list[Visit]:
    """Sends some visits to a household that another one of the same district tells already."""
    of_district: dict[str, list[int]] = defaultdict(list)
    for index, visit in enumerate(visits):
        if visit.result == INTERVIEWED and not visit.mistaken:
            of_district[visit.place.district].append(index)
    planned = list(visits)
    pairs = (
        (able[at], able[at + 1]) for able in of_district.values() for at in range(0, len(able), 2)
        if at + 1 < len(able)
    )  # fmt: skip
    # Disjoint pairs, so that a household is told twice at most: every pair stands for two visits.
    for first, second in pairs:
        if happens(rng, share * 2):
            planned[second] = replace(visits[second], home=visits[first].place)
    return planned
