"""An interview is what a chain of submissions tells about one unit.

Submissions arrive in any order, twice, or never; so nothing here looks at the order of arrival.
Two questions are decided: which submission of a chain is current, and which of several interviews
of one unit counts.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# Where it is not known with which other households one is to be compared.
UNKNOWN_SCOPE = 0
# The id that its tablet gave an interview, and its EA.
InterviewKey = tuple[uuid.UUID, int]

CLOCK_TOLERANCE = timedelta(hours=24)
OLDEST_VISIT = timedelta(days=366)


def unknown_ea(survey: int) -> int:
    """In place of an EA, for interviews about units that the survey does not know.

    Another number for each survey: an interview id that comes up in two of them is told apart.
    """
    return -survey


@dataclass(frozen=True, slots=True)
class Link:
    """A submission as a link of its chain."""

    instance_id: uuid.UUID
    revision: int
    replaces: uuid.UUID | None


def effective_revisions(chain: Iterable[Link]) -> dict[uuid.UUID, int]:
    """The greater of what a link states and one more than what it replaces.

    A link that replaces something unknown, or is part of a cycle, has what it states.
    """
    links = {link.instance_id: link for link in chain}
    found: dict[uuid.UUID, int] = {}
    for link in links.values():
        _follow(link, links, found)
    return found


def _follow(start: Link, links: Mapping[uuid.UUID, Link], found: dict[uuid.UUID, int]) -> None:
    """Walks to the original, then back. A loop, not recursion: chains are as long as they like."""
    walk: list[Link] = []
    walked: set[uuid.UUID] = set()
    link: Link | None = start
    while link and link.instance_id not in found and link.instance_id not in walked:
        walk.append(link)
        walked.add(link.instance_id)
        link = links.get(link.replaces) if link.replaces else None
    in_cycle = _cycle(walk, link) if link and link.instance_id in walked else set()
    for link in reversed(walk):
        before = found.get(link.replaces, 0) if link.replaces else 0
        cut = link.instance_id in in_cycle
        found[link.instance_id] = link.revision if cut else max(link.revision, 1 + before)


def _cycle(walk: Sequence[Link], entry: Link) -> set[uuid.UUID]:
    ids = [link.instance_id for link in walk]
    return set(ids[ids.index(entry.instance_id) :])


def current_of(chain: Sequence[Link]) -> Link:
    """The link with the highest effective revision, then the highest id."""
    revisions = effective_revisions(chain)
    return max(chain, key=lambda link: (revisions[link.instance_id], link.instance_id))


@dataclass(frozen=True, slots=True)
class Claim:
    """A submission with the interview that it says to be part of.

    Collect and Enketo know of no interviews: an edit says only what it replaces. It comes with
    that for its interview, too, and is provisional until the server has what it replaces.
    """

    instance_id: uuid.UUID
    interview_id: uuid.UUID
    replaces: uuid.UUID | None

    @property
    def provisional(self) -> bool:
        return self.interview_id == self.replaces


def interviews_of(claims: Iterable[Claim]) -> dict[uuid.UUID, uuid.UUID]:
    """By submission, the interview that it is part of: a provisional one is part of that of what it
    replaces, as soon as that is known; a circle of them is an interview of its own."""
    known = {claim.instance_id: claim for claim in claims}
    found: dict[uuid.UUID, uuid.UUID] = {}
    for claim in known.values():
        walk: dict[uuid.UUID, Claim] = {}
        at: Claim | None = claim
        while at and at.instance_id not in found and at.instance_id not in walk:
            walk[at.instance_id] = at
            at = known.get(at.replaces) if at.provisional and at.replaces else None
        interview = _where_it_ends(walk, at, found)
        found.update(dict.fromkeys(walk, interview))
    return found


def _where_it_ends(
    walk: Mapping[uuid.UUID, Claim], at: Claim | None, found: Mapping[uuid.UUID, uuid.UUID]
) -> uuid.UUID:
    if at is None:
        return list(walk.values())[-1].interview_id
    if at.instance_id in found:
        return found[at.instance_id]
    circle = list(walk)[list(walk).index(at.instance_id) :]
    return min(circle)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An interview of a unit. `assigned`: by the enumerator who was to do it."""

    key: InterviewKey
    assigned: bool
    complete: bool


def counting_of(candidates: Iterable[Candidate]) -> InterviewKey:
    """The assigned enumerator's interview, else the complete one, else the lowest id."""
    return min(candidates, key=lambda one: (not one.assigned, not one.complete, one.key)).key


class Rule(Enum):
    """Why the one of two interviews counts and the other does not."""

    ASSIGNED = "assigned"
    COMPLETE = "complete"
    LOWEST_ID = "lowest_id"


def why_counting(one: Candidate, other: Candidate) -> Rule:
    if one.assigned != other.assigned:
        return Rule.ASSIGNED
    return Rule.COMPLETE if one.complete != other.complete else Rule.LOWEST_ID


def clock_is_off(finished: datetime | None, received: datetime) -> bool:
    """A visit that ended after it was received, or a year before, was timed by a wrong clock."""
    if finished is None:
        return False
    return not received - OLDEST_VISIT <= finished <= received + CLOCK_TOLERANCE
