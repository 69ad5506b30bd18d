"""Households, communes and lists are as people in the field would believe them."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from random import Random
from typing import Any

from survey_server.simulator.families import Profile
from survey_server.simulator.listing import HOUSEHOLD_LISTING
from survey_server.simulator.minorities.communes import ETHNIC_COMMUNE
from survey_server.simulator.minorities.households import minority_household, spouses
from survey_server.simulator.minorities.interviews import ETHNIC_HOUSEHOLD
from survey_server.simulator.people import MINORITIES_MONTH, REFERENCE_YEAR, UNKNOWN_YEAR
from tests.simulator.made_up import MINORITIES, complete

Tree = dict[str, Any]


@cache
def interviews(form_id: str) -> tuple[Tree, ...]:
    return tuple(complete(form_id, 1500))


def persons() -> list[Tree]:
    return [one for told in interviews(ETHNIC_HOUSEHOLD) for one in told["person"]]


def answers_to(entries: Iterable[Mapping[str, Any]], group: str, question: str) -> list[str]:
    told = [entry.get(group, {}).get(question) for entry in entries]
    return [answer for answer in told if answer is not None]


def share(answers: list[str], wanted: Callable[[str], bool] | str) -> float:
    matches = wanted if callable(wanted) else wanted.__eq__
    return sum(matches(answer) for answer in answers) / len(answers)


def test_households_are_a_bit_poor_and_mostly_insured() -> None:
    told = interviews(ETHNIC_HOUSEHOLD)
    poverty = answers_to(told, "livelihood", "poverty_status")
    assert 0.12 < share(poverty, "1") < 0.35
    assert 0.04 < share(poverty, "2") < 0.2
    assert 0.85 < share(answers_to(persons(), "health_insurance", "insurance_card"), "1") < 0.99


def test_many_interviews_are_held_in_the_people_s_language_and_some_are_interpreted() -> None:
    told = interviews(ETHNIC_HOUSEHOLD)
    assert 0.15 < share(answers_to(told, "interview", "spoken_language"), lambda x: x != "01") < 0.6
    assert 0.05 < share(answers_to(told, "interview", "interpreter_used"), "1") < 0.35


def test_most_speak_their_own_language_and_few_write_it() -> None:
    assert 0.85 < share(answers_to(persons(), "languages", "own_language"), "1") < 0.99
    assert 0.01 < share(answers_to(persons(), "languages", "own_script"), "3") < 0.15
    assert 0.75 < share(answers_to(persons(), "languages", "vietnamese_skill"), "3") < 0.97


def test_most_of_working_age_work_and_mostly_the_land() -> None:
    work = answers_to(persons(), "employment", "employed")
    assert 0.65 < share(work, "1") < 0.88
    jobs = [one["employment"] for one in persons() if "main_job" in one.get("employment", {})]
    assert 0.5 < share(answers_to(jobs, "main_job", "workplace"), "Hộ gia đình") < 0.9


def test_wives_and_husbands_name_each_other() -> None:
    for told in interviews(ETHNIC_HOUSEHOLD):
        lines = {
            number: int(person["marriage"]["spouse_line"])
            for number, person in enumerate(told["person"], start=1)
            if "spouse_line" in person.get("marriage", {})
        }
        assert all(lines[other] == number for number, other in lines.items() if other)
    outside = answers_to(persons(), "marriage", "spouse_line")
    assert 0.01 < share(outside, "0") < 0.1


def test_cousins_seldom_marry() -> None:
    related = answers_to(persons(), "marriage", "consanguinity")
    assert 0.005 < share(related, lambda x: x in ("2", "3")) < 0.06


def test_spouses_are_of_both_sexes_and_told_one_after_the_other() -> None:
    rng = Random(2)
    for _ in range(500):
        told = minority_household(rng, Profile(MINORITIES)).persons
        for line, other in spouses(told).items():
            assert abs(line - other) == 1
            assert told[line - 1].female != told[other - 1].female


def test_ages_are_those_of_the_first_of_july() -> None:
    rng = Random(3)
    born_in_april_to_june = 0
    for _ in range(500):
        for person in minority_household(rng, Profile(MINORITIES)).persons:
            if person.birth_year == UNKNOWN_YEAR:
                continue
            late = person.birth_year < REFERENCE_YEAR and person.birth_month >= MINORITIES_MONTH
            assert person.age == REFERENCE_YEAR - person.birth_year - int(late)
            born_in_april_to_june += person.birth_month in (4, 5, 6)
    assert born_in_april_to_june > 100


def test_names_are_as_the_peoples_bear_them() -> None:
    rng = Random(4)
    told = [minority_household(rng, Profile(MINORITIES)) for _ in range(3000)]
    everybody = [person for one in told for person in one.persons]
    names = {person.name for person in everybody}
    assert any(" " not in name for name in names)
    for letter in ("'", "ŭ", "ñ", "ă", "ĩ"):
        assert any(letter in name for name in names), letter
    aliases = {person.alias for person in everybody if person.alias}
    assert any(alias.startswith(("Ama ", "Bă ")) for alias in aliases)
    assert any("ĭ" in alias or "ĕ" in alias for alias in aliases)


def test_land_and_animals_are_those_of_farmers() -> None:
    told = interviews(ETHNIC_HOUSEHOLD)
    land = [int(area) for area in answers_to(told, "land", "production_land")]
    assert 5000 < sum(land) / len(land) < 25000
    assert 0.02 < sum(area == 0 for area in land) / len(land) < 0.4
    assert 0.4 < share(answers_to(told, "livestock", "poultry"), lambda x: x != "0") < 0.85


def test_communes_have_schools_cadres_and_several_peoples() -> None:
    situations = [told["situation"] for told in interviews(ETHNIC_COMMUNE)]
    groups = [int(one["poverty"]["group_count"]) for one in situations]
    assert max(groups) >= 5
    assert sum(count > 1 for count in groups) / len(groups) > 0.7
    people = [int(one["population"]["inhabitants"]) for one in situations]
    assert 2000 < sum(people) / len(people) < 12000
    for one in situations:
        cadres = sum(int(post["cadre_count"]) for post in one["cadres"]["cadre_post"])
        assert 20 <= cadres <= 60


def test_most_rows_of_a_list_are_households_and_their_numbers_run() -> None:
    rows = [row for told in interviews(HOUSEHOLD_LISTING) for row in told["listed"]]
    assert 0.85 < share([row["status"] for row in rows], "1") < 0.95
    for told in interviews(HOUSEHOLD_LISTING)[:100]:
        numbers = [row["household_number"] for row in told["listed"] if "household_number" in row]
        assert numbers == [f"{number:03d}" for number in range(1, len(numbers) + 1)]
