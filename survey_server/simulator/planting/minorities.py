"""Mistakes in the household form of the survey of the 53 ethnic minorities."""

from random import Random

from survey_server.simulator.draws import between, pick
from survey_server.simulator.names import KINH
from survey_server.simulator.planting import census
from survey_server.simulator.planting.slips import (
    Expected,
    Slip,
    counted,
    drawn,
    put,
    told_needlessly,
)
from survey_server.simulator.planting.spots import Tree, spots

YES, NO = "1", "2"
READS_AND_WRITES = "3"
# Districts of Hà Nội and of Thành phố Hồ Chí Minh.
DISTRICTS = {"01": "760", "other": "001"}


def _size(answers: Tree) -> int:
    return int(answers["household_size"])


def _has_spouse_here(marriage: Tree) -> bool:
    return bool(marriage.get("spouse_line", "0") != "0")


def _speaks_own(languages: Tree) -> bool:
    return bool(languages.get("own_language") == YES)


def _had_care(maternity: Tree) -> bool:
    return bool(maternity["antenatal_care"] == YES)


CONSTRAINTS: tuple[Slip, ...] = (
    put("constraint", "identification/phone", "09", "0912 345 678", "không có"),
    put("constraint", "identification/village", "1", "12a"),
    put("constraint", "person/other_name", "Tư 2", "Na (bé)?", "@Bi"),
    put("constraint", "person/employment/main_job/occupation_code", "61", "61112", "6a11"),
    put("constraint", "person/woman/maternity_care/antenatal_visits", "0", "31", where=_had_care),
    put("constraint", "person/languages/own_script", "4", where=_speaks_own),
    put("constraint", "land/land_taken_in", "-1", "2000001"),
    put("constraint", "livestock/buffaloes", "-2", "501"),
    put("constraint", "services/distances/distance_market", "3.25", "201"),
    counted("constraint", "residence/registered_here", lambda _, all_: _size(all_) + 1),
    counted(
        "constraint",
        "person/marriage/spouse_line",
        lambda _, all_: _size(all_) + 3,
        where=_has_spouse_here,
    ),
)

NOT_RELEVANT: tuple[Slip, ...] = (
    told_needlessly("person/age_stated", "30"),
    told_needlessly("person/religion", "1"),
    told_needlessly("person/other_ethnicity", "02"),
    told_needlessly("person/culture/knows_songs", "1"),
    told_needlessly("person/languages/vietnamese_skill", "3"),
    told_needlessly("person/woman/ever_given_birth", "2"),
    told_needlessly("person/employment/worked_7_days", "1"),
    told_needlessly("person/health_insurance/card_used", "1"),
    told_needlessly("person/education/no_school_reason", "1"),
    told_needlessly("person/marriage/spouse_ethnicity", "08"),
    told_needlessly("deaths/death_count", "1"),
    told_needlessly("dwelling/representative_name", "Giàng A Páo"),
    told_needlessly("land/land_certificate", "1"),
)


def _kinh_among_the_others(rng: Random, answers: Tree) -> Expected | None:
    """The list of the other ethnic groups leaves out the Kinh."""
    found = [one for one in spots(answers, ("person", "other_ethnicity")) if one.answered]
    spot = drawn(rng, found)
    if spot is None:
        return None
    spot.entry.update(other_ethnicity=KINH, ethnicity=KINH)
    return "not_offered", spot.path


def _district_of_another_province(rng: Random, answers: Tree) -> Expected | None:
    path = ("person", "migration", "district_5y")
    spot = drawn(rng, [one for one in spots(answers, path) if one.answered])
    if spot is None:
        return None
    spot.entry["district_5y"] = DISTRICTS.get(spot.entry["province_5y"], DISTRICTS["other"])
    return "not_offered", spot.path


NOT_OFFERED: tuple[Slip, ...] = (_kinh_among_the_others, _district_of_another_province)


def _somebody_not_listed(rng: Random, answers: Tree) -> Expected:
    residence, more = answers["residence"], between(rng, 1, 3)
    residence["temporarily_absent"] = str(int(residence["temporarily_absent"]) + more)
    answers["household_size"] = str(_size(answers) + more)
    return "repeat_count", "person"


def _death_not_listed(_: Random, answers: Tree) -> Expected | None:
    deaths = answers["deaths"]
    if "death_count" not in deaths:
        return None
    deaths["death_count"] = str(int(deaths["death_count"]) + 1)
    return "repeat_count", "deaths/death"


REPEAT_COUNT: tuple[Slip, ...] = (_somebody_not_listed, _death_not_listed)


def _reads_and_is_illiterate(rng: Random, answers: Tree) -> Expected | None:
    path = ("person", "education", "literacy_check", "literate")
    answered = [one for one in spots(answers, path) if one.entry.get(one.name) == NO]
    spot = drawn(rng, answered)
    if spot is None:
        return None
    line = int(spot.place.split("]")[0].removeprefix("person["))
    answers["person"][line - 1]["languages"]["vietnamese_skill"] = READS_AND_WRITES
    return "DTS06", spot.path


def _unused_internet(_: Random, answers: Tree) -> Expected:
    answers["dwelling"]["assets"]["has_internet"] = YES
    answers["services"]["uses_internet"] = NO
    return "DTS26", "services/uses_internet"


def _many_animals(rng: Random, answers: Tree) -> Expected:
    name, most = pick(rng, (("buffaloes", 50), ("horses", 30), ("goats", 200), ("pigs", 300)))
    answers["livestock"][name] = str(most + between(rng, 1, 20))
    return "DTS23", "livestock/poultry"


def _has_land(land: Tree) -> bool:
    return bool(land["residential_land"] != "0")


ERRORS: tuple[Slip, ...] = (*census.ERRORS, _reads_and_is_illiterate)
WARNINGS: tuple[Slip, ...] = (
    *census.WARNINGS,
    _unused_internet,
    _many_animals,
    put("DTS19", "land/residential_land", "5", "25000", where=_has_land),
    put("DTS25", "services/distances/distance_primary", "20.5", "45"),
)
