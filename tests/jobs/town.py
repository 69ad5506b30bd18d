"""Servers, workers and the sweep as real processes, kept alive by the real supervisor."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask_migrate
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from survey_server import settings
from survey_server.app import create_app
from survey_server.domain.forms import CompiledForm
from survey_server.local.children import Child, ChildProcess, command
from survey_server.local.postgres import PostgresServer
from survey_server.local.stale import processes_in
from survey_server.local.supervisor import Supervisor
from survey_server.local.throwaway import ThrowawayServers, remove
from survey_server.local.valkey import ValkeyServer
from survey_server.store.base import db, engine
from tests.world import EAS, World, make_world

# A tenth of what is usual, so that tests need not wait.
LEASE_SECONDS = 3
WORKER = command("worker", "intake")
DEADLY_WORKER = (sys.executable, "-m", "tests.jobs.deadly_worker")
HOUSEHOLDS = 400
PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Town:
    """A survey with enough households, and the servers that hold it."""

    servers: ThrowawayServers
    client: FlaskClient
    world: World
    env: Mapping[str, str]
    folder: Path

    @contextmanager
    def staffed(self, worker: tuple[str, ...] = WORKER) -> Iterator["Staff"]:
        """Two workers, the sweep and both servers are started again whenever they die."""
        staff = Staff(Supervisor(self.folder, "", print))
        staff.supervisor.keep(self.servers.postgres)
        staff.supervisor.keep(self.servers.valkey)
        sweep = command("sweep", "--every", "1")
        try:
            for name, argv in (("worker-1", worker), ("worker-2", worker), ("sweep", sweep)):
                child = Child(name, argv, self.env)
                staff.supervisor.keep(ChildProcess(child, self.folder / f"{name}.log"))
            yield staff
        finally:
            for kept in staff.supervisor.kept[2:]:
                kept.process.stop()

    def kill_a_worker(self) -> None:
        kill(self.running()["worker-1"])

    def kill_valkey(self) -> None:
        kill(self.servers.valkey.pid)

    def kill_postgres(self) -> None:
        """The whole server, as when the machine loses power."""
        for pid in processes_in(self.servers.postgres.cluster.folder):
            with contextlib.suppress(ProcessLookupError):
                kill(pid)

    def running(self) -> dict[str, int]:
        told = json.loads((self.folder / "run" / "processes.json").read_text())
        return dict(told["processes"])

    def counts(self) -> dict[str, int]:
        """Submissions by state."""
        found = self.world.sql(
            "SELECT state, count(*) AS n FROM submissions WHERE survey_id = :survey GROUP BY 1"
        )
        return {row.state: row.n for row in found}

    def finished(self) -> bool:
        return self.world.sql("SELECT FROM pending_batches LIMIT 1") == []

    def rebuilt(self) -> str:
        """What a rebuild says."""
        words = command("rebuild", "--survey", self.world.code)
        outcome = subprocess.run(words, env=self.env, capture_output=True, text=True, check=True)
        return outcome.stdout.strip()


def kill(pid: int | None) -> None:
    assert pid
    os.kill(pid, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Staff:
    """Looks after its processes whenever it is asked to; no thread of its own, because the kernel
    ends a process together with the thread that started it."""

    supervisor: Supervisor

    def look(self) -> None:
        for kept in self.supervisor.kept:
            self.supervisor.look_after(kept)

    def until(self, condition: Callable[[], bool]) -> float:
        """Seconds it took; a database that is away is asked again."""
        started = time.monotonic()
        while time.monotonic() < started + PATIENCE_SECONDS:
            self.look()
            with contextlib.suppress(OperationalError):
                if condition():
                    return time.monotonic() - started
            time.sleep(0.05)
        raise AssertionError(f"not within {PATIENCE_SECONDS:.0f} s")


@contextmanager
def town(form: CompiledForm) -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="survey-town-"))
    folder.chmod(0o711)
    (folder / "run").mkdir()
    servers = ThrowawayServers(
        PostgresServer(folder / "postgres"), ValkeyServer(folder / "valkey", durable=False)
    )
    with ExitStack() as leaving:
        leaving.callback(remove, folder)
        for server in (servers.postgres, servers.valkey):
            leaving.callback(server.stop)
            server.start()
        env = {"SURVEY_DATA": str(folder), "SURVEY_LEASE_SECONDS": str(LEASE_SECONDS)}
        env = {**os.environ, **servers.env, **env}
        chosen = settings.from_env(env)
        app = create_app(chosen)
        with app.app_context():
            flask_migrate.upgrade()
        owner = engine(chosen.owner_database_url, pool_size=4)
        leaving.callback(owner.dispose)
        leaving.callback(dispose_of, app)
        world = make_world(owner, form)
        add_households(world)
        yield Town(servers, app.test_client(), world, env, folder)


def dispose_of(app: Any) -> None:
    with app.app_context():
        for one in db.engines.values():
            one.dispose()


def add_households(world: World) -> None:
    world.change(
        "INSERT INTO units (survey_id, ea_id, code, expected)"
        " SELECT :survey, id, code || '-' || lpad(n::text, 3, '0'), true"
        " FROM areas, generate_series(11, :most) n"
        " WHERE survey_id = :survey AND code = ANY(:eas)",
        most=HOUSEHOLDS,
        eas=list(EAS),
    )
