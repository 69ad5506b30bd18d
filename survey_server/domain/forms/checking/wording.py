"""Every problem of a form in the two languages of its author: what is wrong, and what to do.

One table: code -> (Vietnamese, English). Words in braces come from the form.
"""

from collections.abc import Mapping

from survey_server.domain.forms.checking.expression_words import EXPRESSIONS
from survey_server.domain.forms.checking.sheet_words import SHEETS

WORDS: Mapping[str, tuple[str, str]] = {**SHEETS, **EXPRESSIONS}

# A suggestion is added to a sentence, if there is one.
_NEAREST = (" Có phải là {nearest}?", " Did you mean {nearest}?")
_LONGEST_QUOTE = 400


def sentences(code: str, words: Mapping[str, object]) -> dict[str, str]:
    """`words` may hold a pair (vi, en), where a word differs between the languages."""
    told = {"vi": _sentence(code, 0, words), "en": _sentence(code, 1, words)}
    nearest = words.get("nearest")
    if nearest:
        told["vi"] += _NEAREST[0].format(nearest=nearest)
        told["en"] += _NEAREST[1].format(nearest=nearest)
    return told


def _sentence(code: str, language: int, words: Mapping[str, object]) -> str:
    return WORDS[code][language].format_map(
        {name: _word(word, language) for name, word in words.items()}
    )


def _word(word: object, language: int) -> str:
    text = str(word[language] if isinstance(word, tuple) else word)
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
