"""A frame that looks drawn: enumeration areas of sampled communes, and the households in them.

Areas are drawn as the census draws them, systematically with probability proportional to size, so
that they spread over districts. An EA is asked one form; about three in ten get the long one. From
its listing, 30 households are drawn systematically. Everything follows from the seed and the code
of the place: the same seed makes the same frame, in any order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from survey_server.domain.frame import AreaRow, UnitRow
from survey_server.simulator.draws import Weighted, between, happens
from survey_server.simulator.names import family_name, personal_name
from survey_server.simulator.places import address, household_group, main_group, settlement

HOUSEHOLDS_OF_EA = 30
SHARE_OF_LONG_FORMS = 0.3
FORMS = ("census_2024_short", "census_2024_long")
URBAN = ("Phường ", "Thị trấn ")
MOST_EAS_OF_COMMUNE = 999
FEMALE_HEADS = 0.27
SIZES: Weighted[int] = Weighted(
    {1: 10.9, 2: 18.9, 3: 19.6, 4: 25.5, 5: 13.4, 6: 7.0, 7: 2.7, 8: 1.2, 9: 0.5, 11: 0.3}
)


@dataclass(frozen=True, slots=True)
class Commune:
    """An area just above the enumeration areas, with the codes of the two above it."""

    province: str
    district: str
    code: str
    name: str

    @property
    def urban(self) -> bool:
        return self.name.startswith(URBAN)


@dataclass(frozen=True, slots=True)
class Ea:
    """`listed` is how many households the listing found; `group` the ethnic group of most."""

    code: str
    commune: Commune
    number: int
    village: str
    group: str
    listed: int
    form_id: str


def draw_eas(
    communes: Sequence[Commune],
    count: int,
    seed: int,
    long_share: float = SHARE_OF_LONG_FORMS,
    forms: tuple[str, str] = FORMS,
) -> list[Ea]:
    """In the order of codes; `forms` are the short one and the long one."""
    rng = Random(f"{seed}/eas")
    start = rng.random()
    drawn: list[Ea] = []
    for commune, eas in zip(communes, _shares(rng, communes, count), strict=True):
        size = min(MOST_EAS_OF_COMMUNE, max(24, 3 * eas))
        for number in sorted(rng.sample(range(1, size + 1), eas)):
            # The place in the list crosses a whole number for that share of the areas.
            place = start + len(drawn) * long_share
            long = int(place + long_share) > int(place)
            drawn.append(_ea(seed, commune, number, forms[long]))
    return drawn


def area_rows(eas: Sequence[Ea], level: str = "ea") -> Iterator[AreaRow]:
    for ea in eas:
        yield AreaRow(
            code=ea.code,
            level=level,
            parent=ea.commune.code,
            name=f"Địa bàn {ea.number:03d}, {ea.village}",
            name_en=f"Enumeration area {ea.number:03d}",
            form_id=ea.form_id,
        )


def unit_rows(
    eas: Sequence[Ea], seed: int, households: int = HOUSEHOLDS_OF_EA
) -> Iterator[UnitRow]:
    for ea in eas:
        rng = Random(f"{seed}/{ea.code}/units")
        drawn = min(households, ea.listed)
        interval, start = ea.listed / drawn, rng.random()
        for index in range(drawn):
            yield _unit(rng, ea, int((start + index) * interval) + 1)


def _shares(rng: Random, communes: Sequence[Commune], count: int) -> list[int]:
    """How many EAs each commune gives: a walk with equal steps over the sizes of all."""
    if not communes:
        raise ValueError("there is no commune to draw from")
    if count > len(communes) * MOST_EAS_OF_COMMUNE // 10:
        raise ValueError("that many enumeration areas do not fit into these communes")
    sizes = [rng.lognormvariate(0, 0.35) * (1.8 if c.urban else 1.0) for c in communes]
    bounds = list(accumulate(sizes))
    step, start = bounds[-1] / count, rng.random()
    reached = [min(count, max(0, int(bound / step - start) + 1)) for bound in bounds]
    reached = [0 if bound < start * step else n for bound, n in zip(bounds, reached, strict=True)]
    reached[-1] = count
    return [now - before for now, before in zip(reached, [0, *reached], strict=False)]


def _ea(seed: int, commune: Commune, number: int, form_id: str) -> Ea:
    code = f"{commune.province}-{commune.district}-{commune.code}-{number:03d}"
    rng = Random(f"{seed}/{code}")
    group = main_group(rng, commune.province, commune.urban)
    village = settlement(rng, commune.urban, group)
    return Ea(code, commune, number, village, group, between(rng, 64, 145), form_id)


def _unit(rng: Random, ea: Ea, number: int) -> UnitRow:
    group = household_group(rng, ea.commune.province, ea.group)
    head = personal_name(rng, group, happens(rng, FEMALE_HEADS), family_name(rng, group))
    return UnitRow(
        code=f"{ea.code}-{number:03d}",
        ea=ea.code,
        address=address(rng, ea.commune.urban, ea.village),
        head_name=head,
        listed_persons=SIZES.draw(rng),
    )
