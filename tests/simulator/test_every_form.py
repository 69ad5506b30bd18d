"""What a careful enumerator brings home has no finding: no rule of a form, no check, no warning."""

import json
import unicodedata
from collections.abc import Iterator

import pytest

from survey_server.domain.answers import household_of, read_answers
from survey_server.domain.forms.meta import META
from survey_server.simulator.interviews import LONG, SHORT
from survey_server.simulator.minorities.interviews import ETHNIC_HOUSEHOLD
from tests.simulator.made_up import (
    FORMS,
    complete,
    description,
    judged,
    of_kinh_only,
    questions_answered,
    results_of,
    without_interview,
)
from tests.simulator.test_interviews import leaves
from tests.times import times

# What tablets write of themselves, and what enumerators of the census leave blank here.
# Simulated tablets know the household's code; choosing it from a list is for ODK Collect.
CHOSEN = ("identification", "listed_household")
LEFT_BLANK = {(META, "instanceID"), (META, "instanceName"), CHOSEN}
OF_THE_CENSUS_LEFT_BLANK = {("identification", "village"), ("remarks",)}


@pytest.mark.parametrize("form_id", FORMS)
def test_complete_interviews_have_no_finding(form_id: str) -> None:
    for answers in complete(form_id, times(100)):
        assert judged(form_id, answers) == ()


@pytest.mark.parametrize(
    ("form_id", "result"),
    [(form_id, result) for form_id in FORMS for result in sorted(results_of(form_id))],
)
def test_visits_with_any_other_result_have_no_finding(form_id: str, result: str) -> None:
    for answers in without_interview(form_id, result, times(12)):
        assert judged(form_id, answers) == ()
        if "household_size" in answers:
            read = household_of(description(form_id), answers)
            assert (read.result, read.persons) == (result, ())


def test_a_household_of_kinh_is_not_asked_further_and_has_no_finding() -> None:
    for answers in of_kinh_only(times(20)):
        assert judged(ETHNIC_HOUSEHOLD, answers) == ()
        assert not {"person", "land", "services"} & set(answers)
        assert household_of(description(ETHNIC_HOUSEHOLD), answers).complete


@pytest.mark.parametrize("form_id", FORMS)
def test_every_question_is_answered_in_some_interview(form_id: str) -> None:
    asked = {one.path for one in description(form_id).questions() if not one.is_note}
    of_the_census = OF_THE_CENSUS_LEFT_BLANK if form_id in (SHORT, LONG) else set()
    expected = asked - LEFT_BLANK - of_the_census
    answered = set[tuple[str, ...]]()
    for number, told in enumerate(_of_all_kinds(form_id)):
        answered.update(questions_answered(told))
        if number >= times(300) and answered == expected:
            break
    assert answered == expected


def _of_all_kinds(form_id: str) -> Iterator[dict[str, object]]:
    for result in sorted(results_of(form_id)):
        yield from without_interview(form_id, result, 300)
    yield from complete(form_id, 1500)


@pytest.mark.parametrize("form_id", FORMS)
def test_the_same_seed_makes_the_same_interviews(form_id: str) -> None:
    def told(seed: int) -> str:
        return json.dumps(list(complete(form_id, 15, seed)), ensure_ascii=False)

    assert told(4) == told(4)
    assert told(4) != told(5)


@pytest.mark.parametrize("form_id", FORMS)
def test_every_leaf_is_text_in_nfc_and_nothing_is_blank(form_id: str) -> None:
    for answers in complete(form_id, 40):
        for text in leaves(answers):
            assert isinstance(text, str)
            assert text
            assert unicodedata.is_normalized("NFC", text)


def test_the_household_that_is_read_is_the_one_that_was_told() -> None:
    for answers in complete(ETHNIC_HOUSEHOLD, 100):
        read = household_of(description(ETHNIC_HOUSEHOLD), answers)
        persons = answers["person"]
        assert isinstance(persons, list)
        assert (read.result, read.complete, read.size) == ("interviewed", True, len(persons))
        assert [one.name for one in read.persons] == [one["full_name"] for one in persons]
        assert [str(one.age) for one in read.persons] == [one["age"] for one in persons]
        assert read_answers(description(ETHNIC_HOUSEHOLD), answers).findings == ()
