"""Who is in the field: a writer for each EA; some share a household with their neighbour."""

from random import Random

from survey_server.faults.albums import SYNCS
from survey_server.faults.collecting import Collecting
from survey_server.faults.country import SHARED_CASES, Country, Ea
from survey_server.faults.desk import Desk
from survey_server.faults.history import History
from survey_server.faults.mutating import COLLECT_EVERY, Mutant
from survey_server.faults.place import Ground, Place
from survey_server.faults.tablets import SKEWS, SkewedClock, Tablet
from survey_server.faults.visits import Enumerator, SharedCase, shared_case
from survey_server.faults.writers import Kit, Writer

SHARED_WORK = 0.10
MOST_SHARED_OF_ONE = 0.5


class Crew:
    """Who has ODK Collect shares their case with somebody who has not."""

    def __init__(
        self, place: Place, ground: Ground, url: str, desk: Desk, seed: int, history: History
    ) -> None:
        """`url` is that of the bad network."""
        self._place = place
        self._stores = ground.folder / "stores"
        self._stores.mkdir()
        self._url = url
        self._desk = desk
        self._seed = seed
        self._history = history
        self._cases = _cases(place.country, seed)

    def writers(self, mutant: Mutant | None) -> list[Writer]:
        """One for each EA, or as many as the mutant takes."""
        every = mutant.collect_every if mutant else COLLECT_EVERY
        self._photos = mutant.photos if mutant else SYNCS
        eas = self._place.country.eas[: mutant.tablets if mutant else None]
        return [self._writer(ea, ea.number % every == max(0, every - 2)) for ea in eas]

    def _writer(self, ea: Ea, collects: bool) -> Writer:
        country = self._place.country
        rng = Random(f"{self._seed}/{ea.device_id}")
        clock = SkewedClock(SKEWS[ea.number % len(SKEWS)])
        unit = country.shared(ea)
        share = min(MOST_SHARED_OF_ONE, SHARED_WORK * country.tablets / (2 * SHARED_CASES))
        enumerator = Enumerator(
            ea.device_id, country.units_of(ea), self._desk.version, rng, clock.now,
            (self._cases[unit], share) if unit else None, names_interviews=not collects,
        )  # fmt: skip
        kit = Kit(
            name=ea.device_id,
            secret=self._place.secrets[ea.device_id],
            url=self._url,
            folder=self._stores,
            enumerator=enumerator,
            rng=rng,
            history=self._history,
            desk=self._desk,
        )
        return Collecting(kit) if collects else Tablet(kit, clock, self._photos)


def _cases(country: Country, seed: int) -> dict[str, SharedCase]:
    units = {unit for ea in country.eas if (unit := country.shared(ea))}
    return {unit: shared_case(seed, unit) for unit in units}
