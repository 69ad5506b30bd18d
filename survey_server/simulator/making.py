"""From a planned visit to the records that a tablet keeps, and to the truth about them.

Who lives in a unit follows from the seed and the unit: whoever comes, and how often, meets the
same household. The ids of records are drawn anew in every run, so that a second run with the same
seed brings new interviews and not other contents under known ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from survey_server.simulator.draws import between, happens, pick
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import interview, visit_without_interview
from survey_server.simulator.mistakes import MISTAKES, edited, plant, told_again
from survey_server.simulator.people import UNKNOWN_YEAR, Household
from survey_server.simulator.places import SHARE_OF_MAIN_GROUP, groups_of, main_group
from survey_server.simulator.planning import INTERVIEWED, Place, Visit
from survey_server.tablet.records import Record, digest, edit_of, spelt

Answers = dict[str, object]
KINDS = tuple(MISTAKES)


@dataclass(frozen=True, slots=True)
class Made:
    """A record with what only the simulator knows about it.

    `mistake` is the rule that was broken and where; `recognisable` are the persons whose year of
    birth is known.
    """

    record: Record
    visit: Visit
    result: str
    mistake: tuple[str, str] | None
    recognisable: int


class Maker:
    def __init__(self, seed: int, run: str, versions: Mapping[str, str]) -> None:
        self._seed = seed
        self._ids = Random(f"{seed}/{run}")
        self._versions = versions

    def made(self, visit: Visit, when: datetime) -> list[Made]:
        """The records of one visit, the edit after its original."""
        rng = Random(f"{self._seed}/{visit.place.unit}/{visit.second}/{visit.place.device}")
        met = self._household(visit.home)
        if visit.duplicate:
            address = self._household(visit.place).address
            met = told_again(rng, met, address)
        known = sum(person.birth_year != UNKNOWN_YEAR for person in met.persons)
        right = self._answers(rng, visit, visit.result, met, when)
        planted = plant(rng, pick(rng, KINDS), right) if visit.mistaken else None
        answers = planted.answers if planted else right
        mistake = (planted.rule, planted.path) if planted else None
        first = Made(self._record(visit, answers, when), visit, visit.result, mistake, known)
        if not visit.edited:
            return [first]
        later = when + timedelta(minutes=between(rng, 30, 600))
        if visit.result != INTERVIEWED:
            # Somebody was at home at last.
            right = self._answers(rng, visit, INTERVIEWED, met, later)
        elif not planted:
            right = edited(rng, right)
        record = edit_of(first.record, self._id(), right, later.isoformat())
        return [first, Made(record, visit, INTERVIEWED, None, known)]

    def _answers(
        self, rng: Random, visit: Visit, result: str, met: Household, when: datetime
    ) -> Answers:
        unit, form_id = visit.place.unit, visit.place.form_id
        if result == INTERVIEWED:
            return interview(rng, form_id, met, unit, when)
        return visit_without_interview(rng, form_id, result, met, unit, when)

    def _household(self, home: Place) -> Household:
        return household(Random(f"{self._seed}/{home.unit}"), self._profile(home))

    def _profile(self, home: Place) -> Profile:
        rng = Random(f"{self._seed}/{home.unit.rpartition('-')[0]}")
        province = home.unit[:2]
        main = main_group(rng, province, home.urban)
        other = groups_of(province).draw(rng)
        mix = ((main, SHARE_OF_MAIN_GROUP), (other, 1 - SHARE_OF_MAIN_GROUP))
        return Profile(ethnic_mix=mix, urban=home.urban)

    def _record(self, visit: Visit, answers: Answers, when: datetime) -> Record:
        written = spelt(answers)
        return Record(
            instance_id=self._id(),
            form_id=visit.place.form_id,
            form_version=self._versions[visit.place.form_id],
            interview_id=self._id(),
            unit=visit.place.unit,
            started_at=str(answers.get("started_at", when.isoformat())),
            finished_at=str(answers.get("finished_at", when.isoformat())),
            answers=written,
            sha256=digest(written),
        )

    def _id(self) -> str:
        return str(UUID(int=self._ids.getrandbits(128), version=4))


def moment_of(rng: Random, until: datetime, days: float) -> datetime:
    """A moment of the field work that ends at `until`, mostly by day."""
    when = until - timedelta(days=rng.random() * days)
    if days >= 1 and not happens(rng, 0.05):
        when = when.replace(hour=between(rng, 7, 20))
    return min(when, until)
