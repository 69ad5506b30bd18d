"""Servers for a test run: real ones, in a folder that is gone afterwards.

They do not wait for the disk; what they promise ends with them.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from survey_server.local.postgres import PostgresServer
from survey_server.local.valkey import ValkeyServer


@dataclass(frozen=True, slots=True)
class ThrowawayServers:
    postgres: PostgresServer
    valkey: ValkeyServer

    @property
    def env(self) -> dict[str, str]:
        """The settings a process of ours needs to use them."""
        return {
            "SURVEY_DATABASE_URL": self.postgres.url("survey_web"),
            "SURVEY_INTAKE_DATABASE_URL": self.postgres.url("survey_intake"),
            "SURVEY_WORKER_DATABASE_URL": self.postgres.url("survey_worker"),
            "SURVEY_OWNER_DATABASE_URL": self.postgres.url("survey_owner"),
            "SURVEY_REDIS_URL": self.valkey.url,
        }


@contextmanager
def throwaway_servers() -> Iterator[ThrowawayServers]:
    folder = Path(tempfile.mkdtemp(prefix="survey-test-"))
    # PostgreSQL may have to run as another user, who must be able to pass.
    folder.chmod(0o711)
    servers = ThrowawayServers(
        PostgresServer(folder / "postgres", durable=False),
        ValkeyServer(folder / "valkey", durable=False),
    )
    with ExitStack() as leaving:
        leaving.callback(remove, folder)
        for server in (servers.postgres, servers.valkey):
            leaving.callback(server.stop)
            server.start()
        yield servers


def remove(folder: Path) -> None:
    """With the place that a data folder links to, if its user could not reach it here."""
    for link in folder.iterdir():
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(folder)
