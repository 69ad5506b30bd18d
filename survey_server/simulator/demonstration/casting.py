"""Where the demonstration plays and who plays in it.

Five districts of two provinces that differ: a quiet one, one well ahead, one behind plan. A few
enumerators have a part: who never began, who was heard of and sent nothing, who fell silent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from survey_server.domain.frame import AreaRow, UnitRow
from survey_server.simulator.frame import Commune, Ea, area_rows, draw_eas, unit_rows
from survey_server.simulator.staff import Enumerator, Staff, hire

SEED = 2024
FIELD_DAYS = 30
# Days of field work that are over; the day of the load is the next one.
FULL_DAYS_BEFORE = 17

BA_DINH, HOAN_KIEM, BAC_HA = "001", "002", "085"


@dataclass(frozen=True, slots=True)
class District:
    """`pace` is how fast it works, 1 being the plan's pace."""

    code: str
    eas: int
    pace: float


DISTRICTS = (
    District(BA_DINH, 24, 1.12),
    District(HOAN_KIEM, 16, 1.45),
    District("271", 20, 1.08),
    District(BAC_HA, 16, 0.62),
    District("088", 14, 1.1),
)


@dataclass(frozen=True, slots=True)
class Cast:
    """User names, and the EA whose listing found nobody to be interviewed."""

    guide: str
    never_seen: str
    silent: str
    only_in_contact: str
    finished: str
    empty_ea: str

    @property
    def quiet(self) -> frozenset[str]:
        """Whose tablets must not be heard of while the demonstration goes on."""
        return frozenset({self.never_seen, self.silent, self.only_in_contact})


@dataclass(frozen=True, slots=True)
class Scene:
    eas: tuple[Ea, ...]
    staff: Staff
    cast: Cast

    def area_rows(self) -> list[AreaRow]:
        return list(area_rows(self.eas))

    def unit_rows(self) -> list[UnitRow]:
        """Of the empty EA all households were listed and none was drawn."""
        return [
            replace(unit, expected=False) if unit.ea == self.cast.empty_ea else unit
            for unit in unit_rows(self.eas, SEED)
        ]

    def live_devices(self) -> list[str]:
        quiet = self.cast.quiet
        return [who.device_id for who in self.staff.enumerators if who.username not in quiet]


def scene_of(communes: Mapping[str, Sequence[Commune]]) -> Scene:
    """`communes` are those of each district of DISTRICTS, in the order of their codes."""
    eas = [
        ea for district in DISTRICTS for ea in draw_eas(communes[district.code], district.eas, SEED)
    ]
    staff = hire(eas, SEED)
    return Scene(tuple(eas), staff, _cast_of(staff))


def _cast_of(staff: Staff) -> Cast:
    ba_dinh, hoan_kiem = _of(staff, BA_DINH), _of(staff, HOAN_KIEM)
    never_seen, guide = [who for who in ba_dinh if len(who.eas) == 1][:2]
    return Cast(
        guide=guide.username,
        never_seen=never_seen.username,
        silent=max(ba_dinh, key=lambda who: len(who.eas)).username,
        only_in_contact=_with_one_ea(_of(staff, BAC_HA)).username,
        finished=_with_one_ea(hoan_kiem).username,
        empty_ea=max(hoan_kiem, key=lambda who: len(who.eas)).eas[-1],
    )


def _of(staff: Staff, district: str) -> list[Enumerator]:
    return [who for who in staff.enumerators if who.eas[0][3:6] == district]


def _with_one_ea(people: Sequence[Enumerator]) -> Enumerator:
    return next(who for who in people if len(who.eas) == 1)
