"""What the office of a commune tells: its villages, schools, health station, cadres and peoples.

Every count stays within what contains it: villages with a road within the villages, women of the
minorities within both the women and the minorities; all groups' households are the commune's.
"""

from datetime import datetime, timedelta
from random import Random

from survey_server.simulator.draws import Weighted, around, between, happens, pick
from survey_server.simulator.families import Profile, family
from survey_server.simulator.names import KINH
from survey_server.simulator.places import VILLAGES, groups_of

ETHNIC_COMMUNE = "ethnic_2024_commune"
COMMUNE_RESULTS = {"informed": "1", "nobody_met": "2", "refused": "3", "merged": "4"}
YES, NO = "1", "2"
TERRAINS = Weighted({"1": 45, "1 2": 25, "1 3": 8, "1 2 3": 4, "1 5": 5, "4": 1, "6": 12})
POSTS = ("Chủ tịch Ủy ban nhân dân", "Phó Chủ tịch Ủy ban nhân dân", "Công chức văn phòng")
# By level: schools at most, sites on average, rooms and teachers on average.
LEVELS = ((2, 5, 14, 24), (2, 4, 22, 30), (1, 0, 12, 22), (1, 0, 18, 40))
CADRE_POSTS = ((2, 2), (1, 2), (2, 3), (5, 6), (8, 13), (8, 16))
POOREST_ZONE = "3"
REMARKS = ("Số liệu đến ngày 30 tháng 6 năm 2024", "Xã vừa sáp nhập thôn")

Answers = dict[str, object]


def commune_interview(rng: Random, unit: str, when: datetime) -> Answers:
    """A complete form; `unit` is the one of the commune's area 000."""
    answers = _visit(rng, "informed", unit, when)
    answers["situation"] = _situation(rng, unit)
    if happens(rng, 0.1):
        answers["remarks"] = pick(rng, REMARKS)
    return answers


def commune_visit(rng: Random, result: str, unit: str, when: datetime) -> Answers:
    """A visit to the office that ended in another result."""
    return _visit(rng, result, unit, when)


def _visit(rng: Random, result: str, unit: str, when: datetime) -> Answers:
    finished = when + timedelta(minutes=between(rng, 40, 180), seconds=between(rng, 0, 59))
    return {
        "started_at": when.isoformat(timespec="milliseconds"),
        "finished_at": finished.isoformat(timespec="milliseconds"),
        "device_id": f"xa-{unit[7:12]}",
        "identification": _identification(rng, result, unit),
    }


def _identification(rng: Random, result: str, unit: str) -> Answers:
    commune = Random(unit)
    respondent = family(rng, Profile(((groups_of(unit[:2]).draw(rng), 1.0),)))[0]
    answers: Answers = {
        "unit_code": unit,
        "province": unit[:2],
        "district": unit[3:6],
        "commune": unit[7:12],
        "commune_name": pick(commune, VILLAGES),
        "area_type": "1" if happens(commune, 0.08) else "2",
    }
    if zone := _zone(unit):
        answers["zone"] = zone
    answers["terrain"] = TERRAINS.draw(commune)
    answers["respondent_name"] = respondent.name
    answers["respondent_post"] = pick(rng, POSTS)
    if happens(rng, 0.9):
        answers["phone"] = f"09{between(rng, 0, 99_999_999):08d}"
    return answers | {"mode": "2", "visit_result": COMMUNE_RESULTS[result]}


def _zone(unit: str) -> str:
    """As the households of the commune have it; outside the mountains a commune has none."""
    return pick(Random(unit[:12]), ("", "1", "2", "3", "3"))


