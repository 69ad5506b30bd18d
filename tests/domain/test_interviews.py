"""Which submission is current, and which of a unit's interviews counts, whatever came first."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, strategies as st

from survey_server.domain.interviews import (
    Candidate,
    Link,
    clock_is_off,
    counting_of,
    current_of,
    effective_revisions,
)

RECEIVED = datetime(2024, 4, 10, 12, tzinfo=UTC)
LONG_CHAIN = 100_000


def number(value: int) -> uuid.UUID:
    return uuid.UUID(int=value)


def link(value: int, revision: int, replaces: int | None = None) -> Link:
    return Link(number(value), revision, number(replaces) if replaces else None)


@pytest.mark.parametrize(
    ("chain", "revisions", "current"),
    [
        ([link(1, 1)], {1: 1}, 1),
        ([link(1, 1), link(2, 2, 1)], {1: 1, 2: 2}, 2),
        ([link(1, 1), link(2, 1, 1)], {1: 1, 2: 2}, 2),
        ([link(1, 7), link(2, 2, 1)], {1: 7, 2: 8}, 2),
        ([link(1, 1), link(2, 1, 1), link(3, 1, 2)], {1: 1, 2: 2, 3: 3}, 3),
        ([link(1, 1), link(2, 2, 1), link(3, 2, 1)], {1: 1, 2: 2, 3: 2}, 3),
        ([link(1, 5), link(2, 2, 99)], {1: 5, 2: 2}, 1),
        ([link(1, 3, 1)], {1: 3}, 1),
        ([link(1, 1, 2), link(2, 2, 1)], {1: 1, 2: 2}, 2),
        ([link(1, 1, 2), link(2, 2, 1), link(3, 1, 2)], {1: 1, 2: 2, 3: 3}, 3),
        ([link(1, 1), link(2, 1)], {1: 1, 2: 1}, 2),
        ([link(1, 2**31 - 1), link(2, 1, 1)], {1: 2**31 - 1, 2: 2**31}, 2),
    ],
    ids=[
        "alone", "edit", "edit that kept its number", "edit behind its original", "edit of an edit",
        "two edits", "unknown original", "replaces itself", "cycle", "edit of a cycle",
        "two originals", "largest number",
    ],
)  # fmt: skip
def test_the_current_submission(chain: list[Link], revisions: dict[int, int], current: int) -> None:
    expected = {number(one): revision for one, revision in revisions.items()}
    for order in permutations(chain):
        assert effective_revisions(order) == expected
        assert current_of(order).instance_id == number(current)


# Any graph of replacements: forests, cycles with tails, unknown originals.
chains = st.lists(
    st.tuples(st.integers(1, 6), st.none() | st.integers(1, 12)), min_size=1, max_size=10
).map(
    lambda told: [
        link(place, revision, replaces) for place, (revision, replaces) in enumerate(told, 1)
    ]
)


@given(chains, st.randoms(use_true_random=False))
def test_the_order_of_arrival_decides_nothing(chain: list[Link], random: Random) -> None:
    shuffled = list(chain)
    random.shuffle(shuffled)
    assert effective_revisions(shuffled) == effective_revisions(chain)
    assert current_of(shuffled) == current_of(chain)


@given(chains)
def test_no_submission_is_below_what_it_states_or_what_it_replaces(chain: list[Link]) -> None:
    revisions = effective_revisions(chain)
    links = {one.instance_id: one for one in chain}
    for one in chain:
        revision = revisions[one.instance_id]
        assert revision >= one.revision
        if one.replaces in links and not in_cycle(one, links):
            assert revision > revisions[links[one.replaces].instance_id]


def in_cycle(start: Link, links: dict[uuid.UUID, Link]) -> bool:
    """By walking until everything must have been seen."""
    one = start
    for _ in links:
        if one.replaces not in links:
            return False
        one = links[one.replaces]
        if one is start:
            return True
    return False


@pytest.mark.parametrize("end", [None, LONG_CHAIN], ids=["chain", "cycle"])
@pytest.mark.parametrize("newest_first", [False, True])
def test_a_chain_may_be_very_long(end: int | None, newest_first: bool) -> None:
    chain = [link(1, 1, end), *(link(one, 1, one - 1) for one in range(2, LONG_CHAIN + 1))]
    if newest_first:
        chain.reverse()
    assert current_of(chain).instance_id == number(LONG_CHAIN)
    assert max(effective_revisions(chain).values()) == (1 if end else LONG_CHAIN)


def candidate(value: int, assigned: bool, complete: bool, ea: int = 1) -> Candidate:
    return Candidate((number(value), ea), assigned, complete)


@pytest.mark.parametrize(
    ("candidates", "counts"),
    [
        ([candidate(1, False, False)], 1),
        ([candidate(1, False, True), candidate(2, True, False)], 2),
        ([candidate(1, True, False), candidate(2, True, True)], 2),
        ([candidate(1, False, False), candidate(2, False, True)], 2),
        ([candidate(1, True, True), candidate(2, True, True)], 1),
        ([candidate(3, False, False), candidate(2, False, False)], 2),
    ],
    ids=["alone", "assigned", "complete of the assigned", "complete", "lowest id", "neither"],
)
def test_the_interview_that_counts(candidates: list[Candidate], counts: int) -> None:
    for order in permutations(candidates):
        assert counting_of(order) == (number(counts), 1)


def test_one_interview_counts_where_a_unit_moved_and_its_id_is_told_twice() -> None:
    told = [candidate(1, True, True, ea=2), candidate(1, True, True, ea=1)]
    for order in permutations(told):
        assert counting_of(order) == (number(1), 1)


@pytest.mark.parametrize(
    ("finished", "off"),
    [
        (None, False),
        (RECEIVED, False),
        (RECEIVED + timedelta(hours=24), False),
        (RECEIVED + timedelta(hours=24, seconds=1), True),
        (RECEIVED - timedelta(days=366), False),
        (RECEIVED - timedelta(days=366, seconds=1), True),
        (datetime(1970, 1, 1, tzinfo=UTC), True),
    ],
)
def test_a_clock_that_is_off(finished: datetime | None, off: bool) -> None:
    assert clock_is_off(finished, RECEIVED) is off
