"""Problems are told in both languages, and in both they say the same."""

import string
import unicodedata

import pytest

from survey_server.domain.forms.checking.expression_words import KINDS
from survey_server.domain.forms.checking.syntax_words import in_vietnamese
from survey_server.domain.forms.checking.wording import WORDS, sentences
from survey_server.domain.logic import XPathSyntaxError, compile_expression


def _braces(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(WORDS))
def test_both_languages_say_the_same_of_a_problem(code: str) -> None:
    vietnamese, english = WORDS[code]
    assert vietnamese != english
    assert _braces(vietnamese) == _braces(english)
    for text in (vietnamese, english):
        assert unicodedata.is_normalized("NFC", text)
        assert text.endswith((".", "{way}", "{sentence}"))


def test_every_kind_of_answer_has_its_words() -> None:
    assert all(vietnamese != english for vietnamese, english in KINDS.values())


def test_a_name_of_the_form_with_braces_is_quoted_as_it_is() -> None:
    told = sentences("unknown_reference", {"name": "{0} {nearest}"})
    assert "{0} {nearest}" in told["vi"]


@pytest.mark.parametrize(
    "expression",
    [
        "1 +", "1 2", "(1", "a[1", "f(1", "f(1 2)", "a/", "a/ =", "/a::b", "b::c", "text()/x",
        "a/text()", "$a", "a & b", "'open", "= 1", "1 = = 2", "(" * 120, "-" + "-1" * 5 + " +",
        "a" * 20_001, "a/[1]", "@", "1 and", "a//",
    ],
)  # fmt: skip
def test_what_the_parser_says_is_said_in_vietnamese(expression: str) -> None:
    with pytest.raises(XPathSyntaxError) as fault:
        compile_expression(expression)
    assert in_vietnamese(fault.value.sentence) != fault.value.sentence
