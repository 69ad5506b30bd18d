"""Striking in the moment of a promise, for faults that only an accident brings to light.

A server that promises too early loses what it promised a moment ago, and nothing else. To wait for
an accident at such a moment is a matter of luck, and of the machine; so it is made: the thread in
which a tablet hears of a promise strikes before it goes on.
"""

import threading
from collections.abc import Callable
from random import Random

from survey_server.faults.history import Event

INTERVIEW, PHOTO = "an interview", "a photo"


class Ambush:
    """Strikes at the promise of something new, after some others: of a photo, or of an interview
    that is plain. Nothing else is written for that, neither an earlier submission nor a file, that
    could take it along."""

    def __init__(
        self, what: str, strike: Callable[[], None], after: tuple[int, int], rng: Random
    ) -> None:
        self._is_promise = self._is_of_photo if what == PHOTO else self._is_of_interview
        self._strike = strike
        self._after = after
        self._rng = rng
        self._lock = threading.Lock()
        self._plain: set[str] = set()
        self._photos: set[str] = set()
        self._left = rng.randint(*after)

    def hear(self, event: Event) -> None:
        with self._lock:
            due = self._is_promise(event) and self._is_due()
        if due:
            self._strike()

    def _is_of_interview(self, event: Event) -> bool:
        if event.f == "make" and not event.files and event.res["replaces"] is None:
            self._plain.update(event.ids)
        if event.f != "upload" or event.type != "ok" or not self._plain & set(event.ids):
            return False
        self._plain -= set(event.ids)
        return True

    def _is_of_photo(self, event: Event) -> bool:
        if event.type != "ok" or event.f not in ("photo", "upload"):
            return False
        sums = {str(event.res)} if event.f == "photo" else set(event.files.values())
        new = sums - self._photos
        self._photos |= sums
        return bool(new)

    def _is_due(self) -> bool:
        self._left -= 1
        if self._left > 0:
            return False
        self._left = self._rng.randint(*self._after)
        return True
