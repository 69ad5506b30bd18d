"""The photos that come with interviews: small ones, common ones, and some that go in pieces."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from random import Random

MOST_PHOTOS = 3
# The same picture in many interviews is one file, which many may bring at the same moment.
COMMON_PHOTOS = 5
COMMON = 0.3
# Larger than what the reference client sends at first.
SMALL_BYTES, LARGE_BYTES = (500, 5000), (70_000, 160_000)
JPEG = b"\xff\xd8\xff\xe0"


@dataclass(frozen=True, slots=True)
class Photo:
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Habit:
    """Which share of the interviews have photos, and of those that are nobody else's, which share
    is large."""

    share: float
    large: float = 0.2


COLLECTS = Habit(0.25)
# Each is an exchange of its own, or several.
SYNCS = Habit(0.06)


class Album:
    def __init__(self, rng: Random, habit: Habit) -> None:
        self._rng = rng
        self._habit = habit

    def some(self) -> tuple[Photo, ...]:
        """Those of one interview; mostly none."""
        if self._rng.random() >= self._habit.share:
            return ()
        return tuple(self._photo() for _ in range(self._rng.randint(1, MOST_PHOTOS)))

    def _photo(self) -> Photo:
        rng = self._rng
        if rng.random() < COMMON:
            content = f"the common picture {rng.randrange(COMMON_PHOTOS)}".encode() * 100
        else:
            bounds = LARGE_BYTES if rng.random() < self._habit.large else SMALL_BYTES
            content = rng.randbytes(rng.randint(*bounds))
        return Photo(f"{rng.getrandbits(48)}.jpg", JPEG + content)


def sums(photos: Iterable[Photo]) -> dict[str, str]:
    """SHA-256 by name."""
    return {photo.name: photo.sha256 for photo in photos}
