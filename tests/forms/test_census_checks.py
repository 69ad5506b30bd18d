"""Every rule of the census finds what it is for, nothing else, and nothing in a sound interview."""

from random import Random

import pytest

from survey_server.domain.forms.parts import Check
from survey_server.domain.logic import compile_expression
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import (
    RESULTS,
    interview,
    visit_without_interview,
)
from survey_server.simulator.mistakes import told_again
from tests.forms.census_cases import CASES, NOBODY, Case
from tests.forms.census_households import GRANDMOTHER, LONG, SHORT, UNIT, base
from tests.forms.filled import WHEN, filled, findings, form, place
from tests.times import times

FORMS = (SHORT, LONG)
# The checks of the 2019 census. EMP01 and EMP02 are about work, which is not asked here; HHS02
# looks at another household.
OF_2019 = """
    PEO01 PEO02 PEO03 PEO04 PEO05 PEO06 PEO07 PEO08 PEO09 PEO10 PEO11 PEO12
    EDU01 EDU02 EDU03 EDU04 EDU05 EDU06 EDU07 MAR01 MAR02 MAR03 MAR04 MAR05 MAR06 MAR07 MAR08
    FER01 FER02 FER03 FER04 FER05 FER06 FER07 FER08 FER09 DEA01 DEA02 DEA03 DEA04 DEA05 DEA06
    HOU01 HOU02 HOU03 HOU04 HOU05 HOU06 HOU07 HOU08 HHS01
""".split()
# Warnings beside an error of the same check, and answers that one id of 2019 covers together.
BESIDE_THEM = "EDU07W FER07W HOU03W HOU05W PEO04Y MAR05A FER09D DEA02M".split()
EVERYBODY = tuple((f"{code:02d}", 1.0) for code in range(1, 55))
PROFILES = (
    Profile(EVERYBODY, urban=True),
    Profile(EVERYBODY),
    Profile(mixed_marriages=0.0),
    Profile((("01", 1.0), ("05", 1.0)), mixed_marriages=0.5),
)
IN_FORMS = [(form_id, case) for case in CASES for form_id in case.forms]


def checks(form_id: str) -> dict[str, Check]:
    return {check.id: check for check in form(form_id).description.checks}


def named(value: object) -> str:
    return f"{value.id}-{value.at}" if isinstance(value, Case) else str(value)


def severity(form_id: str, case: Case) -> str:
    """What is no check of the sheet is an error: something missing, or too many."""
    return "error" if case.held else checks(form_id)[case.id].severity


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("name", ["family", "mother", "pupil", "all_died"])
def test_the_households_that_cases_start_from_have_no_fault(form_id: str, name: str) -> None:
    assert findings(form_id, base(form_id, name)) == ()


@pytest.mark.parametrize(("form_id", "case"), IN_FORMS, ids=named)
def test_a_planted_error_is_found_once_where_it_is_and_nothing_else(
    form_id: str, case: Case
) -> None:
    answers = filled(form_id, base(form_id, case.base), case.broken)
    expected = (case.rule, place(form_id, case.at), severity(form_id, case))
    assert findings(form_id, answers) == (expected,)


@pytest.mark.parametrize(("form_id", "case"), IN_FORMS, ids=named)
def test_what_only_comes_near_is_not_found(form_id: str, case: Case) -> None:
    answers = filled(form_id, base(form_id, case.base), case.near)
    assert findings(form_id, answers) == ()


def test_every_check_of_2019_and_every_second_range_has_a_case() -> None:
    assert {case.id for case in CASES} == {*OF_2019, *BESIDE_THEM}


@pytest.mark.parametrize("form_id", FORMS)
def test_every_check_of_a_form_has_a_case_in_that_form(form_id: str) -> None:
    assert set(checks(form_id)) == {
        case.id for case in CASES if form_id in case.forms and not case.held
    }


def test_a_household_without_members_that_lost_somebody_is_no_mistake() -> None:
    lost = NOBODY | {"any_death": "1", "death_count": "1"}
    answers = filled(LONG, base(LONG, "pupil"), lost)
    answers["deaths"]["death"] = [GRANDMOTHER]
    assert findings(LONG, filled(LONG, answers, {})) == ()