def _situation(rng: Random, unit: str) -> Answers:
    villages = between(rng, 4, 22)
    households = villages * between(rng, 60, 180)
    inhabitants = round(households * rng.uniform(3.2, 5.0))
    groups = _groups(rng, unit, households)
    share = sum(count for group, count in groups.items() if group != KINH) / households
    poor = 0.35 if _zone(unit) == POOREST_ZONE else 0.1
    some = _Some(rng, villages)
    return {
        "population": {
            "village_count": str(villages),
            "hard_villages": some.few() if poor > 0.2 else "0",
            "households": str(households),
            "inhabitants": str(inhabitants),
            "minority_households": str(round(share * households)),
            "minority_inhabitants": str(round(share * inhabitants)),
        },
        "centres": _centres(rng),
        "infrastructure": _infrastructure(rng, villages),
        "schools": _table("school_level", [_level(rng, line, share) for line in range(1, 5)]),
        "culture_houses": {
            "commune_culture_house": _yes(happens(rng, 0.8)),
            "villages_culture_house": some.most(),
        },
        "health": _health(rng, share, some),
        "environment": _environment(rng, households, some),
        "economy": _economy(rng),
        "cadres": _table("cadre_post", [_post(rng, line, share) for line in range(1, 7)]),
        "religion_and_belief": _religion(rng, inhabitants),
        "media": {
            "villages_mobile": some.most(),
            "villages_internet": some.most(),
            "villages_loudspeaker": some.most(),
        },
        "poverty": _poverty(rng, groups, poor),
        "social": _social(rng),
    }


def _table(name: str, rows: list[Answers]) -> Answers:
    """Tablets write how many rows a table of fixed length has."""
    return {f"{name}_count": str(len(rows)), name: rows}


