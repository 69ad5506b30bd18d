"""The small country of a trial: an EA with households for each tablet, and cases that are shared.

    VN ─ 01 ─┬─ 001 ─┬─ 00001 ─── ten EAs
             │       └─ 00002 ─── …
             └─ 002 ─── …

A shared case is one household, one interview, that two enumerators write about, each on a tablet
that knows nothing of the other's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from survey_server.domain.frame import (
    AreaRow,
    AssignmentRow,
    DeviceRow,
    PersonRow,
    SurveyDefinition,
    UnitRow,
)

SURVEY = "faults"
FORM = "census_2024_short"
LEVELS = ("country", "province", "district", "commune", "ea")
TOP = "VN"
EAS_OF_COMMUNE = 10
COMMUNES_OF_DISTRICT = 2
SHARED_CASES = 10
SUPERVISOR = "faults-supervisor"
# Looks after one commune.
LOCAL_SUPERVISOR = "faults-local-supervisor"
MANAGER = "faults-manager"
PASSWORD = "mot mat khau du dai"  # nosec B105 - of servers that end with the trial


@dataclass(frozen=True, slots=True)
class Ea:
    number: int

    @property
    def commune(self) -> str:
        return f"{self.number // EAS_OF_COMMUNE + 1:05d}"

    @property
    def district(self) -> str:
        return f"{self.number // (EAS_OF_COMMUNE * COMMUNES_OF_DISTRICT) + 1:03d}"

    @property
    def code(self) -> str:
        return f"01-{self.district}-{self.commune}-{self.number % EAS_OF_COMMUNE + 1:03d}"

    @property
    def device_id(self) -> str:
        return f"TB-{self.number:04d}"

    @property
    def username(self) -> str:
        return f"faults-{self.number:04d}"


@dataclass(frozen=True)
class Country:
    tablets: int
    households: int

    @cached_property
    def eas(self) -> tuple[Ea, ...]:
        return tuple(Ea(number) for number in range(self.tablets))

    def units_of(self, ea: Ea) -> list[str]:
        return [f"{ea.code}-{number + 1:03d}" for number in range(self.households)]

    def shared(self, ea: Ea) -> str | None:
        """The unit that this tablet shares with its neighbour: the first of the even one's EA."""
        if ea.number >= min(2 * SHARED_CASES, self.tablets // 2 * 2):
            return None
        return self.units_of(Ea(ea.number // 2 * 2))[0]

    def area_rows(self) -> list[AreaRow]:
        above = {
            TOP: AreaRow(TOP, "country", None, "Việt Nam"),
            "01": AreaRow("01", "province", TOP, "Hà Nội"),
        }
        for ea in self.eas:
            above[ea.district] = AreaRow(ea.district, "district", "01", f"Quận {ea.district}")
        for ea in self.eas:
            above[ea.commune] = AreaRow(ea.commune, "commune", ea.district, f"Phường {ea.commune}")
        lowest = [AreaRow(ea.code, "ea", ea.commune, ea.code, form_id=FORM) for ea in self.eas]
        return [*above.values(), *lowest]

    def unit_rows(self) -> Iterator[UnitRow]:
        for ea in self.eas:
            for unit in self.units_of(ea):
                yield UnitRow(unit, ea.code, None, None, None)

    def people_rows(self) -> list[PersonRow]:
        staff = [PersonRow(ea.username, ea.username, "enumerator", ea.code) for ea in self.eas]
        commune = self.eas[0].commune
        return [
            *staff,
            PersonRow(SUPERVISOR, SUPERVISOR, "supervisor", TOP, PASSWORD),
            PersonRow(LOCAL_SUPERVISOR, LOCAL_SUPERVISOR, "supervisor", commune, PASSWORD),
            PersonRow(MANAGER, MANAGER, "data_manager", TOP, PASSWORD),
        ]

    def assignment_rows(self) -> list[AssignmentRow]:
        return [AssignmentRow(ea.username, ea.code) for ea in self.eas]

    def device_rows(self) -> list[DeviceRow]:
        return [DeviceRow(ea.device_id, ea.username) for ea in self.eas]


def definition(today: date) -> SurveyDefinition:
    return SurveyDefinition(
        code=SURVEY,
        name={"vi": "Thử hỏng hóc", "en": "Trial of faults"},
        levels=list(LEVELS),
        level_names={level: {"vi": level, "en": level} for level in LEVELS},
        match_level="district",
        timezone="Asia/Ho_Chi_Minh",
        starts_on=today,
        ends_on=today + timedelta(days=29),
    )
