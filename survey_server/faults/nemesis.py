"""Who is killed when. Nothing is asked to end: SIGKILL, as a machine that loses its power.

Only processes that the trial itself has started are killed, each by its number: children of the
web process, whole trees of workers, and for PostgreSQL whatever works in the trial's own folder.
For some seconds, the disk is full.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

import psycopg
import redis

from survey_server.faults.ambush import INTERVIEW, Ambush
from survey_server.faults.disk import Disk
from survey_server.faults.history import History
from survey_server.faults.staff import Staff
from survey_server.local.spawning import children_of
from survey_server.local.stale import processes_in
from survey_server.queueing import connect

WEB_WORKER, WEB, RELOAD = "a web worker", "the web process", "a reload of the web process"
WEB_WORKERS = "all web workers"
WORKER, SWEEP, VALKEY, POSTGRES = "a worker", "the sweep", "Valkey", "PostgreSQL"
MEMORY, CONNECTION = "Valkey's memory", "a connection to PostgreSQL"
FULL_DISK = "room on the disk"
FULL_SECONDS = (1.0, 3.0)
SHARES = {
    WEB_WORKER: 38,
    WORKER: 20,
    VALKEY: 10,
    POSTGRES: 14,
    CONNECTION: 6,
    SWEEP: 4,
    RELOAD: 3,
    MEMORY: 3,
    FULL_DISK: 4,
    WEB: 2,
}


@dataclass(frozen=True, slots=True)
class Malice:
    """How often whom; nobody for a trial without kills. `after_promises`: so many of them between
    two kills, each at a promise, instead of a pause."""

    shares: Mapping[str, int] = field(default_factory=lambda: SHARES)
    pause: tuple[float, float] = (0.6, 1.6)
    between_postgres: float = 6.0
    after_promises: tuple[int, int] | None = None
    promised: str = INTERVIEW


class Nemesis:
    def __init__(
        self, malice: Malice, staff: Staff, disk: Disk | None, seed: int, history: History
    ) -> None:
        self._malice = malice
        self._staff = staff
        self._disk = disk
        self._full_until: float | None = None
        self._rng = Random(f"{seed}/nemesis")
        self._history = history
        self.kills = 0
        self._superuser = f"{staff.servers.postgres.url('postgres')}&connect_timeout=1"
        self._due = time.monotonic() + self._rng.uniform(*malice.pause)
        self._postgres_killed = 0.0
        self._ways: dict[str, Callable[[], bool]] = {
            WEB_WORKER: self._kill_web_worker,
            WEB_WORKERS: self._kill_web_workers,
            WEB: lambda: _kill_tree(staff.web.pid),
            RELOAD: lambda: _signal(staff.web.pid, signal.SIGHUP),
            WORKER: lambda: _kill_tree(self._rng.choice(staff.workers).pid),
            SWEEP: lambda: _kill_tree(staff.sweep.pid),
            VALKEY: lambda: _kill_tree(staff.servers.valkey.pid),
            MEMORY: self._flush_valkey,
            POSTGRES: self._kill_postgres,
            CONNECTION: self._end_connection,
            FULL_DISK: self._fill_disk,
        }
        if malice.after_promises:
            ambush = Ambush(malice.promised, self._strike, malice.after_promises, self._rng)
            history.listener = ambush.hear

    def strike_if_due(self, spare: bool = False) -> None:
        """`spare`: nobody is struck now."""
        now = time.monotonic()
        if self._full_until is not None and now >= self._full_until:
            self.rest()
        if not self._malice.shares or self._malice.after_promises or spare or now < self._due:
            return
        self._due = now + self._rng.uniform(*self._malice.pause)
        self._strike()

    def _strike(self) -> None:
        """Whoever is not there to be killed is spared."""
        victim = self._draw(time.monotonic())
        if victim and self._ways[victim]():
            self.kills += 1
            self._history.note("nemesis", "kill", "ok", res=victim)

    def rest(self) -> None:
        """What it keeps from the server, the server gets back; nobody is ambushed any more."""
        self._history.listener = None
        if self._disk is not None and self._full_until is not None:
            self._disk.free()
            self._full_until = None

    def _draw(self, now: float) -> str | None:
        shares = dict(self._malice.shares)
        if now - self._postgres_killed < self._malice.between_postgres:
            shares.pop(POSTGRES, None)
        if not shares:
            return None
        return self._rng.choices(list(shares), list(shares.values()))[0]

    def _kill_web_worker(self) -> bool:
        pid = self._staff.web.pid
        forked = children_of(pid) if pid else []
        return bool(forked) and _signal(self._rng.choice(forked), signal.SIGKILL)

    def _kill_web_workers(self) -> bool:
        pid = self._staff.web.pid
        forked = children_of(pid) if pid else []
        for one in forked:
            _signal(one, signal.SIGKILL)
        return bool(forked)

    def _kill_postgres(self) -> bool:
        """The server first, so that it starts nobody anew; then all of its children."""
        server = self._staff.servers.postgres
        if not _signal(server.pid, signal.SIGKILL):
            return False
        for pid in processes_in(server.cluster.folder):
            _signal(pid, signal.SIGKILL)
        self._postgres_killed = time.monotonic()
        return True

    def _fill_disk(self) -> bool:
        if self._disk is None or self._full_until is not None or not self._disk.fill():
            return False
        self._full_until = time.monotonic() + self._rng.uniform(*FULL_SECONDS)
        return True

    def _flush_valkey(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(connect(self._staff.servers.valkey.url).flushall())
        return False

    def _end_connection(self) -> bool:
        with contextlib.suppress(psycopg.Error), psycopg.connect(self._superuser) as connection:
            return connection.execute(_END_ONE).rowcount > 0
        return False


_END_ONE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE usename LIKE 'survey_%' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
)


def _kill_tree(pid: int | None) -> bool:
    forked = children_of(pid) if pid else []
    killed = _signal(pid, signal.SIGKILL)
    for child in forked:
        _signal(child, signal.SIGKILL)
    return killed


def _signal(pid: int | None, number: signal.Signals) -> bool:
    if pid is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False
