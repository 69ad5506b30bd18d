"""Pairs that may be one household, and answers that say the same."""

import copy
import uuid
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, strategies as st

from survey_server.domain.forms import CompiledForm
from survey_server.domain.matching import ContentDigest, Match, SharedPerson, pair, same_households
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import interview

ONE, OTHER, THIRD = ((uuid.UUID(int=value), ea) for value, ea in ((1, 5), (2, 4), (3, 4)))
UNIT = "01-001-00001-001-003"
LONG = "census_2024_long"


def shared(line: int, other_line: int, exact: bool = True, other: Any = OTHER) -> SharedPerson:
    return SharedPerson(ONE, line, other, other_line, exact)


def test_a_pair_is_the_same_from_both_sides() -> None:
    assert pair("same_unit", ONE, OTHER) == pair("same_unit", OTHER, ONE)
    assert pair("same_unit", OTHER, ONE) == Match("same_unit", ONE, OTHER, {})


@pytest.mark.parametrize(
    ("agreeing", "evidence"),
    [
        ([], None),
        ([shared(1, 1)], None),
        ([shared(1, 1), shared(2, 2)], {"shared": 2, "exact": 2}),
        ([shared(1, 1), shared(2, 3, exact=False)], {"shared": 2, "exact": 1}),
        ([shared(1, 1, exact=False), shared(2, 3, exact=False)], {"shared": 2, "exact": 0}),
        ([shared(1, 1), shared(1, 2)], None),
        ([shared(1, 1), shared(2, 1)], None),
        ([shared(1, 1), shared(1, 2), shared(2, 1), shared(2, 2)], {"shared": 2, "exact": 2}),
        ([shared(1, 1), shared(2, 2, other=THIRD)], None),
        ([shared(1, 1), shared(1, 1)], None),
    ],
    ids=[
        "nobody", "one", "two", "one without diacritics", "both without diacritics",
        "one who agrees with two", "two who agree with one", "twins of one name",
        "one in each of two households", "the same one twice",
    ],
)  # fmt: skip
def test_two_persons_make_a_suspected_pair(
    agreeing: list[SharedPerson], evidence: dict[str, int] | None
) -> None:
    expected = [] if evidence is None else [Match("same_household", ONE, OTHER, evidence)]
    assert same_households(agreeing) == expected


@given(
    st.sets(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=8),
    st.randoms(use_true_random=False),
)
def test_it_does_not_matter_who_is_looked_up_from_whom(
    lines: set[tuple[int, int]], random: Any
) -> None:
    forth = [SharedPerson(ONE, a, OTHER, b, (a + b) % 2 == 0) for a, b in sorted(lines)]
    back = [SharedPerson(OTHER, b, ONE, a, (a + b) % 2 == 0) for a, b in sorted(lines)]
    both = forth + back
    random.shuffle(both)
    assert same_households(forth) == same_households(back) == same_households(both)


@pytest.fixture(scope="module")
def digest(long_form: CompiledForm) -> ContentDigest:
    return ContentDigest(long_form.description)


def told(seed: int, unit: str = UNIT, hour: int = 9) -> dict[str, Any]:
    at_home = household(Random(seed), Profile())
    when = datetime(2024, 4, 3, hour, tzinfo=UTC)
    return dict(interview(Random(hour), LONG, at_home, unit, when, device="tablet"))


def test_a_copy_is_known_under_another_unit_and_at_another_time(digest: ContentDigest) -> None:
    copied = copy.deepcopy(told(1))
    copied["started_at"] = "2024-04-05T15:00:00.000+07:00"
    copied["identification"]["unit_code"] = "01-001-00001-002-009"
    copied["meta"] = {"instanceID": f"uuid:{uuid.uuid4()}"}
    assert digest.of(copied) == digest.of(told(1))


def test_the_order_of_questions_does_not_matter(digest: ContentDigest) -> None:
    turned = dict(reversed(told(1).items()))
    assert digest.of(turned) == digest.of(told(1))


def test_other_households_and_other_answers_differ(digest: ContentDigest) -> None:
    changed = copy.deepcopy(told(1))
    changed["person"][0]["full_name"] = "Trần Thị Khác"
    digests = {digest.of(one) for one in (changed, *(told(seed) for seed in range(1, 40)))}
    assert len(digests) == 40
