"""Eighteen days of visits and evenings: what each tablet sent, when, and what it kept back.

Work goes slowly on the first day and on weekends. Most tablets find a network every evening,
some only every second or third; a few sync at noon as well.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from survey_server.simulator.demonstration.casting import (
    BA_DINH,
    DISTRICTS,
    FIELD_DAYS,
    FULL_DAYS_BEFORE,
    SEED,
    Scene,
)
from survey_server.simulator.draws import Weighted, between, happens, pick
from survey_server.simulator.making import Made, Maker
from survey_server.simulator.planning import Place, Shares, Visit, plan
from survey_server.simulator.staff import Enumerator

NAMESPACE = uuid.UUID("5f1d6a1e-6f0c-4f6a-9d37-3f2a9d0b7c11")
EVENINGS_APART = Weighted({1: 60, 2: 25, 3: 15})
ALSO_AT_NOON = 0.25
KEPT_BY_THE_SILENT = 41
EVENINGS_OF_THE_SILENT = (1, 3, FULL_DAYS_BEFORE - 3)
PACE_OF_THE_SILENT = 1.42
PACE_OF_THE_FINISHED = 2.0
PLANTED_PAIRS = 3
# Of the second interviews planned, about four in ten fall into these days.
SHARES = Shares(doubles=0.012)


@dataclass(frozen=True, slots=True)
class Sync:
    """One upload. `held` is told as a tablet tells it: with what it sends just now."""

    device_id: str
    batch_id: str
    when: datetime
    made: tuple[Made, ...]
    held: int


@dataclass(frozen=True, slots=True)
class History:
    """`contacts` are tablets that only asked for their lists."""

    contacts: tuple[tuple[str, datetime], ...]
    syncs: tuple[Sync, ...]

    def duplicate_pairs(self, district: str) -> list[tuple[str, str]]:
        """Units of a district that told one household, recognisable as such, and both arrived."""
        made = [one for sync in self.syncs for one in sync.made]
        arrived = {one.visit.place.unit: one.recognisable for one in made}
        pairs = {
            (one.visit.home.unit, one.visit.place.unit)
            for one in made
            if one.visit.duplicate
            and one.visit.place.district.endswith(district)
            and min(one.recognisable, arrived.get(one.visit.home.unit, 0)) >= 2
        }
        return sorted(pairs)


@dataclass(frozen=True, slots=True)
class Calendar:
    starts_on: date
    timezone: ZoneInfo

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(
            self.starts_on + timedelta(days=day), time(hour, minute), self.timezone
        )

    def done_by(self) -> list[float]:
        """The share of the work that the plan wants done at the end of each day."""
        weights = [0.4, *(self._weight(day) for day in range(1, FIELD_DAYS))]
        return [done / sum(weights) for done in accumulate(weights)]

    def _weight(self, day: int) -> float:
        weekday = (self.starts_on + timedelta(days=day)).weekday()
        return {5: 0.8, 6: 0.6}.get(weekday, 1.0)


def history_of(
    scene: Scene, versions: Mapping[str, str], starts_on: date, zone: ZoneInfo, until: datetime
) -> History:
    """All that had arrived by `until`; the same for every later `until`, as far as it goes."""
    calendar = Calendar(starts_on, zone)
    maker = Maker(SEED, f"demonstration/{starts_on}", versions)
    of_device = _visits(scene)
    syncs: list[Sync] = []
    for who in scene.staff.enumerators:
        if who.username not in {scene.cast.never_seen, scene.cast.only_in_contact}:
            made = _made(scene, calendar, maker, who, of_device[who.device_id])
            syncs.extend(_syncs(scene, calendar, who, made))
    arrived = sorted(
        (sync for sync in syncs if sync.when <= until), key=lambda one: (one.when, one.device_id)
    )
    return History(tuple(_contacts(scene, calendar)), tuple(arrived))


def _contacts(scene: Scene, calendar: Calendar) -> Iterator[tuple[str, datetime]]:
    """The lists are downloaded the day before, at the briefing."""
    for who in scene.staff.enumerators:
        if who.username == scene.cast.only_in_contact:
            yield who.device_id, calendar.at(FULL_DAYS_BEFORE - 5, 20, 11)
        elif who.username != scene.cast.never_seen:
            rng = Random(f"{SEED}/briefing/{who.username}")
            yield who.device_id, calendar.at(-1, between(rng, 14, 16), between(rng, 0, 59))


def _visits(scene: Scene) -> dict[str, list[Visit]]:
    """Each tablet's visits in the order in which they are made, second ones last."""
    places = _places(scene)
    first_of = {who.device_id: _in_walking_order(who, places) for who in scene.staff.enumerators}
    everywhere = [place for walk in first_of.values() for place in walk]
    visits = plan(everywhere, len(everywhere), SEED, SHARES)
    firsts = {visit.place.unit: visit for visit in visits if not visit.second}
    firsts |= _planted(scene, first_of)
    seconds = defaultdict(list)
    for visit in visits:
        if visit.second and firsts[visit.place.unit].result == visit.result:
            seconds[visit.place.device].append(visit)
    guide = first_of[_named(scene, scene.cast.guide).device_id]
    seconds[guide[0].device].append(Visit(guide[2], guide[2], second=True))
    return {
        device: [firsts[place.unit] for place in walk] + seconds[device]
        for device, walk in first_of.items()
    }


