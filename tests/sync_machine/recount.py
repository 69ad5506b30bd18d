"""What is on file, worked out once more and naively: which submission is current, which interview
counts, and what that comes to in every EA. Nothing of the product's own reckoning is used."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sync_machine.answers import Told
from tests.world import World

ID = uuid.UUID
Key = tuple[ID, int]
FIGURES = ("received", "complete", "partial", "absent", "duplicates", "persons")


@dataclass(frozen=True)
class Recount:
    """`current` by interview and EA; `counting` are those that stand for their units."""

    current: dict[Key, ID]
    counting: set[Key]
    by_ea: dict[int, Counter[str]]


@dataclass
class File:
    """The submissions of a survey; `stories` says by SHA-256 what a content tells."""

    world: World
    stories: Mapping[str, Told]
    rows: dict[ID, Any] = field(default_factory=dict)

    def recount(self) -> Recount:
        found = self.world.sql(
            "SELECT instance_id, interview_id, replaces, revision, unit_id, person_id,"
            " coalesce(ea_id, -survey_id) AS ea, received_at, content_sha256 FROM submissions"
            " WHERE survey_id = :survey AND state = 'derived'"
        )
        claims = self.world.sql(
            "SELECT instance_id, interview_id, replaces FROM submissions"
            " WHERE survey_id = :survey AND state <> 'trial'"
        )
        known = {row.instance_id: row for row in claims}
        self.rows = {row.instance_id: row for row in found}
        chains: dict[Key, list[ID]] = defaultdict(list)
        for one, row in self.rows.items():
            chains[_interview(one, known), row.ea].append(one)
        current = {key: self._current(chain) for key, chain in chains.items()}
        counting = self._counting(current)
        return Recount(current, counting, self._by_ea(current, counting))

    def _current(self, chain: list[ID]) -> ID:
        return max(chain, key=lambda one: (self._revision(one, chain), one))

    def _revision(self, one: ID, chain: list[ID]) -> int:
        """Nobody here makes circles."""
        row = self.rows[one]
        if row.replaces not in chain:
            return int(row.revision)
        return max(int(row.revision), 1 + self._revision(row.replaces, chain))

    def _counting(self, current: dict[Key, ID]) -> set[Key]:
        of_unit: dict[int, list[Key]] = defaultdict(list)
        for key, one in current.items():
            if self.rows[one].unit_id is not None:
                of_unit[self.rows[one].unit_id].append(key)
        work = self.world.sql("SELECT * FROM assignments WHERE survey_id = :survey")

        def rank(key: Key) -> tuple[bool, bool, Key]:
            one = current[key]
            return not self._assigned(self.rows[one], work), not self.told(one).complete, key

        return {min(keys, key=rank) for keys in of_unit.values()}

    @staticmethod
    def _assigned(row: Any, work: list[Any]) -> bool:
        """To whoever brought it, when it came."""
        return any(
            (one.person_id, one.ea_id) == (row.person_id, row.ea)
            and one.unit_id in (None, row.unit_id)
            and one.assigned_at <= row.received_at
            and (one.ended_at is None or one.ended_at > row.received_at)
            for one in work
        )

    def told(self, one: ID) -> Told:
        return self.stories[bytes(self.rows[one].content_sha256).hex()]

    def _by_ea(self, current: dict[Key, ID], counting: set[Key]) -> dict[int, Counter[str]]:
        by_ea: dict[int, Counter[str]] = defaultdict(Counter)
        for key, one in current.items():
            told, figures = self.told(one), by_ea[key[1]]
            figures["received"] += 1
            if key not in counting:
                figures["duplicates"] += 1
            elif told.result == "absent":
                figures["absent"] += 1
            else:
                figures["complete" if told.complete else "partial"] += 1
                figures["persons"] += told.persons
        return by_ea


def _interview(one: ID, known: dict[ID, Any]) -> ID:
    """An edit that claims what it replaces for its interview is part of that one's, if it came."""
    walk = [one]
    while True:
        row = known[walk[-1]]
        if row.interview_id != row.replaces or row.replaces not in known:
            return ID(str(row.interview_id))
        if row.replaces in walk:
            return min(walk[walk.index(row.replaces) :])
        walk.append(row.replaces)


def figures_on_file(world: World, table: str) -> dict[int, Counter[str]]:
    """Those of EAs where there are any, from `ea_coverage`, or summed up from `ea_days`."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in FIGURES)
    rows = world.sql(
        f"SELECT ea_id, {sums} FROM {table} WHERE survey_id = :survey"
        " GROUP BY ea_id HAVING sum(received) > 0"
    )
    return {
        row.ea_id: +Counter({name: int(getattr(row, name)) for name in FIGURES}) for row in rows
    }
