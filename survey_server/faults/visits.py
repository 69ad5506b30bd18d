"""What an enumerator writes in a trial: interviews, edits, and what makes an order hard to find.

Edits are kept before their originals, state a revision that is too low, fork off an older one, or
are about a household that somebody else writes about too; some take an id that another tablet has
used, as a store that was copied to a second tablet does.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from survey_server.faults.country import FORM
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import RESULTS, interview, visit_without_interview
from survey_server.tablet.records import Record, digest, spelt

REVISIONS = 0.30
INTERVIEWED = 0.70
SECOND_INTERVIEW = 0.03
OLDER_REPLACED = 0.15
STATED_TOO_LOW = 0.10
SAME_ID = 0.15
# An enumerator corrects what they did lately.
REMEMBERED = 40
OTHER_RESULTS = tuple(result for result in RESULTS if result != "interviewed")


@dataclass(slots=True)
class SharedCase:
    """An interview that two enumerators write about, who see each other's work on paper."""

    unit: str
    interview_id: str
    written: dict[str, Record] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def shared_case(seed: int, unit: str) -> SharedCase:
    return SharedCase(unit, str(uuid5(NAMESPACE_URL, f"{seed}/{unit}")))


class Enumerator:
    def __init__(
        self,
        name: str,
        units: Sequence[str],
        version: str,
        rng: Random,
        now: Callable[[], datetime],
        case: tuple[SharedCase, float] | None = None,
        *,
        names_interviews: bool = True,
    ) -> None:
        """`case` with its share of the work; `now` is what the tablet's clock says. Unless it names
        interviews, one is known by the id of its first submission."""
        self._name = name
        self._version = version
        self._rng = rng
        self._now = now
        self._names_interviews = names_interviews
        self._case = case[0] if case else None
        self._share = case[1] if case else 0.0
        shared = self._case.unit if self._case else None
        self._ahead = deque(unit for unit in units if unit != shared)
        self._lately: deque[Record] = deque(maxlen=REMEMBERED)

    def use_version(self, version: str) -> None:
        """Of the questionnaire, from the next household on."""
        self._version = version

    def take_over(self, units: Sequence[str]) -> None:
        """Somebody else's households, which are next; they may have been visited already."""
        own = {self._case.unit} if self._case else set[str]()
        self._ahead.extendleft(unit for unit in units if unit not in own)

    def write(self, most: int) -> list[Record]:
        """Some records, in the order that the tablet keeps them in."""
        made = [self._next() for _ in range(self._rng.randint(1, most))]
        self._rng.shuffle(made)
        return made

    def _next(self) -> Record:
        rng = self._rng
        if self._case is not None and rng.random() < self._share:
            return self._of_case(self._case)
        if self._lately and (rng.random() < REVISIONS or not self._ahead):
            record = self._edit(rng.choice(self._lately))
        elif self._lately and rng.random() < SECOND_INTERVIEW:
            record = self._first(rng.choice(self._lately).unit, self._id())
        else:
            record = self._first(self._ahead.popleft(), self._id())
        self._lately.append(record)
        return record

    def _of_case(self, case: SharedCase) -> Record:
        with case.lock:
            own, others = case.written.get(self._name), list(case.written.values())
            if not others:
                record = self._first(case.unit, case.interview_id)
            else:
                newest = max(others, key=lambda one: one.revision)
                record = self._edit(own if own and self._rng.random() < 0.5 else newest)
                if newest is not own and self._rng.random() < SAME_ID:
                    record = replace(record, instance_id=newest.instance_id, replaces=None)
            case.written[self._name] = record
        return record

    def _first(self, unit: str, interview_id: str) -> Record:
        answers, finished = self._answers(unit)
        return Record(
            instance_id=self._id() if self._names_interviews else interview_id,
            form_id=FORM,
            form_version=self._version,
            interview_id=interview_id,
            unit=unit,
            started_at=(finished - timedelta(minutes=20)).isoformat(),
            finished_at=finished.isoformat(),
            answers=answers,
            sha256=digest(answers),
        )

    def _edit(self, of: Record) -> Record:
        rng = self._rng
        fresh = self._first(of.unit, of.interview_id)
        older = of.replaces if of.replaces and rng.random() < OLDER_REPLACED else None
        stated = 1 if rng.random() < STATED_TOO_LOW else of.revision + 1
        return replace(
            fresh,
            instance_id=self._id(),
            revision=stated,
            replaces=older or of.instance_id,
        )

    def _answers(self, unit: str) -> tuple[bytes, datetime]:
        rng, finished = self._rng, self._now()
        met = household(Random(rng.getrandbits(64)), Profile())
        begun = finished - timedelta(minutes=20)
        if rng.random() < INTERVIEWED:
            told = interview(rng, FORM, met, unit, begun)
        else:
            result = rng.choice(OTHER_RESULTS)
            told = visit_without_interview(rng, FORM, result, met, unit, begun)
        return spelt(told), finished

    def _id(self) -> str:
        return str(UUID(int=self._rng.getrandbits(128), version=4))
