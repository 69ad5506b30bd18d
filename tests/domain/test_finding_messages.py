"""A finding speaks to a person in both languages, in the form's words where it has some."""

import unicodedata

import pytest

from survey_server.domain.forms import FormDescription
from survey_server.domain.forms.checks import BUILT_IN
from survey_server.domain.rules.messages import label_of, messages_of
from tests.simulator.test_interviews import description


@pytest.fixture(scope="module")
def long() -> FormDescription:
    return description("census_2024_long")


@pytest.mark.parametrize("rule", sorted(BUILT_IN))
def test_every_rule_of_ours_has_words_in_both_languages(long: FormDescription, rule: str) -> None:
    said = messages_of(long, rule, "nowhere", {}, {})
    assert said.keys() == {"vi", "en"}
    assert all(text != rule and unicodedata.is_normalized("NFC", text) for text in said.values())


def test_a_constraint_speaks_in_the_words_of_the_form(long: FormDescription) -> None:
    said = messages_of(long, "constraint", "person[3]/birth_month", {}, {})
    question = long.question("person/birth_month")
    assert said == question.constraint_messages
    assert said["vi"] != said["en"]


def test_a_check_names_the_answers_it_has_read(long: FormDescription) -> None:
    said = messages_of(
        long,
        "PEO05",
        "person[1]/birth_year",
        {"person/full_name": "Lò Thị Mây", "person/age": "12"},
        {"PEO05": {"vi": "${full_name} mới ${age} tuổi", "en": "${full_name}, ${missing}"}},
    )
    assert said == {"vi": "Lò Thị Mây mới 12 tuổi", "en": "Lò Thị Mây, …"}


def test_the_place_of_a_finding_is_called_what_the_form_calls_it(long: FormDescription) -> None:
    assert label_of(long, "person[2]/sex") == long.question("person/sex").labels
    assert label_of(long, "gone") == {}
