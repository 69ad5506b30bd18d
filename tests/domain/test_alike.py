"""Who is set beside whom, where a few interviews have something in common and where very many."""

import uuid
from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from survey_server.domain.alike import FEW, Bearer, beside, interviews_in, others_change, shared_by
from survey_server.domain.interviews import InterviewKey
from survey_server.domain.matching import Match, same_households

KEYS: list[InterviewKey] = [(uuid.UUID(int=value), 4) for value in range(1, 2 * FEW)]
SETS: st.SearchStrategy[set[InterviewKey]] = st.sets(st.sampled_from(KEYS)) | st.builds(
    set, st.just(KEYS[:FEW]) | st.just(KEYS)
)


def test_few_are_set_beside_each_other_and_many_beside_the_first() -> None:
    assert list(beside([])) == list(beside(KEYS[:1])) == []
    assert list(beside(KEYS[:FEW])) == list(combinations(KEYS[:FEW], 2))
    assert list(beside(KEYS[: FEW + 1])) == [(KEYS[0], other) for other in KEYS[1 : FEW + 1]]


@given(SETS, SETS, SETS)
def test_pairs_of_others_change_only_where_that_is_said(
    others: set[InterviewKey], gone: set[InterviewKey], come: set[InterviewKey]
) -> None:
    told = gone | come
    others -= told
    before, after = ({*beside(sorted(others | some))} for some in (gone, come))

    def untouched(pairs: set[tuple[InterviewKey, InterviewKey]]) -> set[object]:
        return {(a, b) for a, b in pairs if a not in told and b not in told}

    if not others_change(sorted(others | come), gone, come):
        assert untouched(before) == untouched(after)


def test_whoever_joins_many_leaves_the_others_alone() -> None:
    assert not others_change(KEYS, [], KEYS[-1:])
    assert others_change(KEYS, [], KEYS[:1])
    assert not others_change(KEYS[:FEW], [], KEYS[:1])
    assert others_change(KEYS[: FEW + 1], [], KEYS[1:2])


def family(key: InterviewKey, unit: int | None, *names: str) -> dict[str, Bearer]:
    return {name.lower(): Bearer(key, unit, line, name) for line, name in enumerate(names, 1)}


def together(*families: dict[str, Bearer]) -> dict[str, list[Bearer]]:
    folded = sorted({fold for one in families for fold in one})
    return {fold: [one[fold] for one in families if fold in one] for fold in folded}


def test_households_share_people_with_any_other_and_with_the_first_of_many() -> None:
    few = together(*(family(key, unit, "An", "Ba") for unit, key in enumerate(KEYS[:3])))
    found = same_households(shared_by(few, KEYS))
    assert {(one.a, one.b) for one in found} == {*combinations(KEYS[:3], 2)}
    many = together(*(family(key, unit, "An", "Ba") for unit, key in enumerate(KEYS)))
    found = same_households(shared_by(many, KEYS))
    assert {(one.a, one.b) for one in found} == {(KEYS[0], other) for other in KEYS[1:]}
    assert {str(one.evidence) for one in found} == {str({"shared": 2, "exact": 2})}


def test_a_common_name_counts_where_a_rare_one_has_set_two_households_beside_each_other() -> None:
    common = [family(key, unit, "An") for unit, key in enumerate(KEYS[:-2])]
    two = [family(key, unit, "An", "Ba") for unit, key in enumerate(KEYS[-2:], len(KEYS))]
    found = same_households(shared_by(together(*common, *two), KEYS))
    assert found == [Match("same_household", KEYS[-2], KEYS[-1], {"shared": 2, "exact": 2})]


@pytest.mark.parametrize("units", [(7, 7), (None, None)])
def test_interviews_of_one_unit_are_the_same_household_anyway(
    units: tuple[int | None, ...],
) -> None:
    ones, others = (family(key, unit, "An", "Ba") for key, unit in zip(KEYS, units, strict=False))
    assert list(shared_by(together(ones, others), KEYS)) == []


def test_a_household_of_namesakes_is_read_once_and_not_for_each_of_another() -> None:
    bearers = [
        Bearer(key, unit, line, "An" if line % 2 else "Ân")
        for unit, key in enumerate(KEYS[:2])
        for line in range(1, 1001)
    ]
    shared = list(shared_by({"an": bearers}, KEYS[:1]))
    assert len(shared) == 2000
    [found] = same_households(shared)
    assert found.evidence == {"shared": 1000, "exact": 1000}
    assert interviews_in(bearers) == KEYS[:2]
