"""What the server holds of interviews: kept, counted, and seen by whom."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, text

from tests.http import drain
from tests.jobs.derived import rebuild_all
from tests.jobs.told import figures
from tests.world import World


@dataclass
class Books:
    """`web` is the database as pages and programs have it: within somebody's sight."""

    world: World
    workers: Engine
    web: Engine

    def balance(self) -> None:
        """Everything is worked through, and comes to the same when it is derived again."""
        drain(self.workers)
        differences = rebuild_all(self.world)
        assert differences == []

    def kept(self, *instance_ids: str) -> bool:
        """Each once, with a body that holds it."""
        rows = self.world.sql(
            "SELECT s.instance_id::text FROM submissions s JOIN batch_bodies b USING (batch)"
            " WHERE s.survey_id = :survey AND s.instance_id::text = ANY(:ids)",
            ids=list(instance_ids),
        )
        return sorted(row[0] for row in rows) == sorted(instance_ids)

    def counting(self, unit: str) -> list[str]:
        """The submissions that stand for a unit."""
        rows = self.world.sql(
            "SELECT i.current::text FROM interviews i JOIN units u ON u.id = i.unit_id"
            " WHERE i.survey_id = :survey AND i.counts AND u.code = :unit",
            unit=unit,
        )
        return [row[0] for row in rows]

    def counted(self, ea: str) -> tuple[int, int]:
        """Interviews of an EA that count, and those that do not."""
        found = figures(self.world, ea)
        return found.received - found.duplicates, found.duplicates

    def seen_by(self, who: str, instance_ids: Iterable[str]) -> set[str]:
        """Of these, what PostgreSQL shows to somebody of the world."""
        person, areas = self._sight(who)
        with self.web.connect() as connection:
            connection.execute(
                text("SELECT look_as(:person, CAST(:areas AS integer[]))"),
                {"person": person, "areas": areas},
            )
            rows = connection.execute(
                text("SELECT instance_id::text FROM submissions WHERE instance_id::text = ANY(:i)"),
                {"i": list(instance_ids)},
            )
            return {row[0] for row in rows}

    def _sight(self, who: str) -> tuple[int, list[int]]:
        rows = self.world.sql(
            "SELECT p.id, array_agg(m.area_id) AS areas FROM people p"
            " JOIN memberships m ON m.person_id = p.id AND m.survey_id = :survey"
            " WHERE p.username = :name GROUP BY p.id",
            name=f"{who}@{self.world.code}",
        )
        return rows[0].id, rows[0].areas
