"""Meta: the part of an interview that is about the interview, and is open-ended.

Every interview has it, whether the form says so or not; an entry of a repeat that makes an entity
has one of its own. Clients add to it what the form does not know: attributes of entities, audits,
the id of the version that is replaced, and the warnings that the enumerator confirmed.
"""

from survey_server.domain.forms.parts import Path, Question

META = "meta"
# Warnings confirmed, each an object of these texts.
CONFIRMED = "confirmed"
CONFIRMED_TEXTS = ("rule", "path", "reason")
MOST_CONFIRMED = 200
LONGEST_CONFIRMED = 500


def is_open_ended(path: Path) -> bool:
    return META in path


def is_carried(question: Question) -> bool:
    """Blank in the form's instance, but filled by clients: an entity is all attributes."""
    return question.path == (META,) or (is_open_ended(question.path) and question.name == "entity")
