"""In which language an interview was held, and who interpreted.

Kinh households are interviewed in Vietnamese. Many a household of another people answers in its own
language, the more so the further its villages lie from the roads; somebody of the household or of
the village interprets unless the enumerator speaks the language.
"""

from random import Random

from survey_server.simulator.draws import Weighted, happens
from survey_server.simulator.names import KINH
from survey_server.simulator.schooling import DISTANT_GROUPS

VIETNAMESE, ETHNIC, BOTH = "1", "2", "3"
NO_INTERPRETER, OF_THE_HOUSEHOLD, FROM_OUTSIDE = "1", "2", "3"
# Codes that name no people with a language of its own: foreigner, not determined.
UNNAMED = frozenset({"55", "99"})
LANGUAGES = Weighted({VIETNAMESE: 80, BOTH: 14, ETHNIC: 6})
DISTANT_LANGUAGES = Weighted({VIETNAMESE: 45, BOTH: 30, ETHNIC: 25})
INTERPRETERS = Weighted({NO_INTERPRETER: 40, OF_THE_HOUSEHOLD: 25, FROM_OUTSIDE: 35})

Answers = dict[str, object]


def conversation(rng: Random, ethnicity: str) -> Answers:
    language = _language(rng, ethnicity)
    answers: Answers = {"interview_language": language}
    if language == VIETNAMESE:
        answers["interpreter"] = NO_INTERPRETER
        return answers
    answers["interview_ethnic_language"] = ethnicity
    helped = language == ETHNIC or happens(rng, 0.5)
    answers["interpreter"] = INTERPRETERS.draw(rng) if helped else NO_INTERPRETER
    return answers


def _language(rng: Random, ethnicity: str) -> str:
    if ethnicity == KINH or ethnicity in UNNAMED:
        return VIETNAMESE
    return (DISTANT_LANGUAGES if ethnicity in DISTANT_GROUPS else LANGUAGES).draw(rng)
