"""A trail of a test's own: a database beside the others, so that it may be damaged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from survey_server import receipts
from survey_server.domain.audit.judging import Fault
from survey_server.local.throwaway import ThrowawayServers
from survey_server.services.audit import Entry, Trail
from survey_server.services.audit.anchoring import anchor, lines_of
from survey_server.services.audit.sealing import seal
from survey_server.services.audit.verifying import Verdict, verify
from survey_server.settings import Settings
from survey_server.store.base import engine

BEGAN = datetime(2024, 4, 1, tzinfo=UTC)


@dataclass
class OwnTrail:
    """`owner` may do everything: no trigger stops them."""

    owner: Engine
    worker: Engine
    trail: Trail
    key: receipts.ReceiptKey
    file: Path
    anchored: int = field(default=0)

    def write(self, count: int, survey: str = "census") -> None:
        for number in range(count):
            data = {"rows": number, "area": "01.001"}
            self.trail.note(Entry("findings_viewed", survey, 7, object=f"area:{number}", data=data))

    def seal(self) -> int:
        return seal(self.worker, patience=0.1)

    def anchor(self) -> bool:
        self.anchored += 1
        return anchor(
            self.worker, self.file, self.key, BEGAN + timedelta(minutes=5 * self.anchored)
        )

    def settle(self, count: int, survey: str = "census") -> None:
        """Entries that were written, sealed and anchored."""
        self.write(count, survey)
        self.seal()
        self.anchor()

    def verdict(self) -> Verdict:
        with Session(self.owner) as session:
            return verify(session, lines_of(self.file), self.key)

    def faults(self) -> list[tuple[str, int]]:
        """Kind, and the entry or the place."""
        return [(one.kind, one.entry or one.seq) for one in self.verdict().faults]

    def damage(self, *statements: str) -> None:
        with self.owner.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                connection.execute(text(statement))


def kinds(faults: list[Fault]) -> set[str]:
    return {fault.kind for fault in faults}


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@contextmanager
def database_beside(servers: ThrowawayServers, name: str, copied_from: str) -> Iterator[None]:
    """A copy of a database that nobody is connected to."""
    url = servers.postgres.url("postgres").replace("postgresql:", "postgresql+psycopg:", 1)
    root = create_engine(url, isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {copied_from}"))
        connection.execute(text(f"GRANT CONNECT ON DATABASE {name} TO PUBLIC"))
    try:
        yield
    finally:
        with root.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        root.dispose()


@contextmanager
def own_trail(
    servers: ThrowawayServers, chosen: Settings, database: str, folder: Path
) -> Iterator[OwnTrail]:
    superuser = servers.postgres.url("postgres").replace("postgresql:", "postgresql+psycopg:", 1)
    owner = create_engine(_named(superuser, database))
    worker = engine(_named(chosen.worker_database_url, database))
    trail = Trail(_named(chosen.database_url, database))
    key = receipts.key_of(folder / "audit.pem")
    try:
        yield OwnTrail(owner, worker, trail, key, folder / "disk" / "anchors.jsonl")
    finally:
        for one in (owner, worker, trail.engine):
            one.dispose()
