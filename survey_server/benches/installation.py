"""Servers for one bench: durable, as in production, in a folder that is gone afterwards."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from survey_server.local import children
from survey_server.local.children import ChildProcess, command
from survey_server.local.ports import kept_port
from survey_server.local.postgres import PostgresServer
from survey_server.local.run import readiness
from survey_server.local.throwaway import remove
from survey_server.local.valkey import ValkeyServer
from survey_server.store.base import engine

LONGEST_START_SECONDS = 60.0
LEAST_FREE_BYTES = 2 * 1024**3
# Unlike /tmp it is a real disk everywhere: waiting for the disk is part of what is measured.
ON_DISK = Path("/var/tmp")  # nosec B108 - a folder of its own is made inside


class BenchFailed(Exception):
    """The bench could not be carried out; says why, for whoever started it."""


@dataclass
class Installation:
    """Two servers, migrated and set up; our own processes once `serve` has started them."""

    folder: Path
    port: int
    postgres: PostgresServer
    valkey: ValkeyServer
    env: Mapping[str, str]
    owner: Engine
    processes: list[ChildProcess] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *words: str) -> str:
        """What a `survey-server` command printed."""
        done = subprocess.run(command(*words), env=dict(self.env), capture_output=True, check=False)
        if done.returncode != 0:
            said = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
            raise BenchFailed(f"survey-server {' '.join(words)} did not succeed:\n{said}")
        return done.stdout.decode()

    def serve(self, host: str = "127.0.0.1") -> None:
        """Starts web, workers and sweep exactly as scripts/run does."""
        web = children.web(host, self.port, self.env)
        for child in (web, *children.background(self.env)):
            process = ChildProcess(child, self.folder / f"{child.name}.log")
            process.launch()
            self.processes.append(process)
        deadline = time.monotonic() + LONGEST_START_SECONDS
        while (answer := readiness(f"http://{host}:{self.port}")) != "ready":
            if time.monotonic() > deadline:
                raise BenchFailed(f"The web process is not ready: {answer}\n{self._log('web')}")
            time.sleep(0.1)

    def stop_serving(self) -> None:
        for process in self.processes:
            process.ask()
        for process in self.processes:
            process.stop()
        self.processes.clear()

    def _log(self, name: str) -> str:
        with contextlib.suppress(OSError):
            return (self.folder / f"{name}.log").read_text()[-2000:]
        return ""


@contextmanager
def installation(proxies: int = 0) -> Iterator[Installation]:
    """`proxies` of ours will stand before the web process."""
    folder = _folder()
    with ExitStack() as leaving:
        leaving.callback(remove, folder)
        postgres = PostgresServer(folder / "postgres")
        valkey = ValkeyServer(folder / "valkey")
        for server in (postgres, valkey):
            leaving.callback(server.stop)
            server.start()
        env = _environment(folder, postgres, valkey)
        env["SURVEY_TRUSTED_PROXIES"] = str(proxies)
        owner = engine(env["SURVEY_OWNER_DATABASE_URL"].replace("://", "+psycopg://", 1))
        leaving.callback(owner.dispose)
        made = Installation(folder, kept_port(), postgres, valkey, env, owner)
        leaving.callback(made.stop_serving)
        made.run("db", "upgrade")
        made.run("setup")
        yield made


def _folder() -> Path:
    place = ON_DISK if os.access(ON_DISK, os.W_OK) else Path(tempfile.gettempdir())
    if shutil.disk_usage(place).free < LEAST_FREE_BYTES:
        raise BenchFailed(f"{place} has less than {LEAST_FREE_BYTES // 1024**2} MB free.")
    folder = Path(tempfile.mkdtemp(prefix=f"survey-bench-{os.getpid()}-", dir=place))
    # PostgreSQL may have to run as another user, who must be able to pass.
    folder.chmod(0o711)
    return folder


def _environment(folder: Path, postgres: PostgresServer, valkey: ValkeyServer) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("SURVEY_")}
    return outside | {
        "SURVEY_DATA": str(folder),
        "SURVEY_DATABASE_URL": postgres.url("survey_web"),
        "SURVEY_INTAKE_DATABASE_URL": postgres.url("survey_intake"),
        "SURVEY_WORKER_DATABASE_URL": postgres.url("survey_worker"),
        "SURVEY_OWNER_DATABASE_URL": postgres.url("survey_owner"),
        "SURVEY_REDIS_URL": valkey.url,
        # Nobody who could hold a phone signs in here.
        "SURVEY_SECOND_FACTOR": "demonstration",
        "SURVEY_DEMONSTRATION": "1",
    }
