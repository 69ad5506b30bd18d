"""Weighted draws from a seeded generator, so that the same seed always tells the same story.

`random.choices` sums its weights anew on every call; a household takes some two hundred draws, so
here the sums are made once.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Weighted(Generic[Value]):
    """Values with the share that each takes of the draws."""

    __slots__ = ("_sums", "_total", "_values")

    def __init__(self, shares: Mapping[Value, float] | Sequence[tuple[Value, float]]) -> None:
        pairs = list(shares.items()) if isinstance(shares, Mapping) else list(shares)
        self._values = [value for value, _ in pairs]
        self._sums = list(accumulate(share for _, share in pairs))
        self._total = self._sums[-1]

    def draw(self, rng: Random) -> Value:
        place = bisect(self._sums, rng.random() * self._total)
        return self._values[min(place, len(self._values) - 1)]


def happens(rng: Random, probability: float) -> bool:
    return rng.random() < probability


def pick(rng: Random, values: Sequence[Value]) -> Value:
    return values[int(rng.random() * len(values))]


def between(rng: Random, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included; `low` where the range is empty."""
    return low + int(rng.random() * (high - low + 1)) if high > low else low


def around(rng: Random, mean: float, spread: float, low: int, high: int) -> int:
    """A whole number near `mean`, never outside `low` to `high`."""
    return max(low, min(high, round(rng.gauss(mean, spread))))
