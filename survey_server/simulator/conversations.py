"""In which language an interview was held, and whether somebody interpreted.

Kinh households are interviewed in Vietnamese. Many a household of another people answers in its own
language, the more so the further its villages lie from the roads; then somebody of the household or
of the village interprets, unless the enumerator speaks the language.
"""

from random import Random

from survey_server.simulator.draws import happens
from survey_server.simulator.names import KINH
from survey_server.simulator.schooling import DISTANT_GROUPS

# Languages have the codes of the peoples whose they are; Vietnamese is that of the Kinh.
VIETNAMESE = KINH
# Groups that name no people: foreigners, not determined.
NO_PEOPLE = frozenset({"55", "99"})
YES, NO = "1", "2"

Answers = dict[str, object]


def conversation(rng: Random, ethnicity: str) -> Answers:
    language = _language(rng, ethnicity)
    helped = language != VIETNAMESE and happens(rng, 0.6)
    return {"spoken_language": language, "interpreter_used": YES if helped else NO}


def _language(rng: Random, ethnicity: str) -> str:
    if ethnicity in NO_PEOPLE:
        return VIETNAMESE
    own = 0.4 if ethnicity in DISTANT_GROUPS else 0.1
    return ethnicity if happens(rng, own) else VIETNAMESE
