"""Mistakes in the commune form of the survey of the 53 ethnic minorities."""

from random import Random

from survey_server.simulator.draws import pick
from survey_server.simulator.names import KINH
from survey_server.simulator.planting.slips import Expected, Slip, counted, put, told_needlessly
from survey_server.simulator.planting.spots import Tree, spots

POPULATION = "situation/population"

CONSTRAINTS: tuple[Slip, ...] = (
    put("constraint", "identification/phone", "09", "0912 345 678"),
    put("constraint", "identification/terrain", "1 6", "6 2 3"),
    put("constraint", "situation/centres/distance_province_centre", "601", "40.25"),
    put("constraint", "situation/economy/markets", "-1", "51"),
    counted(
        "constraint",
        f"{POPULATION}/hard_villages",
        lambda population, _: int(population["village_count"]) + 1,
    ),
    counted(
        "constraint",
        "situation/schools/school_level/minority_teachers",
        lambda level, _: int(level["teachers"]) + 2,
    ),
)
NOT_RELEVANT: tuple[Slip, ...] = (
    told_needlessly("situation/environment/scheme_households", "10"),
    told_needlessly("situation/health/doctors", "1"),
    told_needlessly("situation/cadres/cadre_post/cadre_women", "0"),
)


def _row_left_out(rng: Random, answers: Tree) -> Expected:
    """The last level of school or the last group of posts."""
    group, table = pick(rng, (("schools", "school_level"), ("cadres", "cadre_post")))
    del answers["situation"][group][table][-1]
    return "repeat_count", f"situation/{group}/{table}"


def _group_left_out(_: Random, answers: Tree) -> Expected:
    poverty = answers["situation"]["poverty"]
    poverty["group_count"] = str(len(poverty["ethnic_group"]) + 1)
    return "repeat_count", "situation/poverty/ethnic_group"


REPEAT_COUNT: tuple[Slip, ...] = (_row_left_out, _group_left_out)


def _same_group_again(_: Random, answers: Tree) -> Expected | None:
    """The Kinh stay the Kinh, so that the minorities' households do not become more."""
    groups = answers["situation"]["poverty"]["ethnic_group"]
    for number, group in enumerate(groups[1:], start=2):
        if group["group_ethnicity"] != KINH:
            group["group_ethnicity"] = groups[0]["group_ethnicity"]
            return "COM03", f"situation/poverty/ethnic_group[{number}]/group_ethnicity"
    return None


def _fewer_people_than_households(_: Random, answers: Tree) -> Expected | None:
    population = answers["situation"]["population"]
    households = int(population["minority_households"])
    if households == 0:
        return None
    population["minority_inhabitants"] = str(households - 1)
    return "COM06", f"{POPULATION}/minority_inhabitants"


def _teachers_without_school(rng: Random, answers: Tree) -> Expected | None:
    path = ("situation", "schools", "school_level", "teachers")
    without = [
        one
        for one in spots(answers, path)
        if one.entry["school_count"] == one.entry["site_count"] == "0"
    ]
    if not without:
        return None
    spot = pick(rng, without)
    spot.entry["teachers"] = "5"
    return "COM08", spot.path


def _degrees_without_school(rng: Random, answers: Tree) -> Expected | None:
    path = ("situation", "cadres", "cadre_post", "cadre_college")
    found = [one for one in spots(answers, path) if one.entry.get(one.name, "0") != "0"]
    if not found:
        return None
    spot = pick(rng, found)
    spot.entry["cadre_upper_secondary"] = str(int(spot.entry["cadre_college"]) - 1)
    return "COM13", spot.path


def _crowded(population: Tree, _: Tree) -> int:
    return 9 * int(population["households"])


ERRORS: tuple[Slip, ...] = (
    _same_group_again,
    _fewer_people_than_households,
    _teachers_without_school,
)
WARNINGS: tuple[Slip, ...] = (
    _degrees_without_school,
    counted("COM05", f"{POPULATION}/inhabitants", _crowded),
    put("COM07", "situation/centres/distance_district_centre", "290.5", "300"),
)
