"""A field operation to bench with: enumeration areas, households, enumerators, tablets.

Districts hold about as many EAs as in the mid-term census, because households are compared within
them: spread thinly over the country, the same number of interviews would cost less.
"""

import csv
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.domain.frame import AssignmentRow, DeviceRow, PersonRow, table_of
from survey_server.services import frame as services
from survey_server.simulator.frame import (
    HOUSEHOLDS_OF_EA,
    Commune,
    Ea,
    area_rows,
    draw_eas,
    unit_rows,
)
from survey_server.store.frame import Survey, lowest_places, survey_by_code, tops

SURVEY = "census_2024"
LONG = "census_2024_long"
EAS_OF_DISTRICT = 50
# Work is assigned before it is begun.
LEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Tablet:
    """A tablet in an enumerator's hands, with the codes of the units on its list."""

    device_id: str
    secret: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Of the whole survey."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """`spare` are EAs nobody is to do: room for what is said to have been stored before."""

    tablets: tuple[Tablet, ...]
    spare: tuple[str, ...]
    supervisor: Supervisor


def prepare(owner: Engine, eas: int, tablets: int, seed: int, spare_eas: int = 0) -> Fieldwork:
    """Brings a frame in, by the services that imports use."""
    now = datetime.now(UTC) - LEAD
    with Session(owner) as session, session.begin():
        survey = survey_by_code(session, SURVEY)
        if survey is None:
            raise LookupError(SURVEY)
        drawn = draw_eas(_communes(session, survey, eas + spare_eas), eas + spare_eas, seed, 1.0)
        worked, spare = _shared_out(drawn, eas)
        units = list(unit_rows(worked, seed))
        services.import_areas(session, survey, table_of(area_rows(drawn, survey.levels[-1])))
        services.import_units(session, survey, table_of(units))
        lists = _lists([ea.code for ea in worked], tablets)
        supervisor = Supervisor("bench-supervisor", secrets.token_urlsafe(24))
        top = tops(session, survey.id)[0].code
        people = [*_people(lists), _in_charge(supervisor, top)]
        services.import_people(session, survey, table_of(people), now)
        services.import_assignments(session, survey, table_of(_assignments(lists)), now)
        devices = [DeviceRow(f"tablet-{who}", who) for who in lists]
        told = services.import_devices(session, survey, table_of(devices), now)[1]
    of_ea: dict[str, list[str]] = {}
    for unit in units:
        of_ea.setdefault(unit.ea, []).append(unit.code)
    return Fieldwork(
        tuple(
            Tablet(
                one.device_id,
                one.secret,
                tuple(code for ea in lists[one.username] for code in of_ea[ea]),
            )
            for one in told
        ),
        tuple(ea.code for ea in spare),
        supervisor,
    )


def eas_for(submissions: int, tablets: int, batch: int) -> int:
    """EAs enough for so many interviews of different units, in full batches of every tablet."""
    left_over = tablets * (batch - 1)
    return max(tablets, eas_of(submissions + left_over))


def eas_of(households: int) -> int:
    return -(-households // HOUSEHOLDS_OF_EA)


def write_devices(tablets: Sequence[Tablet], file: Path) -> None:
    """As `survey-server simulate --devices` takes them."""
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(("device_id", "secret"))
        writer.writerows((one.device_id, one.secret) for one in tablets)
    file.chmod(0o600)


def _communes(session: Session, survey: Survey, eas: int) -> list[Commune]:
    """Those of as many districts, in the order of codes, as so many EAs fill."""
    places = lowest_places(session, survey, [top.id for top in tops(session, survey.id)])
    communes = [Commune(*place) for place in places]
    districts = list(dict.fromkeys((one.province, one.district) for one in communes))
    chosen = set(districts[: max(1, eas // EAS_OF_DISTRICT)])
    return [one for one in communes if (one.province, one.district) in chosen]


def _shared_out(drawn: Sequence[Ea], eas: int) -> tuple[list[Ea], list[Ea]]:
    """The field work fills every other EA of as many districts as it needs, or all there are."""
    alternate = len(drawn) >= 2 * eas
    worked = list(drawn[: 2 * eas : 2]) if alternate else list(drawn[:eas])
    taken = {ea.code for ea in worked}
    return worked, [ea for ea in drawn if ea.code not in taken]


def _lists(eas: Sequence[str], tablets: int) -> dict[str, list[str]]:
    """Neighbouring EAs go to one enumerator."""
    bounds = [len(eas) * place // tablets for place in range(tablets + 1)]
    return {
        f"bench-{place:04}": list(eas[bounds[place] : bounds[place + 1]])
        for place in range(tablets)
    }


def _people(lists: dict[str, list[str]]) -> list[PersonRow]:
    return [PersonRow(who, who, "enumerator", ea) for who, eas in lists.items() for ea in eas]


def _in_charge(who: Supervisor, area: str) -> PersonRow:
    return PersonRow(who.username, who.username, "supervisor", area, who.password)


def _assignments(lists: dict[str, list[str]]) -> list[AssignmentRow]:
    return [AssignmentRow(who, ea) for who, eas in lists.items() for ea in eas]
