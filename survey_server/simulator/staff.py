"""Who does the field work: enumerators, their team leaders, supervisors, tablets, assignments.

Most enumerators have one EA, some two or three; three or four of them make a team. A district has
a supervisor, a province one more and a data manager.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from random import Random

from survey_server.domain.frame import AssignmentRow, DeviceRow, PersonRow
from survey_server.simulator.draws import Weighted, between, happens
from survey_server.simulator.frame import Ea
from survey_server.simulator.names import KINH, family_name, personal_name

EAS_OF_ENUMERATOR: Weighted[int] = Weighted({1: 78, 2: 17, 3: 5})
FEMALE_ENUMERATORS = 0.55


@dataclass(frozen=True, slots=True)
class Enumerator:
    username: str
    name: str
    device_id: str
    leader: str
    eas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """`others` are the team leaders, supervisors and data managers."""

    enumerators: list[Enumerator]
    others: list[PersonRow]

    def person_rows(self) -> Iterator[PersonRow]:
        yield from self.others
        for who in self.enumerators:
            for ea in who.eas:
                yield PersonRow(who.username, who.name, "enumerator", ea)

    def device_rows(self) -> Iterator[DeviceRow]:
        for who in self.enumerators:
            yield DeviceRow(who.device_id, who.username)


def hire(eas: Sequence[Ea], seed: int) -> Staff:
    """EAs come in the order of their codes, as drawn."""
    staff = Staff([], [])
    for province, of_province in groupby(eas, lambda ea: ea.commune.province):
        rng = Random(f"{seed}/staff/{province}")
        staff.others.append(_person(rng, f"gst-{province}", "supervisor", province))
        staff.others.append(_person(rng, f"ql-{province}", "data_manager", province))
        for district, of_district in groupby(of_province, lambda ea: ea.commune.district):
            rng = Random(f"{seed}/staff/{province}/{district}")
            staff.others.append(_person(rng, f"gs-{district}", "supervisor", district))
            _hire_in_district(rng, district, [ea.code for ea in of_district], staff)
    return staff


def assignment_rows(
    staff: Staff, starts_on: date, ends_on: date, seed: int
) -> Iterator[AssignmentRow]:
    """Due dates spread over the field work; the last one never after its end."""
    days = (ends_on - starts_on).days
    for who in staff.enumerators:
        rng = Random(f"{seed}/due/{who.username}")
        for place, ea in enumerate(who.eas, 1):
            day = days * place // len(who.eas) - between(rng, 0, min(5, days // 4))
            yield AssignmentRow(who.username, ea, None, starts_on + timedelta(days=max(0, day)))


def _hire_in_district(rng: Random, district: str, eas: list[str], staff: Staff) -> None:
    team, left_in_team, hired, done = 0, 0, 0, 0
    while done < len(eas):
        if left_in_team == 0:
            team, left_in_team = team + 1, between(rng, 3, 4)
            leader = _person(rng, f"tt-{district}-{team:02d}", "team_leader", eas[done])
        mine = tuple(eas[done : done + EAS_OF_ENUMERATOR.draw(rng)])
        done, hired, left_in_team = done + len(mine), hired + 1, left_in_team - 1
        number = f"{district}-{hired:03d}"
        staff.enumerators.append(
            Enumerator(f"dtv-{number}", _name(rng), f"MTB-{number}", leader.username, mine)
        )
        staff.others.extend(PersonRow(leader.username, leader.name, leader.role, ea) for ea in mine)


def _person(rng: Random, username: str, role: str, area: str) -> PersonRow:
    return PersonRow(username, _name(rng), role, area)


def _name(rng: Random) -> str:
    return personal_name(rng, KINH, happens(rng, FEMALE_ENUMERATORS), family_name(rng, KINH))
