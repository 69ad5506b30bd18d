"""A small frame for a rehearsal of faults: one commune of its own for each rehearsal.

Every enumerator has one EA, so that the work can be shared out over several waves of tablets.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from survey_server.domain.frame import AreaRow, AssignmentRow, DeviceRow, PersonRow, UnitRow
from survey_server.simulator.frame import Commune, Ea, area_rows, draw_eas, unit_rows

LEVELS = ("country", "province", "district", "commune", "ea")
COUNTRY, PROVINCE, DISTRICT = "VN", "01", "001"
LONG_FORM = "census_2024_long"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Its `number` names its commune, its people and its tablets."""

    number: int
    eas: tuple[Ea, ...]

    @property
    def commune(self) -> str:
        return f"{self.number:05d}"

    def area_rows(self) -> list[AreaRow]:
        above = (
            AreaRow(COUNTRY, "country", None, "Việt Nam"),
            AreaRow(PROVINCE, "province", COUNTRY, "Hà Nội"),
            AreaRow(DISTRICT, "district", PROVINCE, "Quận tập huấn"),
            AreaRow(self.commune, "commune", DISTRICT, f"Phường tập huấn {self.number}"),
        )
        return [*above, *area_rows(self.eas)]

    def unit_rows(self) -> list[UnitRow]:
        return list(unit_rows(self.eas, self.number))

    def people_rows(self) -> list[PersonRow]:
        return [
            PersonRow(_username(ea), "Điều tra viên tập huấn", "enumerator", ea.code)
            for ea in self.eas
        ]

    def device_rows(self) -> list[DeviceRow]:
        return [DeviceRow(device_of(ea), _username(ea)) for ea in self.eas]

    def assignment_rows(self) -> list[AssignmentRow]:
        return [AssignmentRow(_username(ea), ea.code) for ea in self.eas]


def rehearsal(number: int, eas: int) -> Rehearsal:
    commune = Commune(PROVINCE, DISTRICT, f"{number:05d}", f"Phường tập huấn {number}")
    return Rehearsal(number, tuple(draw_eas([commune], eas, number, forms=(LONG_FORM,) * 2)))


def device_of(ea: Ea) -> str:
    return f"TH-{ea.commune.code}-{ea.number:03d}"


def _username(ea: Ea) -> str:
    return f"th-{ea.commune.code}-{ea.number:03d}"


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
