"""Where a tablet stands in what it is told.

A point in time is the number of a transaction: what it and all later ones wrote may be news. The
oldest transaction that is under way when a tablet asks is where its next question begins, so that
what commits in between is told twice at worst, and never missed. A clock could not promise that: of
two transactions the one that began first may commit last.
"""

import hashlib
import re
from dataclasses import dataclass, replace

PAGE_UNITS = 1000
# With more to take away than this, it is shorter to tell everything again.
MOST_REMOVED = 5000
MOST_HAVE = 5000
FEWEST_NUMBERS = 5
NUMBERS_AT_ONCE = 10

_SPELLED = re.compile(
    r"([0-9a-f-]{1,64})\.([1-9]\d{0,9})\.(\d{1,18})\.(\d{1,18})\.(\d{1,10})\.([0-9a-f]{0,64})"
)
_SUM_LETTERS = 12


class NoCursor(Exception):
    """What was sent never was a cursor of this server."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """What an enrolment was told.

    `since`: everything before this transaction is known; 0: nothing is. `then`: what `since` will
    be after the last page. `after`: the unit that the last page ended with; 0 between two rounds.
    `parts`: digests of the lists that are told whole.
    """

    epoch: str
    device: int
    since: int
    then: int
    after: int = 0
    parts: str = ""

    @property
    def whole(self) -> bool:
        return self.since == 0

    def page_ended(self, last: int | None, parts: str) -> "Cursor":
        """The next one; `last` is where the page ended, None where nothing is left to tell."""
        if last is None:
            return replace(self, since=self.then, after=0, parts=parts)
        return replace(self, after=last, parts=parts)


def spelled(cursor: Cursor) -> str:
    """As tablets get it. The sum tells a damaged cursor, not a clever one: whoever makes one up
    only leads themselves astray."""
    text = (
        f"{cursor.epoch}.{cursor.device}.{cursor.since}.{cursor.then}.{cursor.after}.{cursor.parts}"
    )
    return f"{text}.{_sum_of(text)}"


def read(text: str) -> Cursor:
    """Raises NoCursor."""
    body, _, said = text.rpartition(".")
    found = _SPELLED.fullmatch(body)
    if found is None or not found.group().isascii() or said != _sum_of(body):
        raise NoCursor
    epoch, device, since, then, after, parts = found.groups()
    return Cursor(epoch, int(device), int(since), int(then), int(after), parts)


def _sum_of(text: str) -> str:
    return hashlib.sha256(f"cursor {text}".encode()).hexdigest()[:_SUM_LETTERS]
