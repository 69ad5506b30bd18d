"""The survey's checks find what they are for, once, and leave alone what only comes near."""

from functools import cache
from pathlib import Path

import pytest

from survey_server.domain.answers import read_answers
from survey_server.domain.answers.household import household_of
from survey_server.domain.forms.compiling import compile_folder
from survey_server.domain.rules import Rules, rules_of
from tests.forms.as_sent import Changes, Tree, as_sent, changed, findings, told
from tests.forms.ethnic_cases import HEAD, WIFE, Case
from tests.forms.ethnic_census_cases import CENSUS_CASES
from tests.forms.ethnic_commune_cases import CASES_OF_A_COMMUNE, GROUPS, LEVELS, POPULATION, POSTS
from tests.forms.ethnic_interviews import COMMUNE, HOUSEHOLD
from tests.forms.ethnic_own_cases import OWN_CASES
from tests.forms.reference_time import moved

FORMS = Path(__file__).parents[2] / "forms"
HOUSEHOLD_FORM, COMMUNE_FORM = "ethnic_2024_household", "ethnic_2024_commune"
CASES = [*CENSUS_CASES, *OWN_CASES, *CASES_OF_A_COMMUNE]


@cache
def rules(form_id: str) -> Rules:
    return rules_of(compile_folder(FORMS / form_id).description)


def rules_for(tree: Tree) -> Rules:
    return rules(HOUSEHOLD_FORM if "person" in tree else COMMUNE_FORM)


def sent(tree: Tree, changes: Changes) -> Tree:
    return as_sent(rules_for(tree), changed(tree, changes))


def told_of(tree: Tree, changes: Changes) -> list[tuple[str, str]]:
    return told(rules_for(tree), sent(tree, changes))


@pytest.mark.parametrize("tree", [HOUSEHOLD, COMMUNE], ids=[HOUSEHOLD_FORM, COMMUNE_FORM])
def test_a_sound_interview_has_no_finding(tree: Tree) -> None:
    assert told_of(tree, {}) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.check)
def test_a_planted_error_gives_its_finding_and_no_other(case: Case) -> None:
    assert told_of(case.start, case.planted) == [(case.check, case.at)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.check)
def test_what_only_comes_near_is_left_alone(case: Case) -> None:
    assert told_of(case.start_spared or case.start, case.spared) == []


def test_every_check_has_a_case() -> None:
    checks = [
        check.id
        for form_id in (HOUSEHOLD_FORM, COMMUNE_FORM)
        for check in rules(form_id).logic.description.checks
    ]
    assert sorted(case.check for case in CASES) == sorted(checks)


def test_a_check_of_the_census_is_the_same_here_but_for_the_reference_time() -> None:
    census = compile_folder(FORMS / "census_2024_long").description.checks
    here = {check.id: check for check in rules(HOUSEHOLD_FORM).logic.description.checks}
    assert [check.id for check in census if check.id not in here] == []
    assert [check.id for check in census if moved(repr(check)) != repr(here[check.id])] == []


@pytest.mark.parametrize(
    ("ethnicity", "sex", "name", "doubted"),
    [
        ("11", "1", "Y Moan Ênuôl", False),
        ("11", "2", "Y Moan Ênuôl", True),
        ("11", "2", "H'Hen Niê", False),
        ("20", "1", "h’Hen Bkrông", True),
        ("10", "1", "Rơ Lan Hop", False),
        ("16", "2", "Y Chin", False),
        ("16", "1", "Y Chin", True),
        ("12", "2", "A Chin", True),
        ("22", "1", "Điểu K'Ré", False),
        ("22", "2", "ĐIỂU K'RÉ", True),
        ("22", "1", "Thị Mai", True),
        ("28", "2", "K'Brếu", True),
        ("28", "1", "Ka Thị", True),
        ("34", "2", "Ya Thương", True),
        ("34", "1", "Ya Thương", False),
        ("53", "1", "Nàng Kim", True),
        ("08", "2", "Giàng A Páo", True),
        ("08", "1", "Giàng A Páo", False),
        ("08", "1", "THÀO THỊ MỶ", True),
        ("02", "1", "Ma Văn A", False),
    ],
)
def test_a_name_that_marks_the_other_sex_is_asked_about(
    ethnicity: str, sex: str, name: str, doubted: bool
) -> None:
    everybody = {f"person[{line}]/other_ethnicity": ethnicity for line in range(1, 5)}
    language = {"interview/spoken_language": ethnicity}
    who = HEAD if sex == "1" else WIFE
    found = told_of(HOUSEHOLD, {**everybody, **language, f"{who}/full_name": name})
    assert found == ([("DTS17", f"{who}/full_name")] if doubted else [])