def test_somebody_who_lives_alone_may_not_cook() -> None:
    assert findings(LONG, filled(LONG, base(LONG, "pupil"), {"cooking": "6"})) == ()


@pytest.mark.parametrize(
    ("code", "usual", "young", "old"),
    [("1", 5, None, 7), ("2", 6, None, 8), ("3", 10, 5, 15), ("4", 14, 9, 19), ("5", 17, 13, 23),
     ("6", 18, 14, None), ("7", 19, 14, None), ("8", 20, 16, None), ("9", 21, 16, None),
     ("10", 25, 20, None), ("11", 28, 22, None)],
)  # fmt: skip
def test_a_level_far_from_the_age_is_a_warning(
    code: str, usual: int, young: int | None, old: int | None
) -> None:
    condition = "EDU02"
    assert condition not in rules_at_school(code, usual)
    if young is not None:
        assert condition in rules_at_school(code, young)
        assert condition not in rules_at_school(code, young + 1)
    if old is not None:
        assert condition in rules_at_school(code, old)
        assert condition not in rules_at_school(code, old - 1)


def rules_at_school(level: str, age: int) -> set[str]:
    """Of a relative of the head who attends this level at this age."""
    changes = {
        "relation@3": "6",
        "birth_month@3": "1",
        "birth_year@3": str(2024 - age),
        "level_now@3": level,
        "marital_status@3": "1",
        "grade_completed@3": {"3": "3", "4": "7", "5": "9"}.get(level, "12"),
    }
    return {rule for rule, _, _ in findings(SHORT, filled(SHORT, base(SHORT, "family"), changes))}


# Level attended: levels completed that go with it.
FITTING = {
    "3": "1", "4": "2 5", "5": "3 5 6", "6": "1 2 3 4 5 6 7 8 9 10", "7": "3 4 5 6 7 8 9 10",
    "8": "4 5 6 7 8 9 10", "9": "4 5 6 7 8 9 10", "10": "8 9 10", "11": "8 9 10",
}  # fmt: skip


@pytest.mark.parametrize("attended", sorted(FITTING, key=int))
def test_a_level_completed_that_does_not_go_with_the_level_attended_is_a_warning(
    attended: str,
) -> None:
    fitting = set()
    for completed in map(str, range(1, 11)):
        changes = {
            "attendance@2": "1",
            "level_now@2": attended,
            "level_completed@2": completed,
            "grade_completed@2": {"3": "3", "4": "7", "5": "9"}.get(attended, "12"),
        }
        found = findings(SHORT, filled(SHORT, base(SHORT, "family"), changes))
        if "EDU04" not in {rule for rule, _, _ in found}:
            fitting.add(completed)
    assert fitting == set(FITTING[attended].split())


@pytest.mark.parametrize("form_id", FORMS)
def test_every_condition_is_an_expression_without_a_doubtful_call(form_id: str) -> None:
    for check in checks(form_id).values():
        assert compile_expression(check.condition).remarks == [], check.id


@pytest.mark.parametrize("form_id", FORMS)
def test_every_check_speaks_both_languages_in_short(form_id: str) -> None:
    for check in checks(form_id).values():
        assert check.messages.keys() == {"vi", "en"}, check.id
        assert all(0 < len(message) < 180 for message in check.messages.values()), check.id


def test_a_check_of_both_forms_is_the_same_in_both() -> None:
    long = checks(LONG)
    # Only the long form asks about deaths, which may explain an empty household.
    assert {check_id for check_id, check in checks(SHORT).items() if check != long[check_id]} == {
        "HHS01"
    }


@pytest.mark.parametrize("form_id", FORMS)
def test_sound_interviews_have_no_finding(form_id: str) -> None:
    rng = Random(31)
    for number in range(times(100)):
        met = household(rng, PROFILES[number % len(PROFILES)])
        for told in (met, told_again(rng, met, "Thôn 2")):
            assert findings(form_id, interview(rng, form_id, told, UNIT, WHEN)) == ()


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("result", sorted(set(RESULTS) - {"interviewed"}))
def test_visits_without_interview_have_no_finding(form_id: str, result: str) -> None:
    rng = Random(32)
    for number in range(times(20)):
        met = household(rng, PROFILES[number % len(PROFILES)])
        answers = visit_without_interview(rng, form_id, result, met, UNIT, WHEN)
        assert findings(form_id, answers) == ()
