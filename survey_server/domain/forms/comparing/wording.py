"""What enumerators read, in the languages that both versions have."""

from collections.abc import Iterator

from survey_server.domain.forms.comparing.difference import Difference
from survey_server.domain.forms.comparing.pairing import Part
from survey_server.domain.forms.comparing.questions import place_of
from survey_server.domain.forms.comparing.rules import texts_between
from survey_server.domain.forms.parts import Question


def words_between(old: Part, new: Part, languages: tuple[str, ...]) -> Iterator[Difference]:
    place = place_of(new)
    if old.number != new.number:
        yield Difference("number_changed", place, old.number, new.number, "words")
    texts = [("label_changed", old.labels, new.labels)]
    if isinstance(old, Question) and isinstance(new, Question):
        texts += [
            ("hint_changed", old.hints, new.hints),
            ("required_message_changed", old.required_messages, new.required_messages),
            ("constraint_message_changed", old.constraint_messages, new.constraint_messages),
        ]
    for kind, before, now in texts:
        yield from texts_between(kind, place, before, now, languages)
    if old.appearance != new.appearance:
        yield Difference("appearance_changed", place, old.appearance, new.appearance, "words")
