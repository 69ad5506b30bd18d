"""Pairs of interviews, found again: of those that are told, and of others where a large set of
interviews has become another (see domain.alike).

Begun before any of them changes; the caller holds the locks of their EAs, and of their scopes once
it goes on.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey_server.domain.alike import beside, interviews_in, others_change, shared_by
from survey_server.domain.interviews import InterviewKey
from survey_server.domain.matching import Match, pair, same_households
from survey_server.store import alike as stored, matching
from survey_server.store.alike import PLAIN, Alike, Trait


@dataclass(frozen=True, slots=True)
class Pairing:
    """`before` is what these interviews had in common with others, themselves or not."""

    survey: int
    keys: frozenset[InterviewKey]
    before: Alike

    @property
    def scopes(self) -> set[int]:
        return stored.scopes_of(self.before)


def begin(session: Session, survey: int, keys: Collection[InterviewKey]) -> Pairing:
    """`keys` are all interviews that may be told anew, or forgotten."""
    return Pairing(survey, frozenset(keys), stored.alike(session, sorted(keys)))


def finish(session: Session, pairing: Pairing) -> None:
    now = stored.alike(session, sorted(pairing.keys))
    matching.forget_matches(session, sorted(pairing.keys))
    found = [one for kind in PLAIN for one in _plain(session, kind, pairing, now)]
    found += _households(session, pairing, now)
    matching.save_matches(session, pairing.survey, found)


def _plain(session: Session, kind: str, pairing: Pairing, now: Alike) -> Iterator[Match]:
    sets = stored.members(session, kind, _traits(kind, pairing.before, now))
    again = _again(session, kind, pairing, now, sets)
    for members in sets.values():
        for a, b in beside(members):
            told_of_one = kind == "same_unit" and a[0] == b[0]
            if (a in again or b in again) and not told_of_one:
                yield pair(kind, a, b)


def _households(session: Session, pairing: Pairing, now: Alike) -> list[Match]:
    kind = "same_household"
    people = stored.people(session, _traits(kind, pairing.before, now))
    sets = {trait: interviews_in(bearers) for trait, bearers in people.items()}
    again = _again(session, kind, pairing, now, sets)
    if again != pairing.keys:
        theirs = stored.alike(session, sorted(again))
        people = stored.people(session, _traits(kind, theirs))
    return same_households(shared_by(people, again))


def _again(
    session: Session,
    kind: str,
    pairing: Pairing,
    now: Alike,
    sets: dict[Trait, list[InterviewKey]],
) -> frozenset[InterviewKey]:
    """Those whose pairs of this kind are found again; what was found before is forgotten."""
    others: set[InterviewKey] = set()
    for trait, members in sets.items():
        before = pairing.before[kind].get(trait, ())
        if others_change(members, before, now[kind].get(trait, ())):
            others.update(members)
    if others:
        matching.forget_matches(session, sorted(others), kind)
    return pairing.keys | others


def _traits(kind: str, *found: Alike) -> list[Trait]:
    return sorted({trait for one in found for trait in one[kind]})
