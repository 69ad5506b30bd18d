"""The list of the households of an area, as it is written before a survey.

The lister follows the route through the area: houses have running numbers, households theirs, and
between them stand vacant houses, shops, and houses whose household has moved away.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from survey_server.simulator.draws import Weighted, between, happens, pick
from survey_server.simulator.families import Profile, family
from survey_server.simulator.interviews import location
from survey_server.simulator.names import KINH
from survey_server.simulator.people import Household
from survey_server.simulator.places import VILLAGES

HOUSEHOLD_LISTING = "household_listing"
LIVED_IN, VACANT, MOVED_AWAY, NO_DWELLING = "1", "2", "3", "4"
YES, NO = "1", "2"
BETWEEN_HOUSEHOLDS = Weighted({"": 90, VACANT: 5, MOVED_AWAY: 2, NO_DWELLING: 3})
TOWN_DWELLINGS = Weighted({"1": 12, "2": 85, "3": 3})
COUNTRY_DWELLINGS = Weighted({"2": 99, "3": 1})
NOTES = ("Nhà cuối ngõ", "Chủ hộ đi làm xa", "Có chó dữ", "Cửa hàng tạp hóa", "Nhà khóa cửa")
REMARKS = ("Ranh giới địa bàn trùng với suối", "Có khu trọ ở cuối xóm")

Answers = dict[str, object]


def listing_interview(
    rng: Random, ea: str, households: Sequence[Household], when: datetime
) -> Answers:
    """The complete list of the area `ea`, which was begun at `when`."""
    finished = when + timedelta(minutes=5 + 6 * len(households), seconds=between(rng, 0, 59))
    rows = _rows(rng, ea, households)
    answers: Answers = {
        "started_at": when.isoformat(timespec="milliseconds"),
        "finished_at": finished.isoformat(timespec="milliseconds"),
        "device_id": f"dia-ban-{ea[-3:]}",
        "area": _area(rng, ea, households, when),
        "listed": rows,
        "totals": _totals(rows),
    }
    if happens(rng, 0.2):
        answers["remarks"] = pick(rng, REMARKS)
    return answers


def _area(rng: Random, ea: str, households: Sequence[Household], when: datetime) -> Answers:
    urban = any(one.urban for one in households)
    return {
        "ea_code": ea,
        "province": ea[:2],
        "district": ea[3:6],
        "commune": ea[7:12],
        "enumeration_area": ea[13:16],
        "area_type": "1" if urban else "2",
        "village": f"Tổ dân phố {between(rng, 1, 24)}" if urban else pick(rng, VILLAGES),
        "listed_on": when.date().isoformat(),
        "lister": family(rng, Profile())[0].name,
    }


def _rows(rng: Random, ea: str, households: Sequence[Household]) -> list[Answers]:
    rows: list[Answers] = []
    number = house = 0
    for told in households:
        other = BETWEEN_HOUSEHOLDS.draw(rng)
        for status in (other, LIVED_IN) if other else (LIVED_IN,):
            shares_house = status == LIVED_IN and house > 0 and happens(rng, 0.05)
            house += 0 if shares_house else 1
            number += 1 if status in (LIVED_IN, MOVED_AWAY) else 0
            row: Answers = {"line": str(len(rows) + 1), "house_number": str(house)}
            rows.append(row | _row(rng, ea, status, number, house, told))
    return rows


def _row(rng: Random, ea: str, status: str, number: int, house: int, told: Household) -> Answers:
    answers: Answers = {"status": status}
    if status in (LIVED_IN, MOVED_AWAY):
        # Who has moved away is somebody else than who is told here.
        head = told.head if status == LIVED_IN else family(rng, Profile())[0]
        answers |= {"household_number": f"{number:03d}", "head_name": head.name}
    answers["address"] = f"Nhà {house}, {told.address}"
    if status != NO_DWELLING:
        dwellings = TOWN_DWELLINGS if told.urban else COUNTRY_DWELLINGS
        answers["dwelling_type"] = dwellings.draw(rng)
    if status == LIVED_IN:
        answers |= _people(told)
    if happens(rng, 0.9):
        answers["place"] = location(rng, ea)
    if happens(rng, 0.05):
        answers["note"] = pick(rng, NOTES)
    return answers


def _people(told: Household) -> Answers:
    persons = told.persons
    minority = any(person.ethnicity != KINH for person in persons)
    answers: Answers = {
        "size": str(len(persons)),
        "women": str(sum(person.female for person in persons)),
        "has_minority": YES if minority else NO,
    }
    if told.phone:
        answers["phone"] = told.phone
    return answers


def _totals(rows: Sequence[Answers]) -> Answers:
    states = Counter(str(row["status"]) for row in rows)

    def sum_of(question: str) -> str:
        return str(sum(int(str(row.get(question, 0))) for row in rows))

    return {
        "rows_total": str(len(rows)),
        "households_total": str(states[LIVED_IN]),
        "persons_total": sum_of("size"),
        "women_total": sum_of("women"),
        "minority_total": str(sum(row.get("has_minority") == YES for row in rows)),
        "vacant_total": str(states[VACANT]),
        "moved_total": str(states[MOVED_AWAY]),
        "not_dwelling_total": str(states[NO_DWELLING]),
    }
