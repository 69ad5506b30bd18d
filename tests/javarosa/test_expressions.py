"""Random expressions have the value that ODK Collect gives them (fuzz.py runs as many as asked)."""

import random
from pathlib import Path

import pytest

from tests.javarosa import fuzz
from tests.javarosa.oracle import JavaRosa
from tests.javarosa.pairs import pairs
from tests.times import times

# Where JavaRosa stops and ours goes on, a tablet could not have finished the interview. Years above
# 9999 are a fault only here. Neither is a wrong value.
TOLERATED = ("only JavaRosa fails", "only ours fails")


@pytest.mark.needs("java")
@pytest.mark.parametrize("seed", range(5))
def test_an_expression_has_the_value_that_tablets_compute(
    engine: JavaRosa, tmp_path: Path, seed: int
) -> None:
    fuzz.load(engine, tmp_path)
    compared = list(fuzz.compare(engine, random.Random(seed), times(400)))
    wrong = [str(one) for one in compared if one is not None and one.kind not in TOLERATED]
    assert not wrong, "\n".join(wrong)
    assert compared.count(None) > 0.9 * len(compared)


@pytest.mark.needs("java")
def test_two_values_are_compared_and_computed_with_as_on_tablets(
    engine: JavaRosa, tmp_path: Path
) -> None:
    fuzz.load(engine, tmp_path)
    rng = random.Random(1)
    compared = list(fuzz.compare_all(engine, rng, rng.sample(list(pairs()), 4_000)))
    wrong = [str(one) for one in compared if one is not None and one.kind not in TOLERATED]
    assert not wrong, "\n".join(wrong)
    assert compared.count(None) > 0.9 * len(compared)