def _places(scene: Scene) -> dict[str, list[Place]]:
    """By EA; those that are expected."""
    device_of = {ea: who.device_id for who in scene.staff.enumerators for ea in who.eas}
    eas = {ea.code: ea for ea in scene.eas}
    found: dict[str, list[Place]] = {code: [] for code in eas}
    for unit in scene.unit_rows():
        ea = eas[unit.ea]
        if unit.expected:
            place = Place(device_of[ea.code], unit.code, ea.form_id, ea.commune.urban)
            found[ea.code].append(place)
    return found


def _in_walking_order(who: Enumerator, places: Mapping[str, list[Place]]) -> list[Place]:
    walk: list[Place] = []
    for ea in who.eas:
        here = list(places[ea])
        Random(f"{SEED}/walk/{ea}").shuffle(here)
        walk.extend(here)
    return walk


def _planted(scene: Scene, walks: Mapping[str, list[Place]]) -> dict[str, Visit]:
    """What is there to find for certain, on the first days: in the guide's EA an absent household,
    a mistake and a household told twice; in her district households told under two units."""
    guide = walks[_named(scene, scene.cast.guide).device_id]
    planted = {
        guide[0].unit: Visit(guide[0], guide[0], result="absent"),
        guide[1].unit: Visit(guide[1], guide[1], mistaken=True),
        guide[2].unit: Visit(guide[2], guide[2]),
    }
    quiet = scene.cast.quiet | {scene.cast.guide}
    others = [
        walks[who.device_id]
        for who in scene.staff.enumerators
        if who.eas[0][3:6] == BA_DINH and who.username not in quiet
    ]
    for one, other in zip(others[:PLANTED_PAIRS], others[PLANTED_PAIRS:], strict=False):
        planted[one[0].unit] = Visit(one[0], one[0])
        planted[other[1].unit] = Visit(other[1], one[0])
    return planted


def _named(scene: Scene, username: str) -> Enumerator:
    return next(who for who in scene.staff.enumerators if who.username == username)


def _made(
    scene: Scene, calendar: Calendar, maker: Maker, who: Enumerator, visits: Sequence[Visit]
) -> list[tuple[datetime, Made]]:
    """The records of these days with the moment from which each could be sent."""
    rng = Random(f"{SEED}/days/{who.username}")
    firsts = [visit for visit in visits if not visit.second]
    days = _days_of(_pace(scene, who, rng), len(firsts), calendar)
    day_of = {visit.place.unit: day for visit, day in zip(firsts, days, strict=False)}
    ready: list[tuple[datetime, Made]] = []
    for visit in visits:
        day = day_of.get(visit.place.unit)
        if day is None:
            continue
        when = calendar.at(day + 2 * visit.second, between(rng, 7, 18), between(rng, 0, 59))
        ready += [(datetime.fromisoformat(one.record.finished_at), one)
                  for one in maker.made(visit, when)]  # fmt: skip
    return sorted(ready, key=lambda one: one[0])


def _pace(scene: Scene, who: Enumerator, rng: Random) -> float:
    own = min(1.3, max(0.7, rng.gauss(1, 0.12)))
    if who.username == scene.cast.silent:
        return PACE_OF_THE_SILENT
    if who.username == scene.cast.finished:
        return PACE_OF_THE_FINISHED
    return own * next(one.pace for one in DISTRICTS if one.code == who.eas[0][3:6])


def _days_of(pace: float, visits: int, calendar: Calendar) -> list[int]:
    """The day of each visit in turn, up to today; the others are still to come."""
    days: list[int] = []
    for day, share in enumerate(calendar.done_by()[: FULL_DAYS_BEFORE + 1]):
        done = int(min(1.0, pace * share) * visits)
        days += [day] * (done - len(days))
    return days


def _syncs(
    scene: Scene, calendar: Calendar, who: Enumerator, ready: Sequence[tuple[datetime, Made]]
) -> Iterator[Sync]:
    sent = 0
    silent = who.username == scene.cast.silent
    for number, when in enumerate(_sync_times(silent, calendar, who)):
        finished = sum(moment <= when for moment, _ in ready)
        last = silent and when >= calendar.at(EVENINGS_OF_THE_SILENT[-1], 0)
        going = ready[sent : finished - KEPT_BY_THE_SILENT if last else finished]
        if going:
            batch_id = str(uuid.uuid5(NAMESPACE, f"{calendar.starts_on}/{who.device_id}/{number}"))
            held = finished - sent
            yield Sync(who.device_id, batch_id, when, tuple(made for _, made in going), held)
            sent += len(going)


def _sync_times(silent: bool, calendar: Calendar, who: Enumerator) -> list[datetime]:
    rng = Random(f"{SEED}/syncs/{who.username}")
    apart, noon = EVENINGS_APART.draw(rng), happens(rng, ALSO_AT_NOON)
    offset = between(rng, 0, apart - 1)
    times = []
    for day in range(FULL_DAYS_BEFORE + 1):
        hour = pick(rng, (19, 19, 20, 20, 21))
        evening = calendar.at(day, hour, between(rng, 0, 59))
        midday = calendar.at(day, 11, between(rng, 20, 59))
        if silent:
            times += [evening] if day in EVENINGS_OF_THE_SILENT else []
            continue
        times += [midday] if noon else []
        times += [evening] if (day + offset) % apart == 0 else []
    return times