@pytest.mark.parametrize(
    ("path", "answer", "rule"),
    [
        ("land/residential_land", "-1", "constraint"),
        ("land/land_lent_out", "13000.5", "constraint"),
        ("services/distances/distance_market", "200.1", "constraint"),
        ("services/distances/distance_market", "4.25", "constraint"),
        ("services/distances/distance_hospital", "200", None),
        (f"{HEAD}/marriage/spouse_line", "1", "constraint"),
        (f"{HEAD}/employment/main_job/occupation_code", "611", "constraint"),
        (f"{HEAD}/languages/own_script", "4", "constraint"),
        (f"{HEAD}/full_name", "Rơ-Ông", None),
        (f"{WIFE}/woman/maternity_care/antenatal_visits", "0", "constraint"),
    ],
)
def test_an_answer_of_a_household_keeps_within_bounds(
    path: str, answer: str, rule: str | None
) -> None:
    assert told_of(HOUSEHOLD, {path: answer}) == ([(rule, path)] if rule else [])


@pytest.mark.parametrize(
    ("path", "answer", "holds"),
    [
        (f"{POPULATION}/hard_villages", "10", False),
        (f"{POPULATION}/hard_villages", "9", True),
        ("situation/infrastructure/villages_grid", "10", False),
        ("situation/infrastructure/villages_other_power", "3", False),
        ("situation/infrastructure/villages_paved_road", "10", False),
        ("situation/culture_houses/villages_culture_house", "10", False),
        ("situation/health/villages_health_worker", "10", False),
        ("situation/media/villages_internet", "10", False),
        ("situation/health/minority_health_staff", "6", False),
        ("situation/health/minority_health_staff", "5", True),
        (f"{LEVELS}[1]/minority_teachers", "11", False),
        (f"{LEVELS}[1]/qualified_minority_teachers", "6", False),
        (f"{LEVELS}[1]/qualified_minority_teachers", "2", False),
        (f"{LEVELS}[1]/qualified_minority_teachers", "5", True),
        (f"{POSTS}[1]/cadre_minority_women", "0", False),
        (f"{POSTS}[1]/cadre_minority_women", "2", True),
        (f"{POSTS}[1]/cadre_college", "4", False),
        (f"{GROUPS}[1]/poor_households", "601", False),
        (f"{GROUPS}[1]/near_poor_households", "361", False),
        (f"{GROUPS}[1]/near_poor_households", "360", True),
    ],
)
def test_parts_of_a_commune_do_not_exceed_the_whole(path: str, answer: str, holds: bool) -> None:
    assert told_of(COMMUNE, {path: answer}) == ([] if holds else [("constraint", path)])


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({f"{HEAD}/kinh_or_other": "1", f"{HEAD}/other_ethnicity": ""}, f"{HEAD}/languages"),
        ({"land/residential_land": "0"}, "land/land_certificate"),
    ],
)
def test_an_answer_that_may_not_be_there_is_found(changes: Changes, path: str) -> None:
    household = rules(HOUSEHOLD_FORM)
    tree = changed(sent(HOUSEHOLD, {}), changes)
    hidden = [one.path for one in findings(household, tree) if one.rule == "not_relevant"]
    assert any(found.startswith(path) for found in hidden)


def test_a_household_without_a_minority_member_ends_at_once() -> None:
    tree = sent(HOUSEHOLD, {"identification/visit_result": "7", "person": []})
    assert tree.keys() - {"meta"} == {"identification", "household_size", "minority_members"}
    assert told(rules(HOUSEHOLD_FORM), tree) == []
    description = rules(HOUSEHOLD_FORM).logic.description
    household = household_of(description, read_answers(description, tree).answers)
    assert (household.result, household.complete) == ("not_eligible", True)
    assert household.persons == ()


def test_a_commune_is_complete_without_persons() -> None:
    description = rules(COMMUNE_FORM).logic.description
    commune = household_of(description, read_answers(description, sent(COMMUNE, {})).answers)
    assert (commune.result, commune.complete) == ("interviewed", True)
    assert (commune.unit, commune.persons) == ("10-080-02674-000-001", ())
