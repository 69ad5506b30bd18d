"""Which languages people speak, read and write, in which the interview is held, and what is kept
of a people's songs, instruments and dances."""

from collections.abc import Mapping, Sequence
from random import Random

from survey_server.simulator.draws import Weighted, happens
from survey_server.simulator.minorities.households import is_minority
from survey_server.simulator.names import KINH
from survey_server.simulator.people import Person
from survey_server.simulator.schooling import BELOW_PRIMARY, DISTANT_GROUPS

SPEAKS_ONLY, READS, READS_AND_WRITES, NONE = "1", "2", "3", "4"
YES, NO = "1", "2"
# Groups whose script is taught or read at home, and groups many of whom speak Vietnamese only.
WITH_SCRIPT = frozenset({"02", "03", "05", "06", "08", "09", "10", "11", "12", "14", "15"})
VIETNAMESE_AT_HOME = frozenset({"04", "06", "13", "17", "21", "43"})
SCHOOLED = Weighted({READS_AND_WRITES: 97, READS: 3})
LITERATE = Weighted({READS_AND_WRITES: 80, READS: 20})
UNSCHOOLED_OF_DISTANT_GROUPS = Weighted({SPEAKS_ONLY: 65, NONE: 35})
CUSTOMS = (("knows_songs", 0.25), ("plays_instruments", 0.08), ("knows_dances", 0.22))

Answers = dict[str, object]


def languages(rng: Random, person: Person, education: Mapping[str, object]) -> Answers:
    """For anybody of five or more; whoever does not speak the own language speaks Vietnamese."""
    skill = _vietnamese(rng, person, education)
    if not is_minority(person.ethnicity):
        return {"vietnamese_skill": skill}
    kept = 0.7 if person.ethnicity in VIETNAMESE_AT_HOME else 0.96
    speaks = skill == NONE or happens(rng, kept)
    return {
        "own_language": YES if speaks else NO,
        "own_script": _own_script(rng, person, education) if speaks else NONE,
        "vietnamese_skill": skill,
    }


def literate(education: Mapping[str, object]) -> bool:
    check = education.get("literacy_check")
    return not isinstance(check, Mapping) or check["literate"] == YES


def _vietnamese(rng: Random, person: Person, education: Mapping[str, object]) -> str:
    if not literate(education):
        if person.ethnicity in DISTANT_GROUPS:
            return UNSCHOOLED_OF_DISTANT_GROUPS.draw(rng)
        return SPEAKS_ONLY
    primary = education.get("level_completed", BELOW_PRIMARY) != BELOW_PRIMARY
    return (SCHOOLED if primary else LITERATE).draw(rng)


def _own_script(rng: Random, person: Person, education: Mapping[str, object]) -> str:
    if not literate(education) or person.ethnicity not in WITH_SCRIPT:
        return SPEAKS_ONLY
    if happens(rng, 0.8):
        return SPEAKS_ONLY
    return READS_AND_WRITES if happens(rng, 0.6) else READS


def customs(rng: Random, age: int) -> Answers:
    """The old know more."""
    more = 0.6 + age / 100
    return {name: YES if happens(rng, share * more) else NO for name, share in CUSTOMS}


def conversation(rng: Random, head: Person, entries: Sequence[Mapping[str, object]]) -> Answers:
    """The head answers in a language that the head speaks, as the first entry tells."""
    spoken = entries[0]["languages"]
    assert isinstance(spoken, Mapping)
    own = spoken.get("own_language") == YES
    prefers = 0.5 if head.ethnicity in DISTANT_GROUPS else 0.15
    if own and (spoken["vietnamese_skill"] == NONE or happens(rng, prefers)):
        helped = YES if happens(rng, 0.55) else NO
        return {"interpreter_used": helped, "spoken_language": head.ethnicity}
    return {"interpreter_used": NO, "spoken_language": KINH}
