"""A real PostgreSQL in a data folder, reached by a socket only its owner can open.

    <data>/cluster     PostgreSQL's own folder, 0700
    <data>/socket      .s.PGSQL.5432; nothing listens on a network address

The database `survey` belongs to `survey_owner`, who migrates; `survey_web`, `survey_intake` and
`survey_worker` get what the migrations grant them. Reaching the socket is signing in: its folder
is private.
"""

import contextlib
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Literal, Self, TypeAlias
from urllib.parse import quote

import psycopg

from survey_server.local.accounts import account_for_postgres, reachable_folder, runnable
from survey_server.local.binaries import postgres_programs
from survey_server.local.cluster import Cluster, make_cluster, require_cluster
from survey_server.local.refusals import CannotStart
from survey_server.local.sockets import socket_folder
from survey_server.local.spawning import end, last_lines, spawn
from survey_server.local.stale import recorded_pid, wait_for_predecessor

Role: TypeAlias = Literal[
    "survey_owner", "survey_web", "survey_intake", "survey_worker", "postgres"
]

START_LIMIT_SECONDS = 60.0
READY_LINE = 7

# For two cores and many short transactions: no parallel queries, which would also need more
# shared memory than a container usually has. Answers of people never get into the log.
ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
# The three that keep the promise of an acknowledgement, and their opposite for tests.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer:
    """`remarks` are sentences for whoever started it, once it has been launched."""

    name = "postgres"

    def __init__(self, data: Path, *, log: Path | None = None, durable: bool = True) -> None:
        self.data = data.absolute()
        self.log = log or self.data.with_name(f"{self.data.name}.log")
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self.remarks: tuple[str, ...] = ()

    def start(self) -> Self:
        self.launch()
        self.wait_until_ready()
        return self

    def launch(self) -> None:
        """Starts the server without waiting for it; makes its folder at the first start."""
        account = account_for_postgres()
        programs = runnable(account, postgres_programs())
        self.data.parent.mkdir(parents=True, exist_ok=True)
        home = reachable_folder(account, self.data)
        if account:
            account.owns(home)
        if home != self.data.resolve() or self.data.is_symlink():
            self.remarks = (f"PostgreSQL runs as `nobody`; its data are in {home}.",)
        self.cluster = Cluster(home / "cluster", programs, account)
        if not self.cluster.folder.exists():
            make_cluster(self.cluster)
        require_cluster(self.cluster)
        wait_for_predecessor(self.cluster.folder)
        self.sockets = socket_folder(home, account)
        self.process = spawn(
            self.argv(),
            log=self.log,
            account=account,
            cwd=home,
            on_our_death=signal.SIGINT,
        )

    def argv(self) -> list[str | Path]:
        settings = ALWAYS | (DURABLE if self.durable else NOT_DURABLE)
        settings["unix_socket_directories"] = str(self.sockets)
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self.cluster.programs.postgres, "-D", self.cluster.folder, *words]

    def wait_until_ready(self, limit: float = START_LIMIT_SECONDS) -> None:
        deadline = time.monotonic() + limit
        while not self.answers():
            if self.pid is None:
                raise CannotStart(f"PostgreSQL ended at once:\n{last_lines(self.log)}")
            if time.monotonic() > deadline:
                raise CannotStart(f"PostgreSQL is not ready after {limit:.0f} s: see {self.log}.")
            time.sleep(0.01)
        self.add_roles()

    def add_roles(self) -> None:
        """Those that a folder made by an earlier version does not have yet."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            if "survey_intake" not in known:
                connection.execute("CREATE ROLE survey_intake LOGIN")
                connection.execute("ALTER ROLE survey_owner BYPASSRLS")
                connection.execute("ALTER ROLE survey_worker BYPASSRLS")

    def answers(self) -> bool:
        """PostgreSQL writes into its pid file when it takes connections."""
        if self.pid is None or recorded_pid(self.cluster.folder) != self.pid:
            return False
        with contextlib.suppress(OSError, IndexError):
            lines = (self.cluster.folder / "postmaster.pid").read_text().splitlines()
            return lines[READY_LINE].strip() == "ready"
        return False

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, what was committed is written."""
        if self.process is None:
            return
        end(self.process, by=signal.SIGINT, patience=30)
        self.process = None
        shutil.rmtree(self.sockets, ignore_errors=True)

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None

    def url(self, role: Role) -> str:
        return f"postgresql://{role}@/survey?host={quote(str(self.sockets))}"
