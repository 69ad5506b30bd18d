"""A small frame for a rehearsal of faults: one commune of its own for each rehearsal.

The work is shared out evenly, so that it can be done in several waves of tablets.
"""

import json
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from survey_server.domain.frame import AreaRow, AssignmentRow, DeviceRow, PersonRow, UnitRow
from survey_server.simulator.frame import (
    HOUSEHOLDS_OF_EA,
    Commune,
    Ea,
    area_rows,
    draw_eas,
    unit_rows,
)

LEVELS = ("country", "province", "district", "commune", "ea")
COUNTRY, PROVINCE, DISTRICT = "VN", "01", "001"
LONG_FORM = "census_2024_long"
EAS_OF_COMMUNE = 10


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Its `number` names its first commune, its people and its tablets; `households` are those of
    an EA. The EAs are dealt out to the tablets in turn."""

    number: int
    communes: tuple[Commune, ...]
    eas: tuple[Ea, ...]
    tablets: int
    households: int

    @property
    def commune(self) -> str:
        return f"{self.number:05d}"

    def area_rows(self) -> list[AreaRow]:
        above = (
            AreaRow(COUNTRY, "country", None, "Việt Nam"),
            AreaRow(PROVINCE, "province", COUNTRY, "Hà Nội"),
            AreaRow(DISTRICT, "district", PROVINCE, "Quận tập huấn"),
        )
        communes = [AreaRow(one.code, "commune", DISTRICT, one.name) for one in self.communes]
        return [*above, *communes, *area_rows(self.eas)]

    def unit_rows(self) -> list[UnitRow]:
        return list(unit_rows(self.eas, self.number, self.households))

    def people_rows(self) -> list[PersonRow]:
        return [
            PersonRow(self._username(place), "Điều tra viên tập huấn", "enumerator", ea.code)
            for place, ea in enumerate(self.eas)
        ]

    def device_rows(self) -> list[DeviceRow]:
        return [
            DeviceRow(f"TH-{self.commune}-{place + 1:03d}", self._username(place))
            for place in range(self.tablets)
        ]

    def assignment_rows(self) -> list[AssignmentRow]:
        return [AssignmentRow(self._username(place), ea.code) for place, ea in enumerate(self.eas)]

    def _username(self, place: int) -> str:
        return f"th-{self.commune}-{place % self.tablets + 1:03d}"


def rehearsal(
    number: int, eas: int, tablets: int | None = None, households: int = HOUSEHOLDS_OF_EA
) -> Rehearsal:
    """Without `tablets`, one for each EA. As many communes as the EAs need."""
    numbers = range(number, number + ceil(eas / EAS_OF_COMMUNE))
    communes = tuple(
        Commune(PROVINCE, DISTRICT, f"{one:05d}", f"Phường tập huấn {one}") for one in numbers
    )
    drawn = draw_eas(communes, eas, number, forms=(LONG_FORM,) * 2)
    return Rehearsal(number, communes, tuple(drawn), tablets or eas, households)


@dataclass(frozen=True, slots=True)
class Told:
    """What a ledger says was made, counted without asking the server."""

    interviews: int
    units: int


def told_in(ledger: Path) -> Told:
    with ledger.open(encoding="utf-8") as lines:
        records = [one for line in lines if (one := json.loads(line))["what"] == "record"]
    return Told(
        interviews=len({one["interview_id"] for one in records}),
        units=len({one["unit"] for one in records}),
    )