class _Some:
    """How many of the villages have something that most, or few, have."""

    def __init__(self, rng: Random, villages: int) -> None:
        self._rng, self._villages = rng, villages

    def most(self) -> str:
        missing = between(self._rng, 0, max(1, self._villages // 4))
        return str(self._villages - (0 if happens(self._rng, 0.6) else missing))

    def few(self) -> str:
        return str(between(self._rng, 0, self._villages // 2))


def _groups(rng: Random, unit: str, households: int) -> dict[str, int]:
    """Households by the head's ethnic group, the largest group first."""
    known = groups_of(unit[:2])
    drawn = list(dict.fromkeys(known.draw(rng) for _ in range(between(rng, 3, 9))))
    left, groups = households, {}
    for group in drawn[:-1]:
        groups[group] = max(1, round(left * rng.uniform(0.3, 0.8)))
        left -= groups[group]
        if left < 20:
            break
    else:
        return groups | {drawn[-1]: left}
    groups[drawn[0]] += left
    return groups


def _centres(rng: Random) -> Answers:
    district = rng.uniform(1, 45)
    province = district + rng.uniform(5, 90)
    return {
        "distance_district_centre": f"{district:.1f}",
        "distance_province_centre": f"{province:.0f}.0",
    }


def _infrastructure(rng: Random, villages: int) -> Answers:
    off_grid = 0 if happens(rng, 0.7) else between(rng, 1, villages // 3)
    return {
        "villages_grid": str(villages - off_grid),
        "villages_other_power": str(between(rng, 0, off_grid)),
        "villages_paved_road": str(villages - between(rng, 0, villages // 3)),
    }


def _level(rng: Random, line: int, share: float) -> Answers:
    most, sites, rooms, staff = LEVELS[line - 1]
    schools = between(rng, 1, most) if line < 4 or happens(rng, 0.2) else 0
    solid = around(rng, rooms, rooms / 4, 4, 80) if schools else 0
    teachers = around(rng, staff, staff / 4, 5, 150) if schools else 0
    minority, qualified = round(teachers * share * rng.uniform(0.3, 1)), teachers
    if teachers and happens(rng, 0.6):
        qualified -= between(rng, 0, teachers // 4)
    return {
        "level": str(line),
        "school_count": str(schools),
        "site_count": str(between(rng, 0, sites) if schools else 0),
        "solid_rooms": str(solid),
        "semi_solid_rooms": str(between(rng, 0, solid // 3)),
        "temporary_rooms": str(between(rng, 0, 3) if schools and happens(rng, 0.2) else 0),
        "teachers": str(teachers),
        "minority_teachers": str(minority),
        "qualified_teachers": str(qualified),
        "qualified_minority_teachers": str(_both(rng, minority, qualified, teachers)),
    }


def _both(rng: Random, some: int, others: int, among: int) -> int:
    """How many are of both: not fewer than the two counts leave room for."""
    return between(rng, max(0, some + others - among), min(some, others))


def _health(rng: Random, share: float, some: _Some) -> Answers:
    station = happens(rng, 0.96)
    answers: Answers = {"has_station": _yes(station)}
    if station:
        staff = {
            "doctors": between(rng, 0, 2),
            "assistant_doctors": between(rng, 1, 3),
            "nurses": between(rng, 0, 3),
            "midwives": between(rng, 0, 2),
        }
        answers["station_building"] = "1" if happens(rng, 0.9) else pick(rng, ("2", "3"))
        answers |= {name: str(count) for name, count in staff.items()}
        answers["minority_health_staff"] = str(round(sum(staff.values()) * share))
    answers["national_standard"] = _yes(station and happens(rng, 0.75))
    answers["villages_health_worker"] = some.most()
    answers["villages_midwife"] = some.few()
    return answers


def _environment(rng: Random, households: int, some: _Some) -> Answers:
    schemes = between(rng, 0, 6) if happens(rng, 0.7) else 0
    answers: Answers = {
        "villages_waste": some.few(),
        "waste_treatment": pick(rng, ("1", "2", "3")),
        "water_schemes": str(schemes),
    }
    if schemes:
        answers["scheme_households"] = str(between(rng, households // 10, households))
    return answers


def _economy(rng: Random) -> Answers:
    return {
        "markets": str(between(rng, 0, 2)),
        "industrial_clusters": "1" if happens(rng, 0.06) else "0",
        "industrial_zones": "1" if happens(rng, 0.02) else "0",
        "processing_plants": str(between(rng, 1, 4) if happens(rng, 0.2) else 0),
    }


def _post(rng: Random, line: int, share: float) -> Answers:
    count = 0 if line == 2 and happens(rng, 0.05) else between(rng, *CADRE_POSTS[line - 1])
    answers: Answers = {"post": str(line), "cadre_count": str(count)}
    if count == 0:
        return answers
    women = between(rng, 0, max(1, count // 2))
    minority = round(count * share)
    schooled = count - between(rng, 0, count // 5)
    college = between(rng, schooled // 2, schooled)
    return answers | {
        "cadre_women": str(women),
        "cadre_minority": str(minority),
        "cadre_minority_women": str(_both(rng, women, minority, count)),
        "cadre_upper_secondary": str(schooled),
        "cadre_intermediate": str(between(rng, 0, count - college)),
        "cadre_college": str(college),
        "cadre_political": str(between(rng, count // 2, count)),
        "cadre_computing": str(between(rng, count // 2, count)),
        "cadre_foreign_language": str(between(rng, 0, count // 2)),
        "cadre_ethnic_language": str(between(rng, minority // 2, minority)),
    }


def _religion(rng: Random, inhabitants: int) -> Answers:
    places = between(rng, 0, 3)
    followers = round(inhabitants * rng.uniform(0.005, 0.2)) if places else between(rng, 0, 40)
    return {
        "religious_places": str(places),
        "belief_places": str(between(rng, 0, 6)),
        "followers": str(followers),
        "clergy": str(min(followers, between(rng, 0, 3) * places)),
    }


def _poverty(rng: Random, groups: dict[str, int], share: float) -> Answers:
    return {
        "group_count": str(len(groups)),
        "ethnic_group": [
            _group(rng, line, group, count, share)
            for line, (group, count) in enumerate(groups.items(), start=1)
        ],
    }


def _group(rng: Random, line: int, group: str, count: int, share: float) -> Answers:
    """The Kinh of the mountains are seldom poor; some group always has somebody who is."""
    poor = round(count * rng.uniform(share / 2, share) * (0.2 if group == KINH else 1))
    poor = max(poor, 1 if line == 1 else 0)
    return {
        "group_line": str(line),
        "group_ethnicity": group,
        "group_households": str(count),
        "poor_households": str(poor),
        "near_poor_households": str(between(rng, 0, (count - poor) // 4)),
    }


def _social(rng: Random) -> Answers:
    """Asked, and not always known."""
    asked = (
        ("child_marriages", 6),
        ("consanguineous_marriages", 1),
        ("drug_users", 25),
        ("trafficked_people", 1),
    )
    return {name: str(between(rng, 0, most)) for name, most in asked if happens(rng, 0.85)}


def _yes(said: bool) -> str:
    return YES if said else NO
