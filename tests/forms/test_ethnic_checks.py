"""The survey's checks find what they are for, once, and leave alone what only comes near."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from survey_server.domain.forms.compiling import compile_folder
from survey_server.domain.rules import Rules, rules_of
from tests.forms.as_sent import Tree, as_sent, changed, told
from tests.forms.ethnic_cases import Case
from tests.forms.ethnic_census_cases import CENSUS_CASES
from tests.forms.ethnic_interviews import COMMUNE, HOUSEHOLD
from tests.forms.ethnic_own_cases import OWN_CASES

CASES = [*CENSUS_CASES, *OWN_CASES]
FORMS = Path(__file__).parents[2] / "forms"
HOUSEHOLD_FORM, COMMUNE_FORM = "ethnic_2024_household", "ethnic_2024_commune"


@cache
def rules(form_id: str) -> Rules:
    return rules_of(compile_folder(FORMS / form_id).description)


def told_of_household(tree: Tree, changes: dict[str, Any]) -> list[tuple[str, str]]:
    household = rules(HOUSEHOLD_FORM)
    return told(household, as_sent(household, changed(tree, changes)))


@pytest.mark.parametrize(
    ("form_id", "tree"), [(HOUSEHOLD_FORM, HOUSEHOLD), (COMMUNE_FORM, COMMUNE)]
)
def test_a_sound_interview_has_no_finding(form_id: str, tree: Tree) -> None:
    assert told(rules(form_id), as_sent(rules(form_id), tree)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.check)
def test_a_planted_error_gives_its_finding_and_no_other(case: Case) -> None:
    assert told_of_household(case.start, case.planted) == [(case.check, case.at)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.check)
def test_what_only_comes_near_is_left_alone(case: Case) -> None:
    assert told_of_household(case.start_spared or case.start, case.spared) == []


def test_every_check_of_the_household_has_a_case() -> None:
    checks = [check.id for check in rules(HOUSEHOLD_FORM).logic.description.checks]
    assert sorted(case.check for case in CASES) == sorted(checks)
